"""What became of what each rule held, and rules that are stopped. Pure, as `types` is."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.checkin.types import ExceptionCode


class RuleReason(StrEnum):
    """Why a person stops a rule, or lets it hold money again."""

    CAUSE_MENDED = "cause_mended"  # what made it err was mended
    RULE_NEEDED = "rule_needed"
    RULE_ERRS = "rule_errs"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of facts that a rule held: how many a person accepted, and how many were refused."""

    overturned: int
    upheld: int


@dataclass(frozen=True, slots=True)
class MonthOutcome:
    """A rule's outcomes of a month, by the local day of the last decision."""

    month: date
    code: ExceptionCode
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class RuleStop:
    """The last word about a rule: whether it is stopped, since when, by whom (None: by the job)."""

    code: ExceptionCode
    stopped: bool
    seq: int
    since: datetime
    account_id: UUID | None
    reason: RuleReason | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class RuleOutcomes:
    """What became of what the rules held in some months, and which of them are stopped."""

    items: tuple[MonthOutcome, ...]
    stops: tuple[RuleStop, ...]


@dataclass(frozen=True, slots=True)
class OutcomesAsked:
    """Query keys: months by their first days, both included."""

    month_from: date
    month_to: date


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Command: a person stops a rule, or lets it hold money again."""

    code: ExceptionCode
    stopped: bool
    reason: RuleReason
