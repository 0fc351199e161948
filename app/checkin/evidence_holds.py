"""Why exact positions are kept beyond their term: holds, open cases, months and inspections not closed. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID


class HeldSubject(StrEnum):
    """What a hold is about."""

    CLIENT = "client"
    CARER = "carer"
    FACT = "fact"  # a visit, a care day or a stray tap
    AGENCY = "agency"
    EVERYTHING = "everything"  # of a span of days


class HoldCause(StrEnum):
    """Who asks for the evidence to be kept."""

    LEGAL = "legal"  # a court's, prosecutor's or inspector's paper
    CASE = "case"  # a finding that is open


class PeriodKind(StrEnum):
    """What is closed: the fund's month with all its money, or the yearly inspection of an agency."""

    MONTH = "month"
    INSPECTION = "inspection"


class KeptFor(StrEnum):
    """What stands against the fading of a position."""

    TERM_RUNS = "term_runs"
    MONTH_NOT_SETTLED = "month_not_settled"
    APPEAL_OPEN = "appeal_open"
    INSPECTION_NOT_CLOSED = "inspection_not_closed"
    FINDING_OPEN = "finding_open"
    LEGAL_HOLD = "legal_hold"


@dataclass(frozen=True, slots=True)
class PositionFacts:
    """What is known of a position: when its event was taken in, and what is open about the fact it belongs to."""

    recorded_on: date | None
    month_is_settled: bool
    waits: bool  # a decision is due
    last_review_on: date | None
    inspection_is_closed: bool
    has_case: bool
    has_legal_hold: bool


@dataclass(frozen=True, slots=True)
class FadeTerms:
    """For how long exact positions are kept at least, and how long a decision may be contested."""

    positions: timedelta
    appeal: timedelta


@dataclass(frozen=True, slots=True)
class Faded:
    """What a run did: months dropped, and how many of their positions were copied aside."""

    months: tuple[str, ...]
    kept: int


@dataclass(frozen=True, slots=True)
class HeldSpan:
    """What is held: a subject, of the local days `[first_on, beyond_on)`; None is open."""

    subject: HeldSubject
    subject_id: UUID | None = None
    first_on: date | None = None
    beyond_on: date | None = None


@dataclass(frozen=True, slots=True)
class LegalHoldEntry:
    """Command: keep the evidence about a subject, by the paper on file as `document`."""

    subject: HeldSubject
    document: str
    subject_id: UUID | None = None
    first_on: date | None = None
    beyond_on: date | None = None


@dataclass(frozen=True, slots=True)
class LegalHoldEnding:
    """Command: the hold is over, by the paper on file as `document`."""

    document: str


@dataclass(frozen=True, slots=True)
class LegalHoldView:
    """A hold and, once it is over, its end."""

    id: UUID
    subject: HeldSubject
    subject_id: UUID | None
    first_on: date | None
    beyond_on: date | None
    document: str | None
    recorded_at: datetime
    ended_at: datetime | None
    end_document: str | None


@dataclass(frozen=True, slots=True)
class PeriodCloseEntry:
    """Command: a month of the fund is settled, or an agency's inspection of a year is closed; `first_on` begins it."""

    kind: PeriodKind
    first_on: date
    document: str
    agency_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PeriodCloseView:
    """What was closed, by which paper."""

    id: UUID
    kind: PeriodKind
    first_on: date
    beyond_on: date
    agency_id: UUID | None
    document: str
    recorded_at: datetime
