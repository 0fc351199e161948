"""Calls for help: what a phone sends and what is shown of it. Pure, as `types` is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.checkin.types import Fix, LocationSource
from app.kernel.geo import CoordinateSystem
from app.kernel.paging import PageRequest


@dataclass(frozen=True, slots=True)
class HelpTap:
    """Command: call for help, wherever and whenever; `visit_id` when it is about a visit."""

    id: UUID
    occurred_at: datetime
    visit_id: UUID | None
    fix: Fix | None


class HelpState(StrEnum):
    """Whether somebody of the agency took a call."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"


class AlertState(StrEnum):
    """What became of the text message to an agency: `sent` says that its provider took it, no more."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AlertView:
    """A text message about a call to an agency."""

    agency_id: UUID
    state: AlertState


@dataclass(frozen=True, slots=True)
class HelpFilter(PageRequest):
    """Query keys of the list: calls in one state, or all."""

    state: HelpState | None = None


@dataclass(frozen=True, slots=True)
class HelpPlace:
    """Where the phone was, as received: degrees in `system`, accuracy in metres."""

    latitude: float
    longitude: float
    system: CoordinateSystem
    source: LocationSource | None
    accuracy_m: int | None


@dataclass(frozen=True, slots=True)
class HelpCallView:
    """A call as carer and agency see it. It stands in the lists of the agencies `agency_ids`; whom a text message was
    written to is in `alerts`. Without either nobody was told, and the phone says so."""

    id: UUID
    carer_id: UUID
    visit_id: UUID | None
    agency_ids: tuple[UUID, ...]
    occurred_at: datetime
    received_at: datetime
    place: HelpPlace | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    alerts: tuple[AlertView, ...] = ()

    @property
    def state(self) -> HelpState:
        """Open until somebody took it."""
        return HelpState.OPEN if self.acknowledged_at is None else HelpState.ACKNOWLEDGED
