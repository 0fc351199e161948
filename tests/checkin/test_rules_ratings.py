"""Which visits may be rated, and what of the ratings is told."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from app.checkin.ratings import RatingReason, RatingTotals
from app.checkin.rules.ratings import (
    RatingNotAsked,
    RatingOver,
    VisitNotDone,
    add_up,
    check_ratable,
    is_closed,
    last_day,
    reasons_fit,
)
from app.kernel.errors import DomainError
from app.policies.oversight_codes import RatingDuty
from app.schedules.types import VisitState

DAY = date(2026, 11, 20)
DECEMBER = date(2026, 12, 1)
CLIENTS = [UUID(int=number) for number in range(1, 7)]


@pytest.mark.parametrize("duty", RatingDuty)
@pytest.mark.parametrize("days_later", [-1, 0, 7])
def test_a_visit_that_is_done_is_rated_for_seven_days_whether_each_is_or_is_only_asked(
    duty: RatingDuty, days_later: int
):
    check_ratable(VisitState.DONE, duty=duty, day=DAY, today=DAY + timedelta(days=days_later))

    assert DAY + timedelta(days=days_later) <= last_day(DAY)


@pytest.mark.parametrize(
    ("state", "duty", "days_later", "error"),
    [
        (VisitState.DONE, RatingDuty.REQUIRED, 8, RatingOver),
        (VisitState.DONE, RatingDuty.ASKED, 8, RatingOver),
        (VisitState.DONE, None, 0, RatingNotAsked),
        *((state, RatingDuty.ASKED, 0, VisitNotDone) for state in VisitState if state is not VisitState.DONE),
    ],
)
def test_another_is_not_rated(state: VisitState, duty: RatingDuty | None, days_later: int, error: type[DomainError]):
    with pytest.raises(error):
        check_ratable(state, duty=duty, day=DAY, today=DAY + timedelta(days=days_later))


@pytest.mark.parametrize(
    ("score", "has_reason", "fits"),
    [(1, True, True), (1, False, False), (2, True, True), (2, False, False), (3, True, False), (3, False, True),
     (5, True, False), (5, False, True)],
)  # fmt: skip
def test_a_low_score_has_a_reason_and_another_has_none(score: int, has_reason: bool, fits: bool):
    assert reasons_fit(score, [RatingReason.OTHER] if has_reason else []) is fits


@pytest.mark.parametrize(("today", "closed"), [(date(2026, 12, 7), False), (date(2026, 12, 8), True)])
def test_a_month_is_closed_when_its_last_visit_can_no_longer_be_rated(today: date, closed: bool):
    assert is_closed(beyond=DECEMBER, today=today) is closed


@pytest.mark.parametrize(
    ("scores", "totals"),
    [
        ([], RatingTotals(None, None)),
        ([(each, 5) for each in CLIENTS[:4]], RatingTotals(None, None)),
        ([(each, 5) for each in CLIENTS[:4] * 3], RatingTotals(None, None)),  # many ratings, four clients
        ([(each, 5) for each in CLIENTS[:5]], RatingTotals(5, 25)),
        ([*((each, 4) for each in CLIENTS), (CLIENTS[0], 1)], RatingTotals(7, 25)),
    ],
)
def test_nothing_is_told_where_fewer_than_five_clients_rated(scores: list[tuple[UUID, int]], totals: RatingTotals):
    assert add_up(scores) == totals
