"""A client's fee list (费用清单): what each visit of a month costs, and who pays it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.policies.entry_terms import HomeLimit
from app.policies.oversight_terms import Price


class FeeState(StrEnum):
    """Where a visit of the list stands; only an accepted one costs anybody anything."""

    ACCEPTED = "accepted"
    IN_REVIEW = "in_review"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Extra:
    """An item beside the plan that the client agreed to pay himself (计划外项目), at the price told before; None: none
    was kept."""

    item_code: str
    name: str | None
    price_fen: int | None


@dataclass(frozen=True, slots=True)
class Work:
    """A visit as it is priced: payable minutes as they were accepted, what was done of the plan, and by whom."""

    visit_id: UUID
    service_on: date
    minutes: int
    item_codes: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    is_by_nurse: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """By what a visit is priced and split: the rules of its day, for what its client is entitled to on that day.

    `tells_share` is false where a deductible or a yearly limit decides too, which the list does not reckon.
    """

    prices: tuple[Price, ...]
    limits: tuple[HomeLimit, ...]
    tells_share: bool = True


@dataclass(frozen=True, slots=True)
class Split:
    """What a visit costs in fen, and who pays: `total = fund + personal`; `over` is the part of the personal amount
    that lies over a limit. None where it is not known here."""

    total_fen: int | None = None
    fund_fen: int | None = None
    personal_fen: int | None = None
    over_fen: int | None = None


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One visit of the list; of one that is not accepted, no amount. `extra_fen` is None where a price was not kept."""

    visit_id: UUID
    service_on: date
    began_at: datetime | None
    minutes: int
    state: FeeState
    split: Split = Split()
    extras: tuple[Extra, ...] = ()
    extra_fen: int | None = None


@dataclass(frozen=True, slots=True)
class FeeTotals:
    """Sums of the accepted lines; None where one of them is not known."""

    accepted: int
    in_review: int
    minutes: int
    split: Split
    extra_fen: int | None


@dataclass(frozen=True, slots=True)
class FeeConfirmationView:
    """That the client or his guardian confirmed the personal share of a list."""

    id: UUID
    client_id: UUID
    month: date
    digest: str
    personal_fen: int
    extra_fen: int | None
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class LastConfirmation:
    """The newest confirmation of a month; not current where the list has changed since."""

    confirmed_at: datetime
    personal_fen: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class FeeList:
    """A month's list. `digest` is of all accepted visits, whoever asks; `is_whole` says that none is hidden from him.

    `waits_for_share`: a visit in review waits for the typed confirmation of the month's own share.
    """

    client_id: UUID
    month: date
    lines: tuple[FeeLine, ...]
    totals: FeeTotals
    digest: str
    is_whole: bool
    waits_for_share: bool
    confirmation: LastConfirmation | None


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A list with the policies by which it was reckoned."""

    fees: FeeList
    policy_digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfirmFees:
    """Command: the personal share of exactly this list is confirmed; the month by its first day."""

    month: date
    digest: str
