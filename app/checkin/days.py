"""Family carers' days: commands, what they are judged by, and how they are shown. Pure, as `types` is."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.checkin.types import DayStanding, EventKind, ExceptionCode, LocationSource, Severity, Verdict
from app.kernel.canonical import LATER
from app.policies.codes import EvidenceGrade, ItemCategory, Relation


@dataclass(frozen=True, slots=True)
class DayFact:
    """A family carer's day for a client and where it stands."""

    client_id: UUID
    carer_id: UUID
    day: date
    care_day_id: UUID
    standing: DayStanding


@dataclass(frozen=True, slots=True)
class CareDayItemEntry:
    """An item of a care day, with minutes where the carer gave them."""

    item_code: str
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class LogCareDay:
    """Command: a family carer's day for a client. The events it names may arrive later, or never."""

    id: UUID
    client_id: UUID
    day: date
    occurred_at: datetime
    in_event_id: UUID | None = None
    out_event_id: UUID | None = None
    items: tuple[CareDayItemEntry, ...] = ()
    note: str | None = None
    proxy: Relation | None = field(default=None, metadata=LATER)  # who wrote it for the carer, to the client


@dataclass(frozen=True, slots=True)
class DayEvent:
    """A clock event a care day names: whose it is, for whom, and where the phone was.

    `day` is the local day of `counted_at`, the instant that counts, `received_at` when the event arrived, and
    `clock_found` what was found about its time then, `found` about its home tag then and about its phone by now, which
    is doubted while nobody confirms it. The verdict is the one with the home tag.
    """

    id: UUID
    kind: EventKind
    carer_id: UUID
    client_id: UUID | None
    day: date
    counted_at: datetime
    received_at: datetime
    verdict: Verdict
    source: LocationSource | None
    clock_found: tuple[ExceptionCode, ...] = ()
    found: tuple[ExceptionCode, ...] = ()
    is_doubted: bool = False


@dataclass(frozen=True, slots=True)
class DayItem:
    """A logged item and what the catalogue says of it; `category` is None for a code it does not know."""

    item_code: str
    category: ItemCategory | None
    is_for_family: bool


@dataclass(frozen=True, slots=True)
class DayClaim:
    """All that a care day is judged by.

    `entered_at` is when it was entered, `begins_at` and `ends_at` are the local midnights around the day; `relation`
    is that of the assignment which covers the day, where there is one; `died_on` is the client's day of death, and
    `is_suspended` says that the fund lets the carer give no care on that day.
    `doubted_id` is another care day of the same client and day that a person was to look at before this one came, or
    refused; `elsewhere_id` one of the same carer at another place, around the same time.
    `prompt_answered`: asked at a random time of the day, the carer was at the home; a prompt that was missed, or that
    nobody sent, is not told here.
    """

    carer_id: UUID
    client_id: UUID
    day: date
    entered_at: datetime
    begins_at: datetime
    ends_at: datetime
    is_assigned: bool
    relation: Relation | None
    events: tuple[DayEvent, ...]
    items: tuple[DayItem, ...]
    died_on: date | None = None
    is_suspended: bool = False
    doubted_id: UUID | None = None
    elsewhere_id: UUID | None = None
    prompt_answered: bool = False


@dataclass(frozen=True, slots=True)
class DayFinding:
    """Something about a care day to know or to settle, with codes and ids only."""

    code: ExceptionCode
    severity: Severity
    details: dict[str, str]


@dataclass(frozen=True, slots=True)
class DayJudgement:
    """How well a care day is proven, by what, and what was found about it."""

    grade: EvidenceGrade
    witnesses: tuple[str, ...]
    findings: tuple[DayFinding, ...]


@dataclass(frozen=True, slots=True)
class CareDayView:
    """A care day as its carer and its readers see it."""

    id: UUID
    client_id: UUID
    carer_id: UUID
    day: date
    in_event_id: UUID | None
    out_event_id: UUID | None
    items: tuple[CareDayItemEntry, ...]
    standing: DayStanding
    exceptions: tuple[ExceptionCode, ...]
    occurred_at: datetime
    recorded_at: datetime
    proxy: Relation | None = None  # it was written for the carer, by whom
