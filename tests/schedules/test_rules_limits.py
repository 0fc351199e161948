"""Do the hours suffice: level boundaries, combinations, calendar periods, and just at the limit."""

from datetime import date

import pytest

from app.policies.codes import HomeType
from app.policies.entry_codes import LimitPeriod
from app.policies.entry_terms import HomeLimit
from app.schedules.rules import days_of, goes_over, limits_for

AGENCY, FAMILY = HomeType.AGENCY_CARE, HomeType.FAMILY_CARE


def a_limit(*, visits=3, minutes=180, combination=None, levels=(2, 3), limit_fen=None):
    return HomeLimit(AGENCY, combination, *levels, LimitPeriod.WEEK, visits, minutes, limit_fen, None)


@pytest.mark.parametrize(("level", "applies"), [(1, False), (2, True), (3, True), (4, False)])
def test_a_limit_holds_for_its_levels_both_included(level, applies):
    assert bool(limits_for([a_limit()], home_type=AGENCY, level=level, held=[AGENCY])) is applies


@pytest.mark.parametrize(
    ("combination", "held", "applies"),
    [
        (None, (AGENCY, FAMILY), True),
        ((AGENCY,), (AGENCY,), True),
        ((AGENCY,), (AGENCY, FAMILY), False),
        ((FAMILY, AGENCY), (AGENCY, FAMILY), True),
    ],
)
def test_a_combination_is_met_only_by_just_its_types(combination, held, applies):
    limit = a_limit(combination=combination, levels=(None, None))
    assert bool(limits_for([limit], home_type=AGENCY, level=6, held=held)) is applies
    assert limits_for([limit], home_type=FAMILY, level=6, held=held) == ()


@pytest.mark.parametrize(
    ("period", "on", "first", "after"),
    [
        (LimitPeriod.WEEK, date(2026, 12, 31), date(2026, 12, 28), date(2027, 1, 4)),
        (LimitPeriod.WEEK, date(2026, 11, 30), date(2026, 11, 30), date(2026, 12, 7)),
        (LimitPeriod.WEEK, date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 30)),
        (LimitPeriod.MONTH, date(2026, 2, 28), date(2026, 2, 1), date(2026, 3, 1)),
        (LimitPeriod.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        (LimitPeriod.YEAR, date(2026, 12, 31), date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_period_is_that_of_the_calendar(period, on, first, after):
    days = days_of(period, on=on)
    assert (days.valid_from, days.valid_to) == (first, after)


@pytest.mark.parametrize(
    ("limit", "visits", "minutes", "asked", "over"),
    [
        (a_limit(), 2, 120, 60, False),
        (a_limit(), 2, 120, 61, True),
        (a_limit(), 3, 60, 60, True),
        (a_limit(visits=None), 9, 120, 60, False),
        (a_limit(minutes=None), 2, 900, 60, False),
        (a_limit(visits=None, minutes=None, limit_fen=1), 99, 9999, 60, False),
    ],
)
def test_just_at_the_limit_is_within_it(limit, visits, minutes, asked, over):
    assert goes_over(limit, visits=visits, minutes=minutes, asked=asked) is over
