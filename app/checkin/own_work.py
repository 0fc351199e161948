"""What carers see of their own work, and their appeals (申诉). Pure, as `types` is."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.checkin.load import LoadBy, Span
from app.checkin.remarks import RemarkView
from app.checkin.shown import FactView
from app.checkin.types import Standing


@dataclass(frozen=True, slots=True)
class Appeal:
    """Command: a carer contests that a fact of his was refused, and says why."""

    id: UUID
    note: str


class AppealRefusal(StrEnum):
    """Why an appeal is not taken."""

    NOT_REFUSED = "not_refused"
    APPEALED = "appealed"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class HoursFilter:
    """Query keys: local days, both included, widened to whole weeks or months."""

    day_from: date
    day_to: date
    by: LoadBy = LoadBy.WEEK


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A fact of the carer's own; of a visit the payable minutes and those accepted. `appeal_until` is the last day on
    which its refusal may be contested, None where nothing is or can be any more."""

    fact: FactView
    service_on: date
    began_at: datetime | None
    ended_at: datetime | None
    minutes: int | None
    accepted_minutes: int | None
    appeal_until: date | None
    remarks: tuple[RemarkView, ...]


class WorkedVisit(NamedTuple):
    """A visit of the carer's own on the local day of its start; `payable` are the minutes of its record."""

    day: date
    planned: int
    recorded: int
    payable: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class OwnHours:
    """The carer's own visits of a span in minutes: as planned, between the taps, and the payable ones by standing."""

    span: Span
    visits: int
    planned_minutes: int
    recorded_minutes: int
    accepted_minutes: int
    in_review_minutes: int
    refused_minutes: int
