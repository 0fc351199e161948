"""Decisions about batches, as tables."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateways.bank.types import FailureReason, Outcome
from app.payouts.batch_rules import (
    batch_number,
    change_month,
    digest_facts,
    find_doubts,
    find_lowered,
    find_open,
    find_set_off,
    find_steps,
    judge_account,
    judge_batch,
    judge_wait,
    portions,
    serial_of,
)
from app.payouts.batch_types import HeldReason, StateCount, SubsidyRow
from app.payouts.review_types import MonthStanding
from app.payouts.types import ALLOWED, BatchState, PayoutState
from app.registry.types import NameCheck, PayeeAccount
from tests.payouts.months import CARER, CLIENT, a_month

NOW = datetime(2026, 12, 2, tzinfo=UTC)
ACCOUNT = PayeeAccount(
    id=UUID(int=1),
    person_id=UUID(int=2),
    number="6222021000112345672",
    name="陈玉兰",
    bank_code="102110000018",
    bank_name=None,
    name_check=NameCheck.MATCHED,
    hold_until=None,
)
S = PayoutState


def a_row(seq: int, amount_fen: int, live_fen: int = 0, carer: int = 2) -> SubsidyRow:
    pair = (CLIENT, UUID(int=carer))
    return SubsidyRow(UUID(int=100 * carer + seq), *pair, UUID(int=9), seq, amount_fen, live_fen, date(2026, 12, 20))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        ([a_row(1, 75_000)], [(201, 75_000)]),
        ([a_row(1, 0)], []),
        ([a_row(1, 75_000, 75_000)], []),
        ([a_row(1, 75_000), a_row(2, 70_000)], [(202, 70_000)]),
        ([a_row(1, 75_000, 75_000), a_row(2, 70_000)], []),
        ([a_row(1, 70_000, 70_000), a_row(2, 75_000)], [(202, 5_000)]),
        ([a_row(1, 70_000), a_row(2, 75_000, 5_000)], [(201, 70_000)]),  # the first payment failed later
        ([a_row(1, 75_000), a_row(1, 50_000, carer=3)], [(201, 75_000), (301, 50_000)]),
    ],
)
def test_open_is_what_a_month_lacks(rows, expected):
    found = find_open(rows)

    assert [(each.subsidy_id.int, each.amount_fen) for each in found] == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], set()),
        ([a_row(1, 75_000, 75_000)], set()),
        ([a_row(1, 75_000, 75_000), a_row(2, 80_000)], set()),
        ([a_row(1, 75_000, 75_000), a_row(2, 74_999)], {201, 202}),
        ([a_row(1, 70_000, 70_000), a_row(2, 75_000, 5_000), a_row(3, 72_500)], {201, 202, 203}),
        ([a_row(1, 75_000), a_row(2, 70_000, 70_000)], set()),
        ([a_row(1, 75_000, 75_000), a_row(2, 0), a_row(1, 75_000, 75_000, carer=3)], {201, 202}),
    ],
)
def test_a_month_is_lowered_when_its_payouts_carry_more_than_it_comes_to(rows, expected):
    assert {each.int for each in find_lowered(rows)} == expected


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (None, (HeldReason.NO_ACCOUNT, None)),
        (ACCOUNT, None),
        (replace(ACCOUNT, name_check=NameCheck.UNCHECKED), (HeldReason.NAME_UNCHECKED, None)),
        (replace(ACCOUNT, name_check=NameCheck.MISMATCHED), (HeldReason.NAME_MISMATCHED, None)),
        (replace(ACCOUNT, is_intact=False), (HeldReason.ACCOUNT_ALTERED, None)),
        (replace(ACCOUNT, hold_until=NOW), None),  # the hold is over at its end
        (replace(ACCOUNT, hold_until=NOW + timedelta(1)), (HeldReason.ACCOUNT_NEW, NOW + timedelta(1))),
    ],
)
def test_an_account_is_judged(account, expected):
    assert judge_account(account, at=NOW) == expected


def test_a_month_that_came_back_by_one_persons_word_waits_whatever_its_account():
    told = [
        judge_wait(account, is_unconfirmed=True, month=MonthStanding.HELD, is_review_overdue=overdue, at=NOW)
        for account in (ACCOUNT, None)
        for overdue in (True, False)
    ]

    assert told == [(HeldReason.ANSWER_UNCONFIRMED, None)] * 4


@pytest.mark.parametrize(
    ("account", "month", "overdue", "expected"),
    [
        (ACCOUNT, MonthStanding.NOT_NEEDED, False, None),
        (ACCOUNT, MonthStanding.ACCEPTED, False, None),
        (ACCOUNT, MonthStanding.ACCEPTED, True, (HeldReason.REVIEW_OVERDUE, None)),
        (None, MonthStanding.NOT_NEEDED, True, (HeldReason.REVIEW_OVERDUE, None)),
        (None, MonthStanding.ACCEPTED, False, (HeldReason.NO_ACCOUNT, None)),
        (None, MonthStanding.WAITING, True, (HeldReason.MONTH_UNREVIEWED, None)),
        (ACCOUNT, MonthStanding.HELD, False, (HeldReason.MONTH_HELD, None)),
    ],
)
def test_a_month_waits_for_its_review_then_for_the_clients_and_then_for_its_account(account, month, overdue, expected):
    assert judge_wait(account, is_unconfirmed=False, month=month, is_review_overdue=overdue, at=NOW) == expected


R = FailureReason


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ([], None),
        ([None], None),
        ([R.OTHER], None),
        ([R.FILE_REFUSED], None),
        ([R.NAME_MISMATCH], NameCheck.MISMATCHED),
        ([R.ACCOUNT_CLOSED], NameCheck.UNCHECKED),
        ([R.NO_SUCH_ACCOUNT, R.NAME_MISMATCH], NameCheck.MISMATCHED),
        ([R.NAME_MISMATCH, R.BAD_BANK_CODE], NameCheck.MISMATCHED),
        ([R.PAYEE_TYPE, None, R.OTHER], NameCheck.UNCHECKED),
    ],
)
def test_an_account_is_doubted_for_reasons_of_its_own(reasons, expected):
    doubts = find_doubts((ACCOUNT.id, reason) for reason in reasons)

    assert doubts == ({} if expected is None else {ACCOUNT.id: expected})


@pytest.mark.parametrize(
    ("before", "after", "live", "expected"),
    [
        (0, 75_000, 0, (75_000, 0)),
        (75_000, 70_000, 0, (-5_000, 0)),
        (75_000, 70_000, 75_000, (0, 5_000)),
        (75_000, 60_000, 70_000, (-5_000, 10_000)),
        (70_000, 75_000, 75_000, (0, -5_000)),
        (60_000, 80_000, 70_000, (10_000, -10_000)),
    ],
)
def test_a_change_is_split_by_what_payouts_carry(before, after, live, expected):
    change = change_month(before, after, live_fen=live)

    assert (change.payable_fen, change.receivable_fen) == expected


@given(before=st.integers(0, 10**9), after=st.integers(0, 10**9), live=st.integers(0, 10**9))
def test_both_parts_of_a_change_make_the_change(before, after, live):
    change = change_month(before, after, live_fen=live)

    assert change.payable_fen - change.receivable_fen == after - before


@pytest.mark.parametrize(
    ("amount", "month", "live", "expected"),
    [(75_000, 75_000, 75_000, 0), (75_000, 72_500, 75_000, 2_500), (5_000, 0, 75_000, 5_000)],
)
def test_what_is_owed_is_set_off(amount, month, live, expected):
    assert find_set_off(amount, month_fen=month, live_fen=live) == expected


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("state", PayoutState)
def test_every_step_after_an_outcome_is_a_legal_one(state: PayoutState, outcome: Outcome):
    steps = find_steps(state, outcome) or ()

    for before, after in zip((state, *steps), steps, strict=False):
        assert after in ALLOWED[before]


@pytest.mark.parametrize(
    ("state", "outcome", "expected"),
    [
        (S.SENT, Outcome.PAID, (S.PAID,)),
        (S.SENT, Outcome.RETURNED, (S.PAID, S.RETURNED)),
        (S.UNKNOWN, Outcome.UNKNOWN, ()),
        (S.RETURNED, Outcome.PAID, ()),
        (S.PAID, Outcome.FAILED, None),
        (S.FAILED, Outcome.PAID, None),
        (S.PAID, Outcome.UNKNOWN, None),
    ],
)
def test_an_outcome_leads_on_or_contradicts(state, outcome, expected):
    assert find_steps(state, outcome) == expected


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([S.DRAFT], BatchState.PREPARED),
        ([S.APPROVED], BatchState.APPROVED),
        ([S.FROZEN], BatchState.FROZEN),
        ([S.SENT], BatchState.SENT),
        ([S.PAID, S.UNKNOWN], BatchState.SENT),
        ([S.PAID, S.FAILED, S.RETURNED], BatchState.ANSWERED),
        ([S.CANCELLED], BatchState.WITHDRAWN),
    ],
)
def test_the_state_of_a_batch_follows_its_payouts(states, expected):
    assert judge_batch([StateCount(state, 1, 1) for state in states]) is expected


def test_serials_and_batch_numbers_fit_the_bank_and_are_never_the_same():
    ids = [uuid4() for _ in range(1000)]
    made = {serial_of(each) for each in ids} | {batch_number(each, execute_on=date(2026, 12, 3)) for each in ids}

    assert len(made) == 2000
    assert all(re.fullmatch(r"[A-Z0-9]{1,35}", each) for each in made)


def test_a_serial_is_the_same_on_every_retry():
    assert serial_of(UUID(int=1)) == "P00000000000000000000000000000001"


def test_portions_keep_the_order_and_the_limit():
    assert portions([1, 2, 3], size=2) == ([1, 2], [3])


def test_the_digest_of_facts_changes_with_payee_and_rules_only_when_they_do():
    facts = a_month()
    same = {"payee_person_id": CARER, "policy_digests": ["a", "b"]}
    first = digest_facts(facts, **same)

    assert digest_facts(a_month(), **same | {"policy_digests": ["b", "a", "a"]}) == first
    assert digest_facts(facts, **same | {"payee_person_id": CLIENT}) != first
    assert digest_facts(facts, **same | {"policy_digests": ["a"]}) != first
    assert digest_facts(replace(facts, is_shared=True), **same) != first
