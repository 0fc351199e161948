"""What can be asked about a client's choice of an agency, and what is shown of it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.kernel.paging import DEFAULT_LIMIT
from app.policies.codes import HomeType


class ChoiceOutcome(StrEnum):
    """How a choice ended."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ChoiceState(StrEnum):
    """Where a choice stands; open while nobody has answered."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ChoiceEntry:
    """The agency a client chooses; without one he waits for any, for the reason given."""

    home_type: HomeType
    wanted_from: date
    agency_id: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ChoiceReason:
    """Why a choice is declined or withdrawn."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChoiceFilter:
    """Query keys of the list of choices; `waiting` says whether the client waits for any agency."""

    limit: int = DEFAULT_LIMIT
    after: UUID | None = None
    state: ChoiceState | None = None
    waiting: bool | None = None


@dataclass(frozen=True, slots=True)
class CashChoiceEntry:
    """What a client chose on a day: cash, or more hours."""

    takes_cash: bool
    chosen_on: date


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A choice. Who waits for any agency is shown to agencies without anything that says who he is.

    `position` counts the open ones of the same district and home type from the oldest; None when not among them.
    """

    id: UUID
    state: ChoiceState
    client_id: UUID | None
    client_name: str | None = field(repr=False)
    district_code: str
    street_code: str | None
    home_type: HomeType
    agency_id: UUID | None
    wanted_from: date
    reason: str | None
    recorded_at: datetime
    waiting_days: int | None
    position: int | None
    answer_reason: str | None
    answered_by_agency_id: UUID | None
    agreement_id: UUID | None
