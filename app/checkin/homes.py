"""Where a client is really cared for, as good visits tell, and what is proposed of it. Pure, as `types` is."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.kernel.geo import Point


class ProposalDecline(StrEnum):
    """Why a proposed place is not taken."""

    ADDRESS_IS_RIGHT = "address_is_right"
    NOT_THE_CLIENTS = "not_the_clients"  # a place where the client is not cared for
    MOVED_ALREADY = "moved_already"
    OTHER = "other"


class ProposalState(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class SeenAt:
    """Where the phone was at a tap of an accepted visit: WGS-84, the local day, whose phone."""

    point: Point
    day: date
    carer_id: UUID


@dataclass(frozen=True, slots=True)
class LearnedHome:
    """Centre and spread (metres) of the taps that agree, and how much speaks for them."""

    centre: Point
    spread_m: int
    taps: int
    days: int
    carers: int


@dataclass(frozen=True, slots=True)
class ProposalAnswer:
    """Command: with an address the learned place is taken as an approved one, beside the others or in place of one;
    otherwise it is declined with a reason."""

    address: str | None = field(default=None, repr=False)
    replaces_id: UUID | None = None
    decline_reason: ProposalDecline | None = None


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as agency and fund see it: how far off, how sure, never where."""

    id: UUID
    client_id: UUID
    state: ProposalState
    distance_m: int
    spread_m: int
    taps: int
    days: int
    carers: int
    proposed_at: datetime
    decline_reason: ProposalDecline | None
    home_id: UUID | None
    answered_by: UUID | None
    answered_at: datetime | None
