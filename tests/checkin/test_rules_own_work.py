"""Whether a refusal may be contested, and what own visits come to."""

from datetime import date, timedelta

import pytest

from app.checkin.load import Span
from app.checkin.own_work import AppealRefusal, WorkedVisit
from app.checkin.rules.own_work import add_up, appeal_until, judge_appeal
from app.checkin.types import Standing
from tests.checkin.terms import a_policy

DAY = date(2026, 11, 20)
TERMS = a_policy().grading
LAST = DAY + TERMS.appeal_deadline
ONE = timedelta(days=1)
EARLIER = [DAY - 9 * ONE, DAY]

CASES = [
    (Standing.REFUSED, [DAY], False, LAST, None),
    (Standing.REFUSED, EARLIER, False, LAST, None),  # the days count from the last refusal
    (Standing.REFUSED, [DAY], False, LAST + ONE, AppealRefusal.TOO_LATE),
    (Standing.REFUSED, [DAY], True, DAY, AppealRefusal.APPEALED),
    (Standing.HELD, [DAY], True, DAY, AppealRefusal.APPEALED),
    (Standing.HELD, [], False, DAY, AppealRefusal.NOT_REFUSED),
    (Standing.ACCEPTED, [DAY], False, DAY, AppealRefusal.NOT_REFUSED),
    (Standing.OPEN, [], False, DAY, AppealRefusal.NOT_REFUSED),
]


@pytest.mark.parametrize(("standing", "refused_on", "is_appealed", "today", "refusal"), CASES)
def test_an_appeal_is_taken_once_against_a_refusal_and_in_time(standing, refused_on, is_appealed, today, refusal):
    told = {"refused_on": refused_on, "is_appealed": is_appealed, "terms": TERMS}

    assert judge_appeal(standing, today=today, **told) == refusal
    may_still = refusal in (None, AppealRefusal.TOO_LATE)
    assert appeal_until(standing, **told) == (LAST if may_still else None)


def test_own_visits_are_added_up_by_the_span_of_their_day():
    first, second = Span(DAY - 7 * ONE, DAY), Span(DAY, DAY + 7 * ONE)
    visits = [
        WorkedVisit(DAY - ONE, 60, 61, 60, Standing.ACCEPTED),
        WorkedVisit(DAY, 60, 50, 50, Standing.HELD),
        WorkedVisit(DAY, 45, 45, 45, Standing.REFUSED),
        WorkedVisit(DAY + 6 * ONE, 30, 0, 0, Standing.OPEN),
        WorkedVisit(DAY + 7 * ONE, 30, 30, 30, Standing.ACCEPTED),  # beyond
    ]

    sums = add_up(visits, [first, second])

    named = ("visits", "planned_minutes", "recorded_minutes", "accepted_minutes", "in_review_minutes")
    told = [tuple(getattr(each, name) for name in (*named, "refused_minutes")) for each in sums]
    assert told == [(1, 60, 61, 60, 0, 0), (3, 135, 95, 0, 50, 45)]
    assert [each.span for each in sums] == [first, second]
