"""When family carers are asked where they are."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.checkin.prompts import DuePrompt
from app.checkin.rules.prompts import draw_prompts, is_in_time, is_open
from app.kernel.ids import new_id
from tests.checkin.terms import a_policy
from tests.schedules.factories import NOW

ZONE, KEY, MONDAY = ZoneInfo("Asia/Shanghai"), b"k" * 32, date(2026, 11, 16)
CARER, CLIENT = new_id(), new_id()
MINUTE = timedelta(minutes=1)
DUE = DuePrompt(CARER, CLIENT, NOW, NOW + 30 * MINUTE)


def drawn_on(day: date, *, per_week: int = 3, carer=CARER, client=CLIENT, key: bytes = KEY) -> tuple[DuePrompt, ...]:
    terms = replace(a_policy().family, prompts_per_week=per_week, prompt_open=30 * MINUTE)
    return draw_prompts(carer_id=carer, client_id=client, on=day, zone=ZONE, terms=terms, key=key)


def drawn(*, monday: date = MONDAY, **more) -> list[DuePrompt]:
    return [due for day in range(7) for due in drawn_on(monday + timedelta(days=day), **more)]


def test_as_many_are_drawn_in_a_week_as_policy_says_by_day_only_and_always_the_same():
    assert drawn(per_week=0) == []
    assert len(drawn(per_week=3)) == 3
    assert drawn() == drawn()
    for each in drawn(per_week=21):
        assert 8 <= each.opens_at.hour < 20
        assert each.closes_at - each.opens_at == 30 * MINUTE


def test_nobody_tells_them_ahead_from_another_week_carer_client_or_without_the_key():
    weeks = [
        drawn(),
        drawn(monday=MONDAY + timedelta(days=7)),
        drawn(carer=new_id()),
        drawn(client=new_id()),
        drawn(key=b"o" * 32),
    ]
    times = [[(each.opens_at.weekday(), each.opens_at.time()) for each in week] for week in weeks]

    assert len({tuple(week) for week in times}) == len(weeks)


def test_all_days_and_hours_are_drawn_alike():
    prompts = [each for _ in range(300) for each in drawn(per_week=1, carer=new_id())]
    days = Counter(each.opens_at.weekday() for each in prompts)
    hours = Counter(each.opens_at.hour for each in prompts)

    assert (len(days), len(hours)) == (7, 12)
    assert max(days.values()) < 90
    assert max(hours.values()) < 60


@pytest.mark.parametrize(("after", "is_asked"), [(-1, False), (0, True), (29, True), (30, False)])
def test_a_prompt_is_open_for_the_minutes_of_policy(after, is_asked):
    assert is_open(DUE, at=NOW + after * MINUTE) is is_asked


@pytest.mark.parametrize(
    ("occurred", "received", "in_time"),
    [
        (0, 0, True),
        (29, 29, True),
        (29, 30, False),  # sent too late, whatever the phone says
        (-5, 10, True),  # the phone's clock is a little off
        (-6, 10, False),  # a place of before
        (36, 10, False),
    ],
)
def test_an_answer_counts_while_the_prompt_is_open_by_both_clocks(occurred, received, in_time):
    occurred_at, at = (NOW + minutes * MINUTE for minutes in (occurred, received))

    assert is_in_time(DUE, occurred_at=occurred_at, at=at, tolerance=5 * MINUTE) is in_time
