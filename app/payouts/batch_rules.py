"""Decisions about batches: what is open, what must wait, what an answer changes. Pure; money is integer fen."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

from app.gateways.bank.types import FailureReason, Outcome, PaymentBatch
from app.kernel.canonical import canonical_bytes
from app.payouts.amount_rules import RULES_VERSION
from app.payouts.batch_types import HeldReason, MonthChange, OpenAmount, StateCount, SubsidyRow
from app.payouts.review_types import MonthStanding
from app.payouts.types import BatchState, MonthFacts, PayoutState
from app.registry.types import NameCheck, PayeeAccount

Item = TypeVar("Item")
State = PayoutState
MONTHS_HELD: Mapping[MonthStanding, HeldReason] = MappingProxyType(
    {MonthStanding.WAITING: HeldReason.MONTH_UNREVIEWED, MonthStanding.HELD: HeldReason.MONTH_HELD}
)

SETTLED = frozenset({State.PAID, State.FAILED, State.RETURNED})
STATES_OF_BATCHES = (
    (frozenset({State.CANCELLED}), BatchState.WITHDRAWN),
    (frozenset({State.DRAFT}), BatchState.PREPARED),
    (frozenset({State.APPROVED}), BatchState.APPROVED),
    (frozenset({State.FROZEN}), BatchState.FROZEN),
    (SETTLED, BatchState.ANSWERED),
)
# The steps an outcome makes a payment take; a state that is missing contradicts it. A return may come before the
# answer did: the money left and came back.
STEPS: Mapping[Outcome, Mapping[State, tuple[State, ...]]] = MappingProxyType(
    {
        Outcome.PAID: {State.SENT: (State.PAID,), State.UNKNOWN: (State.PAID,), State.PAID: (), State.RETURNED: ()},
        Outcome.FAILED: {State.SENT: (State.FAILED,), State.UNKNOWN: (State.FAILED,), State.FAILED: ()},
        Outcome.UNKNOWN: {State.SENT: (State.UNKNOWN,), State.UNKNOWN: ()},
        Outcome.RETURNED: {
            State.SENT: (State.PAID, State.RETURNED),
            State.UNKNOWN: (State.PAID, State.RETURNED),
            State.PAID: (State.RETURNED,),
            State.RETURNED: (),
        },
    }
)
# What the bank's reason says of the account: `matched` no longer, until somebody has looked again.
DOUBTS: Mapping[FailureReason, NameCheck] = MappingProxyType(
    {
        FailureReason.NAME_MISMATCH: NameCheck.MISMATCHED,
        FailureReason.NO_SUCH_ACCOUNT: NameCheck.UNCHECKED,
        FailureReason.ACCOUNT_CLOSED: NameCheck.UNCHECKED,
        FailureReason.ACCOUNT_ABNORMAL: NameCheck.UNCHECKED,
        FailureReason.ACCOUNT_FROZEN: NameCheck.UNCHECKED,
        FailureReason.BAD_BANK_CODE: NameCheck.UNCHECKED,
        FailureReason.PAYEE_TYPE: NameCheck.UNCHECKED,
    }
)


def find_open(rows: Iterable[SubsidyRow]) -> tuple[OpenAmount, ...]:
    """Say what each pair's month still lacks: its newest amount less what live payouts of any of its rows carry.

    The payment belongs to the newest row without a live payout; there is one whenever something is lacking, since a
    payout always brings its month up to the amount of then. `rows` come in order of pair and seq.
    """
    found = []
    for _, group in groupby(rows, key=lambda row: (row.client_id, row.carer_id)):
        month = list(group)
        newest = month[-1]
        lacking = newest.amount_fen - sum(row.live_fen for row in month)
        free = [row for row in month if not row.live_fen]
        if lacking > 0 and free:
            found.append(
                OpenAmount(
                    subsidy_id=free[-1].subsidy_id,
                    newest_id=newest.subsidy_id,
                    client_id=newest.client_id,
                    carer_id=newest.carer_id,
                    payee_person_id=newest.payee_person_id,
                    amount_fen=lacking,
                    pay_by=newest.pay_by,
                )
            )
    return tuple(found)


def find_lowered(rows: Iterable[SubsidyRow]) -> frozenset[UUID]:
    """Subsidies of months whose live payouts carry more than the month comes to now: news came after they were made."""
    lowered: set[UUID] = set()
    for _, group in groupby(rows, key=lambda row: (row.client_id, row.carer_id)):
        month = list(group)
        if sum(row.live_fen for row in month) > month[-1].amount_fen:
            lowered.update(row.subsidy_id for row in month)
    return frozenset(lowered)


def judge_account(account: PayeeAccount | None, *, at: datetime) -> tuple[HeldReason, datetime | None] | None:
    """Say why money may not go to an account now, and until when if time alone ends it; None when it may.

    An unchecked holder waits like a wrong one: the bank would refuse the name, and the money would be away for days.
    """
    if account is None:
        return HeldReason.NO_ACCOUNT, None
    if not account.is_intact:
        return HeldReason.ACCOUNT_ALTERED, None
    if account.name_check is NameCheck.MISMATCHED:
        return HeldReason.NAME_MISMATCHED, None
    if account.name_check is not NameCheck.MATCHED:
        return HeldReason.NAME_UNCHECKED, None
    if account.hold_until is not None and at < account.hold_until:
        return HeldReason.ACCOUNT_NEW, account.hold_until
    return None


def judge_wait(
    account: PayeeAccount | None,
    *,
    is_unconfirmed: bool,
    month: MonthStanding,
    is_review_overdue: bool,
    at: datetime,
) -> tuple[HeldReason, datetime | None] | None:
    """Say why a month's money waits: one person alone says that it came back, a reviewer holds the month or has not
    decided yet, the client's review is overdue where the policy holds payment for that, or a reason of the account."""
    if is_unconfirmed:
        return HeldReason.ANSWER_UNCONFIRMED, None
    if month in MONTHS_HELD:
        return MONTHS_HELD[month], None
    if is_review_overdue:
        return HeldReason.REVIEW_OVERDUE, None
    return judge_account(account, at=at)


def find_doubts(reasons: Iterable[tuple[UUID, FailureReason | None]]) -> dict[UUID, NameCheck]:
    """What becomes of the name checks of accounts, by account, when payments to them failed for these reasons.

    A mismatch is the stronger word where an account is named twice.
    """
    doubts: dict[UUID, NameCheck] = {}
    for account_id, reason in reasons:
        doubt = None if reason is None else DOUBTS.get(reason)
        if doubt is not None and doubts.get(account_id) is not NameCheck.MISMATCHED:
            doubts[account_id] = doubt
    return doubts


def change_month(before_fen: int, after_fen: int, *, live_fen: int) -> MonthChange:
    """Split a change of a month's amount into what is owed to the payee and what he owes.

    With `live_fen` in payouts, a month of 700 after one of 750 takes 50 off what is owed if nothing is paid yet, and
    makes him owe 50 if all of it is.
    """
    payable = max(0, after_fen - live_fen) - max(0, before_fen - live_fen)
    receivable = max(0, live_fen - after_fen) - max(0, live_fen - before_fen)
    return MonthChange(payable, receivable)


def find_set_off(amount_fen: int, *, month_fen: int, live_fen: int) -> int:
    """How much of a payment that did not arrive is set off against what the payee owes for the same month.

    `live_fen` is what payouts carried before this one of `amount_fen` died, `month_fen` what the month comes to.
    """
    return min(amount_fen, max(0, live_fen - month_fen))


def find_steps(state: PayoutState, outcome: Outcome) -> tuple[PayoutState, ...] | None:
    """The states a payment passes by what the bank says of it; none when it is known, None when it contradicts."""
    return STEPS[outcome].get(state)


def judge_batch(counts: Iterable[StateCount]) -> BatchState:
    """The state of a batch by those of its payouts."""
    states = {each.state for each in counts}
    return next((state for among, state in STATES_OF_BATCHES if states <= among), BatchState.SENT)


def serial_of(payout_id: UUID) -> str:
    """The reference of a payment at the bank, the same on every retry: 33 of A-Z and 0-9, unique for ever."""
    return f"P{payout_id.hex.upper()}"


def batch_number(batch_id: UUID, *, execute_on: date) -> str:
    """The number of a batch at the bank: its day and 12 hex digits of its id; readable, and never the same twice."""
    return f"B{execute_on:%Y%m%d}{batch_id.hex[-12:].upper()}"


def portions(items: Sequence[Item], *, size: int) -> tuple[Sequence[Item], ...]:
    """The items in order, at most `size` together."""
    return tuple(items[start : start + size] for start in range(0, len(items), size))


def canonical_batch(batch: PaymentBatch) -> Mapping[str, object]:
    """Everything of a batch that moves money, for its digest: who pays, whom, how much, when, under which serials."""
    return {
        "batch_number": batch.batch_number,
        "execute_on": batch.execute_on,
        "debtor": batch.debtor,
        "lines": batch.lines,
    }


def digest_facts(facts: MonthFacts, *, payee_person_id: UUID, policy_digests: Iterable[str]) -> bytes:
    """SHA-256 of everything a month's computation reads: rights, days, payee, policies, and by which rules.

    The days go in as one text each, since a fund has hundreds of thousands of them.
    """
    days = sorted(
        (each.day.isoformat(), each.standing.value, each.care_day_id.hex) for each in facts.day_facts.values()
    )
    read: dict[str, object] = {
        "client": facts.client,
        "carer_id": facts.carer_id,
        "month": facts.month,
        "days": "\n".join(" ".join(day) for day in days),
        "payee_person_id": payee_person_id,
        "policies": sorted(set(policy_digests)),
        "is_shared": facts.is_shared,
        "rules": RULES_VERSION,
    }
    if facts.carer_id is None:
        read["choices"] = facts.choices
    return hashlib.sha256(canonical_bytes(read)).digest()
