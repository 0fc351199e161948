"""An agency hands over its clients (移交): what is asked for, and what became of each client."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.policies.codes import HomeType


class HandOverOutcome(StrEnum):
    """What became of a client for one home type."""

    TAKEN = "taken"  # another agency serves him from that day on
    WAITING = "waiting"  # 轮候
    ENDED = "ended"  # he died before that day


@dataclass(frozen=True, slots=True)
class Receiver:
    """The agency that is to take one client."""

    client_id: UUID
    agency_id: UUID


@dataclass(frozen=True, slots=True)
class HandOver:
    """Command: from a day on others serve an agency's clients: who is named in `clients` the agency named there, the
    rest `agency_id`; None: they wait for any."""

    begins_on: date
    reason: str
    agency_id: UUID | None = None
    clients: tuple[Receiver, ...] = ()


@dataclass(frozen=True, slots=True)
class HandedClient:
    """A client whom an agency handed over. `reason` is why he waits: the code of the hand-over, or of what refuses the
    receiving agency."""

    client_id: UUID
    home_type: HomeType
    begins_on: date
    outcome: HandOverOutcome
    agency_id: UUID | None = None
    agreement_id: UUID | None = None
    choice_id: UUID | None = None
    reason: str | None = None
