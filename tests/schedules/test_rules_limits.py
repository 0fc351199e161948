"""Do the hours suffice: level boundaries, combinations, calendar periods, and just at the limit."""

from datetime import date
from uuid import UUID

import pytest

from app.policies.codes import HomeType
from app.policies.entry_codes import LimitPeriod
from app.policies.entry_terms import HomeLimit
from app.registry.types import EntitlementView, Period, ServiceMode
from app.schedules.rules import days_of, days_to_count, find_used_up, goes_over, limits_for, limits_on
from app.schedules.types import UsedUp

AGENCY, FAMILY = HomeType.AGENCY_CARE, HomeType.FAMILY_CARE


def a_limit(*, visits=3, minutes=180, combination=None, levels=(2, 3), limit_fen=None):
    return HomeLimit(AGENCY, combination, *levels, LimitPeriod.WEEK, visits, minutes, limit_fen, None)


@pytest.mark.parametrize(("level", "applies"), [("1", False), ("2", True), ("3", True), ("4", False), ("III", False)])
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
    assert bool(limits_for([limit], home_type=AGENCY, level="6", held=held)) is applies
    assert limits_for([limit], home_type=FAMILY, level="6", held=held) == ()


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
    assert days_of(period, on=on) == (first, after)


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


def test_a_level_in_other_words_meets_the_limits_of_every_level():
    assert limits_for([a_limit(levels=(None, None))], home_type=AGENCY, level="III", held=[AGENCY])


def test_a_limit_in_fen_alone_is_not_judged():
    fen_only = a_limit(visits=None, minutes=None, levels=(None, None), limit_fen=210_000)
    assert limits_for([fen_only], home_type=AGENCY, level="5", held=[AGENCY]) == ()


@pytest.mark.parametrize(("on", "applies"), [(date(2026, 11, 30), True), (date(2026, 12, 1), False)])
def test_a_limit_is_that_of_the_entitlement_of_the_day(on, applies):
    held = Period(date(2026, 1, 1), date(2026, 12, 1))
    entitled = [EntitlementView(UUID(int=1), UUID(int=2), "2", ServiceMode.HOME, (AGENCY,), held)]
    assert bool(limits_on([a_limit()], home_type=AGENCY, entitled=entitled, on=on)) is applies


def test_what_is_counted_begins_with_the_first_period_and_ends_with_the_last():
    days = [(date(2026, 11, 30), [a_limit()]), (date(2026, 11, 20), [a_limit(), a_limit()]), (date(2026, 1, 1), [])]
    assert days_to_count(days) == (date(2026, 11, 16), date(2026, 12, 7))


MONDAY, SUNDAY, NEXT_MONDAY = date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 23)


@pytest.mark.parametrize(
    ("on", "taken", "over"),
    [
        (SUNDAY, [(MONDAY, 120)], False),
        (SUNDAY, [(MONDAY, 121)], True),
        (NEXT_MONDAY, [(MONDAY, 121), (SUNDAY, 60)], False),
        (MONDAY, [(MONDAY, 1), (SUNDAY, 1), (SUNDAY, 1)], True),
    ],
)
def test_only_care_of_the_same_period_uses_up_its_hours(on, taken, over):
    used = UsedUp(LimitPeriod.WEEK, MONDAY, 3, 180, len(taken), sum(minutes for _, minutes in taken))
    assert find_used_up([a_limit()], on=on, asked=60, taken=taken) == ((used,) if over else ())
