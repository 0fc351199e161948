"""What the rules notice about a month, and when a person must look: tables of cases, boundaries included."""

from dataclasses import replace
from itertools import product

import pytest

from app.payouts.review_rules import find_flags, judge_decision, judge_month
from app.payouts.review_types import FlagCode, MonthDecision, MonthRefusal, MonthSigns, MonthStanding
from app.policies.codes import MonthReviewRule

QUIET = MonthSigns(days_paid=30, days_before=30)
F, R, D, S = FlagCode, MonthReviewRule, MonthDecision, MonthStanding


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({}, {}),
        ({"days_before": None}, {}),
        ({"days_away": 1}, {F.CARED_WHILE_AWAY: {"days": 1}}),
        ({"days_late": 14}, {}),  # under half
        ({"days_late": 15}, {F.ENTERED_LATE: {"days": 15, "days_paid": 30}}),
        ({"days_paid": 4, "days_late": 4}, {}),  # all of them, but few
        ({"days_paid": 5, "days_late": 5}, {F.ENTERED_LATE: {"days": 5, "days_paid": 5}}),
        ({"days_by_silence": 1}, {F.PAID_BY_SILENCE: {"days": 1}}),
        ({"days_before": 21}, {}),
        ({"days_before": 20}, {F.MORE_DAYS: {"days_paid": 30, "days_before": 20}}),
        ({"days_before": 0}, {F.MORE_DAYS: {"days_paid": 30, "days_before": 0}}),
        ({"days_paid": 0}, {}),
        ({"is_account_changed": True}, {F.ACCOUNT_CHANGED: {}}),
        ({"was_decided": True}, {F.RECOMPUTED: {}}),
        ({"was_decided": True, "days_away": 2}, {F.RECOMPUTED: {}, F.CARED_WHILE_AWAY: {"days": 2}}),
    ],
)
def test_the_rules_notice(changes, flags):
    assert {flag.code: flag.facts for flag in find_flags(replace(QUIET, **changes))} == flags


@pytest.mark.parametrize(
    ("rule", "is_flagged", "standing"),
    [
        (R.NONE, False, S.NOT_NEEDED),
        (R.NONE, True, S.NOT_NEEDED),
        (R.FLAGGED, False, S.NOT_NEEDED),
        (R.FLAGGED, True, S.WAITING),
        (R.EVERY, False, S.WAITING),
        (R.EVERY, True, S.WAITING),
    ],
)
def test_an_undecided_month_waits_by_policy_while_some_of_it_is_left_to_pay(rule, is_flagged, standing):
    judged = [
        judge_month(rule, decision=None, is_flagged=is_flagged, is_lacking=is_lacking) for is_lacking in (True, False)
    ]

    assert judged == [standing, S.NOT_NEEDED]


def test_a_decision_stands_under_every_rule():
    for decision, rule, is_flagged, is_lacking in product(D, R, (True, False), (True, False)):
        judged = judge_month(rule, decision=decision, is_flagged=is_flagged, is_lacking=is_lacking)

        assert judged.value == decision.value


@pytest.mark.parametrize(
    ("decision", "before", "is_lacking", "refusal"),
    [
        (D.ACCEPTED, None, True, None),
        (D.HELD, None, True, None),
        (D.HELD, D.ACCEPTED, True, None),
        (D.ACCEPTED, D.HELD, True, None),
        (D.ACCEPTED, D.ACCEPTED, True, MonthRefusal.DECIDED_SO),
        (D.HELD, D.HELD, True, MonthRefusal.DECIDED_SO),
        (D.HELD, D.ACCEPTED, False, MonthRefusal.NOTHING_LEFT),
        (D.ACCEPTED, None, False, MonthRefusal.NOTHING_LEFT),
        (D.ACCEPTED, D.ACCEPTED, False, MonthRefusal.DECIDED_SO),
    ],
)
def test_a_decision_is_taken_once_and_while_there_is_money_to_decide_of(decision, before, is_lacking, refusal):
    assert judge_decision(decision, before=before, is_lacking=is_lacking) == refusal
