"""Subsidies and their payment. Money is integer fen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from app.checkin.days import DayFact
from app.policies.codes import Payee
from app.policies.types import Explained, Policy
from app.registry.types import CashChoiceView, ClientMonth

PolicyForDay = Callable[[date], Policy]


class PayoutState(StrEnum):
    """Where one payment stands. `failed` never left, `returned` came back; both may be reissued as a new payout."""

    DRAFT = "draft"
    APPROVED = "approved"
    FROZEN = "frozen"
    SENT = "sent"
    UNKNOWN = "unknown"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"  # its batch was withdrawn before anybody had a file of it


ALLOWED: dict[PayoutState, frozenset[PayoutState]] = {
    PayoutState.DRAFT: frozenset({PayoutState.APPROVED, PayoutState.CANCELLED}),
    PayoutState.APPROVED: frozenset({PayoutState.FROZEN, PayoutState.CANCELLED}),
    PayoutState.FROZEN: frozenset({PayoutState.SENT, PayoutState.CANCELLED}),
    PayoutState.SENT: frozenset({PayoutState.PAID, PayoutState.FAILED, PayoutState.UNKNOWN}),
    PayoutState.UNKNOWN: frozenset({PayoutState.PAID, PayoutState.FAILED}),
    PayoutState.PAID: frozenset({PayoutState.RETURNED}),
    PayoutState.FAILED: frozenset(),
    PayoutState.RETURNED: frozenset(),
    PayoutState.CANCELLED: frozenset(),
}
FREED_STATES = ("failed", "returned")  # by the bank's word
LIVE_STATES = ("draft", "approved", "frozen", "sent", "unknown", "paid")


class DayRule(StrEnum):
    """Why a day of a month is paid or not; one reason a day, the first that applies."""

    PAID = "paid"
    BEFORE_ENTITLEMENT = "before_entitlement"
    ENTITLEMENT_ENDED = "entitlement_ended"
    MODE_WITHOUT_FAMILY_CARE = "mode_without_family_care"
    SUSPENDED = "suspended"
    IN_HOSPITAL = "in_hospital"
    IN_INSTITUTION = "in_institution"
    AWAY = "away"
    DIED = "died"
    IN_TRAINING = "in_training"
    NOT_ASSIGNED = "not_assigned"
    NO_RECORD = "no_record"
    SECOND_CARE_DAY = "second_care_day"  # another carer's care day of the same day is the one that counts
    IN_REVIEW = "in_review"
    REFUSED = "refused"
    UNKNOWN_LEVEL = "unknown_level"  # the level decides, and the one recorded says nothing
    NOT_AT_HOME = "not_at_home"  # from here on of who may take cash for staying in home care
    LEVEL_TOO_LOW = "level_too_low"
    HOURS_CHOSEN = "hours_chosen"
    NOT_LONG_ENOUGH = "not_long_enough"


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What a family carer's month for one client is computed from, or, without a carer, what a client gets himself.

    `month` is its first day; `day_facts` holds at most one fact a day (`rules.facts_by_day` chooses among several).
    `is_shared` says that a day of the month counts for another carer of the client. `choices` are the client's between
    more hours and cash, in the order in which they count; what decides of them lies months before.
    """

    client: ClientMonth
    carer_id: UUID | None
    month: date
    day_facts: Mapping[date, DayFact]
    is_shared: bool = False
    choices: tuple[CashChoiceView, ...] = ()


@dataclass(frozen=True, slots=True)
class DayLine:
    """One calendar day: paid or not, by the first rule that applies.

    `policy_key` is the policy value that decided it and `source` the document and clause that value stands in; None
    where the value, or what follows from it, is the operator's assumption. `record_id` is the care day, stay,
    suspension, entitlement, assignment or training that was looked at, None when there is none.
    """

    day: date
    is_paid: bool
    rule: DayRule
    policy_key: str
    source: str | None
    policy_digest: str
    record_id: UUID | None


@dataclass(frozen=True, slots=True)
class SpanAmount:
    """The days `[first, beyond)` under one policy and what they come to: fen, exact, before the month is rounded."""

    first: date
    beyond: date
    policy_digest: str
    days_paid: int
    exact_fen: Fraction


@dataclass(frozen=True, slots=True)
class SubsidyComputation:
    """A month's subsidy with a line for every calendar day.

    Terms of the month as a whole (`payee`, `pay_by`, the least number of days, `policy_digest`) are those of its last
    day. `withheld_by` is the policy key that turned paid days into no money, None when nothing did.
    """

    client_id: UUID
    carer_id: UUID | None
    month: date
    amount_fen: int
    days_paid: int
    payee: Payee
    pay_by: date
    policy_digest: str
    withheld_by: str | None
    spans: tuple[SpanAmount, ...]
    days: tuple[DayLine, ...]


@dataclass(frozen=True, slots=True)
class DayExplanation:
    """Why a day is paid or not: its line, and the policy value that decided it with its layer and source."""

    line: DayLine
    value: Explained


class FileKind(StrEnum):
    """Files exchanged with the bank."""

    DAIFA = "daifa"  # 代发
    PAIN001 = "pain001"
    ANSWER = "answer"  # 回盘
    RETURNS = "returns"  # 退票
    REFUSAL = "refusal"  # the bank took nothing of the batch (整批退回)


RECEIVED = (FileKind.ANSWER, FileKind.RETURNS, FileKind.REFUSAL)


class BatchState(StrEnum):
    """Derived from the states of its payouts, which move together until the bank answers."""

    PREPARED = "prepared"
    APPROVED = "approved"
    FROZEN = "frozen"
    SENT = "sent"  # no answer, or payments still unknown
    ANSWERED = "answered"  # every payment is paid, failed or returned
    WITHDRAWN = "withdrawn"
