"""Cash for who stays in home care without a break: from which month on, how much, and what begins it anew."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from app.payouts.continuous_rules import home_since, longest_step, step_on
from app.payouts.rules import calendar_days, compute_subsidy
from app.payouts.types import DayRule, MonthFacts, SubsidyComputation
from app.policies.codes import HomeType, Payee
from app.policies.oversight_codes import SupplementChoice
from app.policies.service import load_book
from app.policies.types import Policy
from app.registry.types import CashChoiceView, EntitlementView, ServiceMode, StayKind
from tests.payouts.months import CLIENT, a_client_month, a_stay, a_suspension, always, an_entitlement

R = DayRule
SHANGHAI = load_book().policy_for(region="shanghai", district=None, on=date(2026, 7, 1))
STEPS = SHANGHAI.supplement.steps
JAN, FEB, MARCH, JUNE, JULY = (date(2026, month, 1) for month in (1, 2, 3, 6, 7))


def at_home(start: date, end: date | None = None, *, level: str = "5", **more) -> EntitlementView:
    return an_entitlement(start, end, level=level, **({"home_types": (HomeType.AGENCY_CARE,)} | more))


def chosen(valid_from: date = JAN, *, takes_cash: bool = True) -> CashChoiceView:
    return CashChoiceView(UUID(int=70), CLIENT, takes_cash, valid_from, valid_from)


CASH = (chosen(),)


def month_of(month: date, *, policy: Policy = SHANGHAI, choices=CASH, **client) -> SubsidyComputation:
    own = a_client_month(**({"entitlements": (at_home(JAN),), "assignments": (), "trainings": ()} | client))
    return compute_subsidy(MonthFacts(own, None, month, {}, choices=choices), policies=always(policy))


MONTHS = [  # home care since: month, fen
    (JAN, JAN, 0),
    (JAN, FEB, 4_000),
    (JAN, JUNE, 4_000),
    (JAN, JULY, 8_000),
    (JAN, date(2030, 1, 1), 8_000),
    (date(2026, 1, 2), FEB, 3_857),  # from the 2nd on: 4,000 x 27 / 28
    (date(2026, 1, 31), FEB, 143),  # a month later is the last of February: 4,000 x 1 / 28
    (date(2026, 1, 16), JULY, 6_065),  # 15 days of 4,000 and 16 of 8,000, of 31
    (FEB, JAN, 0),
    (date(2025, 12, 2), JAN, 3_871),  # 4,000 x 30 / 31
]


@pytest.mark.parametrize(("since", "month", "expected"), MONTHS)
def test_cash_comes_with_the_second_month_and_doubles_with_the_seventh(since, month, expected):
    assert month_of(month, entitlements=(at_home(since),)).amount_fen == expected


EDGES = [  # day, cash: home care since 1 January
    (date(2026, 1, 31), None),
    (date(2026, 2, 1), 4_000),
    (date(2026, 6, 30), 4_000),
    (date(2026, 7, 1), 8_000),
]


@pytest.mark.parametrize(("day", "cash_fen"), EDGES)
def test_a_step_holds_over_and_up_to_its_months(day, cash_fen):
    step = step_on(day, since=JAN, steps=STEPS)

    assert (step and step.cash_fen) == cash_fen


BREAKS = [  # what there was besides home care since January: the first day the months of 1 August are counted from
    ("nothing", {}, JAN),
    ("a night in hospital", {"stays": (a_stay(date(2026, 3, 9), date(2026, 3, 10)),)}, date(2026, 3, 10)),
    ("a day in hospital without a night", {"stays": (a_stay(MARCH, MARCH),)}, JAN),
    ("a journey", {"stays": (a_stay(MARCH, JUNE, StayKind.TRAVEL),)}, JUNE),
    ("two stays", {"stays": (a_stay(MARCH, JUNE), a_stay(date(2026, 6, 5), date(2026, 6, 9)))}, date(2026, 6, 9)),
    ("admitted on the day itself", {"stays": (a_stay(date(2026, 8, 1), None),)}, JAN),
    ("discharged on the day itself", {"stays": (a_stay(JULY, date(2026, 8, 1)),)}, date(2026, 8, 1)),
    ("still in hospital", {"stays": (a_stay(JULY, None),)}, None),
    ("admitted later", {"stays": (a_stay(date(2026, 8, 2), None),)}, JAN),
    ("a suspension of a day", {"suspensions": (a_suspension(MARCH, date(2026, 3, 2)),)}, date(2026, 3, 2)),
    ("a suspension withdrawn", {"suspensions": (a_suspension(MARCH, MARCH),)}, JAN),
    ("suspended", {"suspensions": (a_suspension(JULY, None),)}, None),
    ("another level, not a day between", {"entitlements": (at_home(JAN, MARCH), at_home(MARCH, level="6"))}, JAN),
    ("a lower level", {"entitlements": (at_home(JAN, MARCH, level="4"), at_home(MARCH))}, JAN),
    ("a gap of a day", {"entitlements": (at_home(JAN, FEB), at_home(date(2026, 2, 2)))}, date(2026, 2, 2)),
    (
        "a month in an institution",
        {
            "entitlements": (
                at_home(JAN, MARCH),
                at_home(MARCH, JUNE, mode=ServiceMode.INSTITUTION, home_types=()),
                at_home(JUNE),
            )
        },
        JUNE,
    ),
    ("in an institution", {"entitlements": (at_home(JAN, mode=ServiceMode.INSTITUTION, home_types=()),)}, None),
    ("ended", {"entitlements": (at_home(JAN, JULY),)}, None),
]


@pytest.mark.parametrize(("client", "since"), [each[1:] for each in BREAKS], ids=[each[0] for each in BREAKS])
def test_a_break_begins_the_months_anew(client, since):
    own = a_client_month(**({"entitlements": (at_home(JAN),)} | client))

    assert home_since(date(2026, 8, 1), own) == since


def test_a_hospital_stay_in_the_month_leaves_the_days_before_it_and_begins_the_months_anew():
    """1 to 9 July and the day of admission at 8,000 by days; from the discharge on the first month runs again."""
    stays = (a_stay(date(2026, 7, 10), date(2026, 7, 15)),)

    done = month_of(JULY, stays=stays)

    assert done.amount_fen == 2_581  # 8,000 x 10 / 31
    assert [line.rule for line in done.days] == [R.PAID] * 10 + [R.IN_HOSPITAL] * 4 + [R.NOT_LONG_ENOUGH] * 17
    assert month_of(date(2026, 8, 1), stays=stays).amount_fen == 2_194  # from the 15th: 4,000 x 17 / 31


REASONS = [  # rule of every day of July, fen
    ({}, (chosen(),), R.PAID, 8_000),
    ({}, (), R.HOURS_CHOSEN, 0),
    ({}, (chosen(takes_cash=False),), R.HOURS_CHOSEN, 0),
    ({}, (chosen(date(2026, 8, 1)),), R.HOURS_CHOSEN, 0),
    ({}, (chosen(), chosen(JULY, takes_cash=False)), R.HOURS_CHOSEN, 0),
    ({}, (chosen(JULY, takes_cash=False), chosen(JULY)), R.PAID, 8_000),
    ({"entitlements": (at_home(JAN, level="4"),)}, (chosen(),), R.LEVEL_TOO_LOW, 0),
    ({"entitlements": (at_home(JAN, level="6"),)}, (chosen(),), R.PAID, 8_000),
    ({"entitlements": (at_home(JAN, level="五级"),)}, (chosen(),), R.UNKNOWN_LEVEL, 0),
    ({"entitlements": (at_home(JAN, JULY),)}, (chosen(),), R.ENTITLEMENT_ENDED, 0),
    ({"entitlements": (at_home(date(2026, 8, 1)),)}, (chosen(),), R.BEFORE_ENTITLEMENT, 0),
    (
        {"entitlements": (at_home(JAN, mode=ServiceMode.COMMUNITY, home_types=()),)},
        (chosen(),),
        R.NOT_AT_HOME,
        0,
    ),
    ({"suspensions": (a_suspension(MARCH, None),)}, (chosen(),), R.SUSPENDED, 0),
    ({"stays": (a_stay(JUNE, None, StayKind.INSTITUTION),)}, (chosen(),), R.IN_INSTITUTION, 0),
    ({"died_on": JUNE}, (chosen(),), R.DIED, 0),
]


@pytest.mark.parametrize(("client", "choices", "rule", "expected"), REASONS)
def test_each_day_says_why_it_is_paid_or_not(client, choices, rule, expected):
    done = month_of(JULY, choices=choices, **client)

    assert ({line.rule for line in done.days}, done.amount_fen) == ({rule}, expected)


def test_a_level_that_rises_in_the_month_is_paid_from_its_day():
    rights = (at_home(JAN, date(2026, 7, 17), level="4"), at_home(date(2026, 7, 17)))

    done = month_of(JULY, entitlements=rights)

    assert (done.days_paid, done.amount_fen) == (15, 3_871)  # 8,000 x 15 / 31


def test_a_death_pays_the_days_until_it():
    done = month_of(JULY, died_on=date(2026, 7, 10))

    assert (done.days_paid, done.amount_fen) == (10, 2_581)


def test_the_money_is_the_insured_persons_and_each_paid_day_names_its_clause():
    done = month_of(JULY)

    assert (done.payee, done.carer_id) == (Payee.INSURED_PERSON, None)
    assert {(line.policy_key, line.source) for line in done.days} == {
        ("supplement.steps", "上海市长期护理保险试点办法 第十四条")
    }


@pytest.mark.parametrize("who", [SupplementChoice.HOURS_ONLY, SupplementChoice.CASH_ONLY, None])
def test_without_a_choice_in_the_rules_none_counts(who):
    policy = replace(SHANGHAI, supplement=replace(SHANGHAI.supplement, chosen_by=who))

    assert month_of(JULY, policy=policy).amount_fen == 0


def test_what_lies_before_the_longest_step_decides_nothing():
    """A month may be computed from the rights that touch so many months before it."""
    window = date(2026, 1, 1)
    assert longest_step(STEPS) == 6
    for since in (window - timedelta(days=1), window, date(2020, 2, 29)):
        known = [step_on(day, since=since, steps=STEPS) for day in calendar_days(JULY)]
        assert known == [STEPS[1]] * 31
