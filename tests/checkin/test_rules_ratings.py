"""Which visits may be rated, and what of the ratings is told."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from app.checkin.ratings import GivenOn, RatingReason, RatingTotals, ScoreGiven
from app.checkin.rules.ratings import (
    RatingNotAsked,
    RatingOver,
    RatingUnreadable,
    VisitNotDone,
    add_up,
    check_ratable,
    content_of,
    counting,
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


def given(client: UUID, score: int, on: GivenOn = GivenOn.OWN_PHONE, *, visit: int = 0) -> ScoreGiven:
    """Of the client's only visit, unless another is named."""
    return ScoreGiven(UUID(int=client.int * 100 + visit), client, score, on)


OWN = [given(each, 5) for each in CLIENTS[:4]]
FIFTH = CLIENTS[4]


@pytest.mark.parametrize(
    ("scores", "totals"),
    [
        ([], RatingTotals(None, None, None)),
        (OWN, RatingTotals(None, None, None)),
        ([given(each, 5, visit=n) for each in CLIENTS[:4] for n in range(3)], RatingTotals(None, None, None)),
        ([*OWN, given(FIFTH, 5)], RatingTotals(5, 25, 0)),
        ([*(given(each, 4) for each in CLIENTS), given(CLIENTS[0], 1, visit=1)], RatingTotals(7, 25, 0)),
        ([*OWN, given(FIFTH, 3, GivenOn.CARER_PHONE)], RatingTotals(5, 23, 1)),  # counts, and is told apart
        ([*OWN, given(FIFTH, 3, GivenOn.CARER_PHONE), given(FIFTH, 1)], RatingTotals(5, 21, 0)),  # replaced
        ([*OWN, given(FIFTH, 1), given(FIFTH, 3, GivenOn.CARER_PHONE)], RatingTotals(5, 21, 0)),  # brought later
        ([*OWN, given(CLIENTS[0], 1, GivenOn.CARER_PHONE)], RatingTotals(None, None, None)),
    ],
)
def test_an_own_rating_counts_before_the_carers_phones_and_four_clients_are_not_told(
    scores: list[ScoreGiven], totals: RatingTotals
):
    assert add_up(scores) == totals
    assert len(counting(scores)) == len({each.visit_id for each in scores})


@pytest.mark.parametrize(
    ("said", "content"),
    [
        (b'{"score": 5, "reasons": []}  ', (5, ())),
        (b'{"score":1,"reasons":["came_late","other"]}', (1, (RatingReason.CAME_LATE, RatingReason.OTHER))),
        (b'{"score":2,"reasons":[]}', None),
        (b'{"score":3,"reasons":["other"]}', None),
        (b'{"score":1,"reasons":["other","other"]}', None),
        (b'{"score":0,"reasons":["other"]}', None),
        (b'{"score":6,"reasons":[]}', None),
        (b'{"score":true,"reasons":["other"]}', None),
        (b'{"score":4.0,"reasons":[]}', None),
        (b'{"score":1,"reasons":["rude"]}', None),
        (b'{"score":1,"reasons":3}', None),
        (b'{"score":5}', None),
        (b"[5]", None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_what_a_phone_sealed_is_a_whole_rating_or_none(said: bytes, content: tuple | None):
    if content is None:
        with pytest.raises(RatingUnreadable):
            content_of(said)
    else:
        assert content_of(said) == content
