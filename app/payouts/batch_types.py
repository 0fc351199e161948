"""What is paid, held and answered: commands, standings and results of payout batches. Money is integer fen."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.payouts.file_types import FileView
from app.payouts.review_types import MonthReviewView
from app.payouts.types import BatchState, FileKind, PayoutState
from app.policies.types import Explained


class HeldReason(StrEnum):
    """Why a subsidy waits although its money is due."""

    NO_ACCOUNT = "no_account"  # the payee has no bank account on record
    NAME_UNCHECKED = "name_unchecked"  # nobody has held the account's holder against the payee yet
    NAME_MISMATCHED = "name_mismatched"  # the account's holder is not the payee
    ACCOUNT_NEW = "account_new"  # an account waits at first, so that a theft can be noticed
    ACCOUNT_ALTERED = "account_altered"  # its stored number is not the one that was recorded
    ANSWER_UNCONFIRMED = "answer_unconfirmed"  # it failed or came back by a file that one person alone vouches for
    REVIEW_OVERDUE = "review_overdue"  # the client's review is overdue, and by policy payment waits for it
    MONTH_UNREVIEWED = "month_unreviewed"  # by policy a reviewer decides of the month first
    MONTH_HELD = "month_held"  # a reviewer holds it
    NOT_WRITABLE = "not_writable"  # the account's texts cannot stand in a bank file


@dataclass(frozen=True, slots=True)
class ComputeMonth:
    """Compute the subsidies of the month that begins on `month`."""

    month: date


@dataclass(frozen=True, slots=True)
class SubsidyRow:
    """One row of a pair's month with what live payouts of it carry."""

    subsidy_id: UUID
    client_id: UUID
    carer_id: UUID | None
    payee_person_id: UUID
    seq: int
    amount_fen: int
    live_fen: int
    pay_by: date


@dataclass(frozen=True, slots=True)
class OpenAmount:
    """What a pair's month still lacks; `subsidy_id` is the newest row without a live payout, `newest_id` of all."""

    subsidy_id: UUID
    newest_id: UUID
    client_id: UUID
    carer_id: UUID | None
    payee_person_id: UUID
    amount_fen: int
    pay_by: date


@dataclass(frozen=True, slots=True)
class Held:
    """A subsidy that waits: why, and until when if time alone ends it."""

    subsidy_id: UUID
    payee_person_id: UUID
    amount_fen: int
    pay_by: date
    reason: HeldReason
    until: datetime | None


@dataclass(frozen=True, slots=True)
class MonthChange:
    """What a new cumulative amount changes: the part owed to the payee and the part he owes. Both may be negative."""

    payable_fen: int
    receivable_fen: int


@dataclass(frozen=True, slots=True)
class PrepareBatches:
    """Put all that is payable of a month into batches that the bank executes on a day."""

    month: date
    execute_on: date


@dataclass(frozen=True, slots=True)
class ApproveBatch:
    """Consent to exactly the batch with this digest, in hex."""

    digest: str


@dataclass(frozen=True, slots=True)
class NewPayingAccount:
    """The fund's account that payouts leave."""

    number: str = field(repr=False)
    name: str = field(repr=False)
    bank_code: str
    bank_name: str | None = None


@dataclass(frozen=True, slots=True)
class PayingAccountView:
    """The paying account as screens show it."""

    id: UUID
    number: str
    name: str
    bank_code: str
    bank_name: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many payouts of a batch are in a state, and their sum."""

    state: PayoutState
    count: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch. `digest`, in hex, is what the second person names to approve it; `sent_as` the form the bank gets."""

    id: UUID
    number: str
    month: date
    execute_on: date
    state: BatchState
    count: int
    total_fen: int
    digest: str
    prepared_by: UUID
    prepared_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    payouts: tuple[StateCount, ...]
    sent_as: FileKind | None
    files: tuple[FileView, ...]


@dataclass(frozen=True, slots=True)
class Preparation:
    """The batches made and what was left out."""

    batches: tuple[BatchView, ...]
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class PayoutView:
    """One payment as screens show it: payee and account's holder masked, the last state's reason.

    `reissue_of` is the newest earlier payment for the same month that failed or came back: ask the bank before it is
    paid again.
    """

    id: UUID
    subsidy_id: UUID
    serial: str
    line_no: int
    amount_fen: int
    state: PayoutState
    payee_name: str
    holder_name: str
    payee_account: str
    reissue_of: UUID | None
    reason_code: str | None


@dataclass(frozen=True, slots=True)
class SubsidyView:
    """A subsidy row; `payout_state` is that of its newest payout, None before the first."""

    id: UUID
    client_id: UUID
    carer_id: UUID | None
    payee_person_id: UUID
    month: date
    seq: int
    amount_fen: int
    payable_fen: int
    days_paid: int
    pay_by: date
    supersedes_id: UUID | None
    payout_state: PayoutState | None
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class DayView:
    """One day of a subsidy with what decided it."""

    day: date
    is_paid: bool
    rule: str
    policy_key: str
    source: str | None
    assumed: bool
    explanation: str
    record_id: UUID | None


@dataclass(frozen=True, slots=True)
class RuleView:
    """A policy value that decided days, with its label and where it stands."""

    policy_key: str
    label: str
    value: str
    origin: str
    assumed: bool

    @classmethod
    def of(cls, explained: Explained, *, origin: str) -> "RuleView":
        """Show an explained value."""
        return cls(explained.key, explained.label, str(explained.value), origin, explained.assumed)


@dataclass(frozen=True, slots=True)
class SubsidyDetail:
    """A subsidy with every day of its month, the rules that decided them, and the review of this row."""

    subsidy: SubsidyView
    review: MonthReviewView | None
    days: tuple[DayView, ...]
    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True)
class DueCount:
    """How many months of a district that are to be paid by a day are not paid in full, and what they lack."""

    district_code: str
    pay_by: date
    count: int
    unpaid_fen: int


@dataclass(frozen=True, slots=True)
class DueView:
    """A month not yet paid in full: `days_left` to its pay-by day, negative when that has passed, and why it waits."""

    id: UUID
    client_id: UUID
    carer_id: UUID | None
    payee_person_id: UUID
    month: date
    pay_by: date
    days_left: int
    unpaid_fen: int
    payout_state: PayoutState | None
    held: HeldReason | None
    held_until: datetime | None
