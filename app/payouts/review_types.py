"""Reviews of families' months before they are paid (月度审核): rules first, people second. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class FlagCode(StrEnum):
    """What the rules notice about a month. A flag refuses nothing: it asks a person to look."""

    CARED_WHILE_AWAY = "cared_while_away"  # care was told for days in hospital, in an institution or on a journey
    ENTERED_LATE = "entered_late"
    PAID_BY_SILENCE = "paid_by_silence"  # days that were held, and nobody decided in time
    MORE_DAYS = "more_days"  # than the month before
    ACCOUNT_CHANGED = "account_changed"
    RECOMPUTED = "recomputed"  # after it was decided about or put into a batch


class MonthDecision(StrEnum):
    """What a reviewer decided. Nothing is refused by the month: what was wrong in it is refused day by day."""

    ACCEPTED = "accepted"
    HELD = "held"


class MonthStanding(StrEnum):
    """Where a month stands; the last two may be paid."""

    WAITING = "waiting"
    HELD = "held"
    ACCEPTED = "accepted"
    NOT_NEEDED = "not_needed"  # by policy, or since nothing of it is left to pay


class MonthReason(StrEnum):
    """Why a reviewer decided so: a code, since the rows are sealed."""

    RECORDS_AGREE = "records_agree"
    NO_FLAGS = "no_flags"  # accepted with all others about which the rules noticed nothing
    DOCUMENTS_SEEN = "documents_seen"
    CONFIRMED_BY_PHONE = "confirmed_by_phone"
    CONFIRMED_ON_SITE = "confirmed_on_site"
    DAYS_IN_DOUBT = "days_in_doubt"
    PAYEE_IN_DOUBT = "payee_in_doubt"
    OTHER = "other"


class MonthRefusal(StrEnum):
    """Why a decision is not taken."""

    DECIDED_SO = "decided_so"
    NOTHING_LEFT = "nothing_left"  # all of it is in a batch or paid


@dataclass(frozen=True, slots=True)
class MonthSigns:
    """What is known of a month beside its amount; days of the month before are None where it has no row."""

    days_paid: int
    days_before: int | None = None
    days_away: int = 0
    days_late: int = 0
    days_by_silence: int = 0
    is_account_changed: bool = False
    was_decided: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag with the numbers it rests on."""

    code: FlagCode
    facts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DecideMonth:
    """Command: accept a month, or hold it."""

    decision: MonthDecision
    reason: MonthReason


@dataclass(frozen=True, slots=True)
class AcceptUnflagged:
    """Command: accept what waits of a month without a flag."""

    month: date


@dataclass(frozen=True, slots=True)
class AcceptedMonths:
    """How many months were accepted together, and how many wait for a look of their own."""

    accepted: int
    waiting: int


@dataclass(frozen=True, slots=True)
class MonthReviewView:
    """The newest review of a month's content."""

    decision: MonthDecision
    reason: MonthReason
    reviewed_by: UUID
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewedMonth:
    """A month with where it stands, the flags of now and the newest review."""

    id: UUID
    client_id: UUID
    carer_id: UUID | None
    payee_person_id: UUID
    month: date
    seq: int
    amount_fen: int
    days_paid: int
    pay_by: date
    standing: MonthStanding
    flags: tuple[Flag, ...]
    review: MonthReviewView | None
