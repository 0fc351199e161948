"""Spans, full posts, overtime, free time and caseload, boundaries included."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from app.checkin.load import Column, Held, LoadBy, Span, Worked
from app.checkin.rules.staff_load import caseloads, cell, norm_minutes, overlap, spans_of, total
from app.policies.oversight_codes import CaseloadCount
from app.policies.terms import WorkTerms
from app.registry.types import Period
from tests.policies.factories import carer_terms

MONDAY = date(2026, 11, 2)
WEEK = Span(MONDAY, date(2026, 11, 9))
SINCE_JANUARY = Period(date(2026, 1, 1))
TERMS = WorkTerms(daily=timedelta(hours=8), weekly=timedelta(hours=40), monthly=timedelta(hours=165))


@pytest.mark.parametrize(
    ("first", "last", "by", "found"),
    [
        (MONDAY, MONDAY, LoadBy.DAY, [Span(MONDAY, date(2026, 11, 3))]),
        (MONDAY, date(2026, 11, 8), LoadBy.WEEK, [WEEK]),
        (date(2026, 11, 8), date(2026, 11, 9), LoadBy.WEEK, [WEEK, Span(date(2026, 11, 9), date(2026, 11, 16))]),
        (
            date(2026, 12, 31),
            date(2027, 1, 1),
            LoadBy.MONTH,
            [Span(date(2026, 12, 1), date(2027, 1, 1)), Span(date(2027, 1, 1), date(2027, 2, 1))],
        ),
        (date(2028, 2, 29), date(2028, 2, 29), LoadBy.MONTH, [Span(date(2028, 2, 1), date(2028, 3, 1))]),
        (date(2026, 12, 31), date(2026, 12, 31), LoadBy.DAY, [Span(date(2026, 12, 31), date(2027, 1, 1))]),
    ],
)
def test_days_are_covered_by_whole_spans(first, last, by, found):
    assert list(spans_of(first, last, by=by)) == found


@pytest.mark.parametrize(("by", "minutes"), [(LoadBy.DAY, 480), (LoadBy.WEEK, 2400), (LoadBy.MONTH, 9900)])
def test_a_full_post_is_the_policys(by, minutes):
    assert norm_minutes(TERMS, by=by) == minutes


@pytest.mark.parametrize(
    ("planned", "recorded", "employed", "overtime", "free"),
    [
        (2400, 2400, [SINCE_JANUARY], 0, 0),
        (2399, 2401, [SINCE_JANUARY], 1, 1),
        (2500, 0, [SINCE_JANUARY], 0, 0),
        (0, 0, [SINCE_JANUARY], 0, 2400),
        (0, 0, [], 0, 0),
        (0, 0, [Period(date(2026, 11, 8))], 0, 342),  # one day of seven, rounded down
        (0, 0, [Period(date(2026, 11, 9))], 0, 0),
        (0, 0, [Period(date(2026, 10, 1), MONDAY)], 0, 0),
        (0, 0, [Period(MONDAY, date(2026, 11, 4)), Period(date(2026, 11, 4))], 0, 2400),
        (0, 0, [SINCE_JANUARY, SINCE_JANUARY], 0, 2400),  # two contracts are no second post
    ],
)
def test_overtime_is_recorded_above_the_norm_and_free_time_unplanned_below_it(
    planned, recorded, employed, overtime, free
):
    worked = Worked(planned_minutes=planned, recorded_minutes=recorded)

    found = cell(Column(WEEK, 2400, carer_terms()), worked, caseload=0, employed=employed)

    assert (found.overtime_minutes, found.free_minutes) == (overtime, free)


ONE, TWO = UUID(int=1), UUID(int=2)
NEXT_WEEK = Span(WEEK.beyond, date(2026, 11, 16))


@pytest.mark.parametrize(
    ("held", "found"),
    [
        ([], [0, 0]),
        ([(ONE, SINCE_JANUARY), (TWO, SINCE_JANUARY)], [2, 2]),
        ([(ONE, SINCE_JANUARY), (ONE, Period(MONDAY, NEXT_WEEK.beyond))], [1, 1]),
        ([(ONE, SINCE_JANUARY), (TWO, Period(MONDAY, NEXT_WEEK.beyond))], [2, 2]),
        ([(ONE, SINCE_JANUARY), (TWO, Period(MONDAY, NEXT_WEEK.first))], [2, 1]),
        ([(ONE, SINCE_JANUARY), (TWO, Period(date(2026, 11, 15)))], [1, 2]),
        ([(ONE, Period(MONDAY, date(2026, 11, 5))), (TWO, Period(date(2026, 11, 5)))], [1, 1]),
        ([(ONE, SINCE_JANUARY), (TWO, Period(MONDAY, MONDAY))], [1, 1]),
    ],
)
def test_a_caseload_is_the_most_clients_on_a_day_of_the_span(held, found):
    terms, severe = carer_terms(), [Held(client_id, period, "3") for client_id, period in held]

    assert caseloads(severe, [Column(WEEK, 2400, terms), Column(NEXT_WEEK, 2400, terms)]) == found


def test_a_caseload_counts_by_the_policy_of_each_span():
    held = [Held(ONE, SINCE_JANUARY, "2"), Held(TWO, SINCE_JANUARY, "3")]
    severe, everybody = carer_terms(), carer_terms(caseload_counts=CaseloadCount.ALL_CLIENTS)

    assert caseloads(held, [Column(WEEK, 2400, severe)]) == [1]
    assert caseloads(held, [Column(WEEK, 2400, severe), Column(NEXT_WEEK, 2400, everybody)]) == [1, 2]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (SINCE_JANUARY, Period(MONDAY), Period(MONDAY)),
        (Period(MONDAY, date(2026, 11, 5)), SINCE_JANUARY, Period(MONDAY, date(2026, 11, 5))),
        (Period(date(2026, 1, 1), MONDAY), Period(MONDAY), None),
        (Period(MONDAY, MONDAY), SINCE_JANUARY, None),
    ],
)
def test_two_periods_share_the_days_of_both(one, other, shared):
    assert overlap(one, other) == shared


def test_a_rows_total_adds_everything_but_clients():
    column = Column(WEEK, 2400, carer_terms())
    cells = [cell(column, Worked(2, 1, 2, 120, 100, 90, 1), caseload=2, employed=()) for _ in range(3)]

    assert total(cells) == Worked(6, 3, 0, 360, 300, 270, 3)
