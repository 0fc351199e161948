"""An amount that depends on the level held on the day: a month with a change of level, and what it leaves alone."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.payouts.rules import calendar_days, compute_subsidy
from app.payouts.types import DayRule, SubsidyComputation
from app.policies.codes import DayDivisor, Rounding, SubsidyKind
from app.policies.terms import LevelAmount
from app.policies.types import Policy
from app.registry.types import EntitlementView, ServiceMode
from tests.payouts.months import (
    NOVEMBER,
    TIANJIN,
    a_month,
    a_stay,
    always,
    an_entitlement,
    every_day,
    tianjin_with,
)

JAN, FEB = date(2027, 1, 1), date(2027, 2, 1)
PER_DAY, SHARE = SubsidyKind.PER_DAY, SubsidyKind.SHARE_OF_PACKAGE
THIRTY, A_DAY = DayDivisor.THIRTY, Rounding.HALF_UP_PER_DAY
LEVELS = (LevelAmount(4, 90_000), LevelAmount(5, 120_000))  # level 3 has the usual 75,000


def by_level(rows: tuple[LevelAmount, ...] = LEVELS, **more: Any) -> Policy:
    return tianjin_with(subsidy={"level_amounts": rows} | more)


def held(*levels: tuple[str, date], end: date | None = None, **more: Any) -> tuple[EntitlementView, ...]:
    """Entitlements that follow one another without a gap."""
    starts = [start for _, start in levels[1:]] + [end]
    return tuple(
        an_entitlement(start, beyond, level=level, **more)
        for (level, start), beyond in zip(levels, starts, strict=True)
    )


def nov(day: int) -> date:
    return NOVEMBER.replace(day=day)


def amount(policy: Policy, *, month: date = NOVEMBER, missed: tuple[int, ...] = (), **client: Any) -> int:
    facts = every_day(month, but=missed)
    return compute_subsidy(a_month(month, facts=facts, **client), policies=always(policy)).amount_fen


LEVEL_CASES = [
    ("one level without a row has the usual amount", held(("3", nov(1))), 75_000),
    ("one level with a row", held(("4", nov(1))), 90_000),
    ("a level with a leading nought is its number", held(("04", nov(1))), 90_000),
    ("changed on the second day", held(("3", nov(1)), ("4", nov(2))), 2_500 + 87_000),
    ("changed in the middle", held(("3", nov(1)), ("4", nov(16))), 37_500 + 45_000),
    ("changed on the last day", held(("3", nov(1)), ("4", nov(30))), 72_500 + 3_000),
    ("changed on the first day", held(("3", date(2026, 10, 1)), ("4", nov(1))), 90_000),
    ("changes on the first day of the next month", held(("3", nov(1)), ("4", date(2026, 12, 1))), 75_000),
    ("up and down again", held(("3", nov(1)), ("5", nov(11)), ("3", nov(21))), 25_000 + 40_000 + 25_000),
    ("ends after the change", held(("3", nov(1)), ("4", nov(11)), end=nov(21)), 25_000 + 30_000),
    (
        "a gap between the levels is paid to neither",
        (an_entitlement(end=nov(11)), an_entitlement(nov(16), level="4")),
        25_000 + 45_000,
    ),
    (
        "an entitlement withdrawn on its first day is no level",
        (an_entitlement(), an_entitlement(nov(10), nov(10), level="5")),
        75_000,
    ),
    (
        "level and mode change together",
        (an_entitlement(end=nov(16)), an_entitlement(nov(16), level="4", mode=ServiceMode.INSTITUTION)),
        37_500,
    ),
]


@pytest.mark.parametrize(
    ("rights", "expected"), [case[1:] for case in LEVEL_CASES], ids=[case[0] for case in LEVEL_CASES]
)
def test_a_month_is_reckoned_by_the_days_at_each_level(rights: tuple[EntitlementView, ...], expected: int):
    assert amount(by_level(), entitlements=rights) == expected


UNKNOWN = [  # level, usual amount: paid days of a whole November, fen
    ("3", 75_000, 30, 75_000),
    ("4", 0, 30, 90_000),
    ("3", 0, 0, 0),
    ("重度Ⅱ级", 75_000, 0, 0),
    ("五级", 75_000, 0, 0),
]


@pytest.mark.parametrize(("level", "usual_fen", "days_paid", "expected"), UNKNOWN)
def test_a_level_without_an_amount_is_told_and_never_reckoned_by_another(level, usual_fen, days_paid, expected):
    rights = held((level, nov(1)))

    done = compute_subsidy(a_month(entitlements=rights), policies=always(by_level(amount_fen=usual_fen)))

    assert (done.days_paid, done.amount_fen) == (days_paid, expected)
    told = {(line.rule, line.policy_key, line.source, line.record_id) for line in done.days if not line.is_paid}
    assert told == (set() if days_paid else {(DayRule.UNKNOWN_LEVEL, "subsidy.level_amounts", None, rights[0].id)})


def test_where_levels_have_no_amounts_one_in_words_is_paid():
    assert amount(by_level(()), entitlements=held(("重度Ⅱ级", nov(1)))) == 75_000


def test_days_of_a_level_in_words_are_cut_from_a_month_that_is_paid_otherwise():
    rights = held(("4", nov(1)), ("重度", nov(11)), ("4", nov(21)))

    assert amount(by_level(), entitlements=rights) == 60_000


KINDS: list[
    tuple[dict[str, Any], date, tuple[int, ...], int]
] = [  # terms, month, days missed, fen; level 4 from the 11th
    ({}, JAN, (), 85_161),  # 24,193.55 + 60,967.74 = 85,161.29: by themselves the two would be rounded to 85,162
    ({}, JAN, (10, 11), 79_839),  # 21,774.19 + 58,064.52 = 79,838.71
    ({"day_divisor": THIRTY}, JAN, (), 85_161),  # nothing is cut
    ({"day_divisor": THIRTY}, JAN, (11,), 82_161),  # a thirtieth of 90,000 off
    ({"day_divisor": THIRTY}, JAN, (10,), 82_661),  # a thirtieth of 75,000 off
    ({"day_divisor": THIRTY}, JAN, tuple(range(1, 31)), 3_000),  # the 31st alone: a day at level 4
    ({"day_divisor": THIRTY}, FEB, tuple(range(1, 29)), 0),
    ({"rounding": A_DAY}, JAN, (10, 11), 79_831),  # 9 days of 2,419 and 20 of 2,903
    ({"kind": PER_DAY, "amount_fen": 2_000, "level_amounts": (LevelAmount(4, 3_000),)}, JAN, (), 83_000),
    ({"kind": PER_DAY, "amount_fen": 2_000, "level_amounts": (LevelAmount(4, 3_000),)}, JAN, (10, 11), 78_000),
    ({"kind": PER_DAY, "amount_fen": 2_000, "level_amounts": (LevelAmount(4, 0),)}, JAN, (), 20_000),
    (  # 238,400 and 178,800 of a package of 596,000 and 447,000, four tenths of each
        {
            "kind": SHARE,
            "amount_fen": 447_000,
            "package_share": Decimal("0.4"),
            "level_amounts": (LevelAmount(4, 596_000),),
        },
        NOVEMBER,
        (),
        218_533,  # 59,600 + 158,933.33
    ),
]


@pytest.mark.parametrize(("terms", "month", "missed", "expected"), KINDS)
def test_each_kind_of_subsidy_takes_the_amount_of_the_day(terms, month, missed, expected):
    rights = held(("3", date(2026, 1, 1)), ("4", month.replace(day=11)))

    assert amount(by_level(**terms), month=month, missed=missed, entitlements=rights) == expected


def test_spans_are_told_by_level_and_a_paid_day_names_the_value_of_its_level():
    rights = held(("3", nov(1)), ("4", nov(16)))

    done = compute_subsidy(a_month(entitlements=rights, stays=(a_stay(nov(20), nov(22)),)), policies=always(by_level()))

    assert [(each.first.day, each.beyond, each.days_paid, each.exact_fen) for each in done.spans] == [
        (1, nov(16), 15, Fraction(37_500)),
        (16, date(2026, 12, 1), 14, Fraction(42_000)),
    ]
    keys = [line.policy_key for line in done.days]
    assert keys[:15] == ["subsidy.amount_fen"] * 15
    assert set(keys[15:]) == {"subsidy.level_amounts", "subsidy.admission_day_paid"}


def test_a_level_left_long_ago_says_nothing_of_a_month():
    """By thirtieths the 14 days before the entitlement are cut from the month of the level that begins."""
    policy = by_level(day_divisor=THIRTY)
    earlier = an_entitlement(date(2025, 1, 1), date(2026, 6, 1))
    begun = an_entitlement(JAN.replace(day=15), level="4")

    assert amount(policy, month=JAN, entitlements=(earlier, begun)) == 90_000 - 14 * 3_000
    assert amount(policy, month=JAN, entitlements=(begun,)) == 90_000 - 14 * 3_000


def a_share(policy: Policy, month: date, rights: Any, days: frozenset[int]) -> SubsidyComputation:
    facts = every_day(month, but=frozenset(range(1, 32)) - days)
    return compute_subsidy(
        replace(a_month(month, facts=facts, entitlements=rights), is_shared=True), policies=always(policy)
    )


SHARES = [  # divisor, month, days of the first carer, fen of the first and of the second; level 4 from the 15th
    (DayDivisor.DAYS_IN_MONTH, FEB, range(1, 15), (37_500, 45_000)),
    (THIRTY, FEB, range(1, 15), (37_500, 45_000)),
    (THIRTY, FEB, range(8, 22), (18_750 + 22_500, 18_750 + 22_500)),
    (THIRTY, JAN, range(1, 2), (2_419, 80_806)),  # 2,419.35 and 31,451.61 + 49,354.84, both down
]


@pytest.mark.parametrize(("divisor", "month", "days", "expected"), SHARES)
def test_two_carers_share_a_month_with_a_change_of_level_by_their_days(divisor, month, days, expected):
    policy = by_level(day_divisor=divisor)
    rights = held(("3", date(2026, 1, 1)), ("4", month.replace(day=15)))
    own = frozenset(days)

    done = (a_share(policy, month, rights, own), a_share(policy, month, rights, frozenset(range(1, 32)) - own))

    assert tuple(each.amount_fen for each in done) == expected


@st.composite
def a_changed_month(draw: st.DrawFn) -> tuple[Policy, date, tuple[EntitlementView, ...]]:
    month = draw(st.sampled_from([NOVEMBER, JAN, FEB]))
    kind = draw(st.sampled_from([SubsidyKind.MONTHLY, PER_DAY, SHARE]))
    policy = by_level(
        tuple(LevelAmount(level, draw(st.integers(0, 10**6))) for level in (4, 5)),
        kind=kind,
        amount_fen=draw(st.integers(0, 10**6)),
        package_share=Decimal("0.333333") if kind is SHARE else None,
        day_divisor=draw(st.sampled_from(DayDivisor)),
        rounding=draw(st.sampled_from(Rounding)),
    )
    days = sorted(draw(st.sets(st.integers(1, 28), min_size=1, max_size=3)))
    levels = [(draw(st.sampled_from("345")), month + timedelta(days=number)) for number in days]
    return policy, month, held(("3", date(2026, 1, 1)), *levels)


def most_fen(policy: Policy, month: date, rights: tuple[EntitlementView, ...]) -> Fraction:
    """Every day at the amount of its level, by a loop that knows nothing of spans."""
    terms = policy.subsidy
    own = {str(row.level): row.amount_fen for row in terms.level_amounts}
    days = calendar_days(month)
    levels = [next(each.level for each in rights if each.period.covers(day)) for day in days]
    amounts = [own.get(level, terms.amount_fen) for level in levels]
    if terms.kind is PER_DAY:
        return Fraction(sum(amounts))
    return sum(amounts) * Fraction(terms.package_share if terms.package_share is not None else 1) / len(days)


@given(a_changed_month(), st.frozensets(st.integers(1, 31)))
def test_no_month_is_above_its_days_at_their_levels_and_a_full_one_is_just_that(changed, missed):
    policy, month, rights = changed
    bound = most_fen(policy, month, rights)

    some = amount(policy, month=month, missed=tuple(missed), entitlements=rights)

    assert 0 <= some <= bound + Fraction(1, 2)
    assert abs(amount(policy, month=month, entitlements=rights) - bound) <= Fraction(1, 2)


@given(a_changed_month(), st.frozensets(st.integers(1, 31)), st.frozensets(st.integers(1, 31)))
def test_two_carers_of_a_changed_month_never_get_more_than_it(changed, first, second):
    policy, month, rights = changed

    both = sum(a_share(policy, month, rights, days).amount_fen for days in (first, second - first))

    assert both <= most_fen(policy, month, rights)


@given(st.integers(1, 27), st.frozensets(st.integers(1, 31)), st.sampled_from(DayDivisor))
def test_levels_with_the_same_amount_divide_no_month(change, missed, divisor):
    rights = held(("3", date(2026, 1, 1)), ("4", FEB + timedelta(days=change)))
    same = by_level((LevelAmount(4, TIANJIN.subsidy.amount_fen),), day_divisor=divisor)
    none = tianjin_with(subsidy={"day_divisor": divisor})

    got = [amount(policy, month=FEB, missed=tuple(missed), entitlements=rights) for policy in (same, none)]

    assert got[0] == got[1]
