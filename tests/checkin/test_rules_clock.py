"""Which of two clocks counts, and what is told; no time is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from app.checkin.rules.clock import judge_clock, window_exceptions
from app.checkin.types import EventKind, ExceptionCode, Found
from app.policies.codes import CountingClock
from tests.checkin.terms import a_policy

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
TOLERANCE = 120 * SECOND
RECEIVE = a_policy().clock
DEVICE = a_policy(clock={"counts_when_skewed": CountingClock.DEVICE}).clock
SKEW, LATE, FUTURE = ExceptionCode.CLOCK_SKEW, ExceptionCode.LATE_SYNC, ExceptionCode.FUTURE_TIME


def judge(occurred_at, *, sent_at=None, terms=RECEIVE):
    return judge_clock(
        occurred_at=occurred_at, received_at=NOW, sent_at=sent_at, terms=terms, future_tolerance=TOLERANCE
    )


def codes(judged):
    return tuple(each.code for each in judged.exceptions)


@pytest.mark.parametrize(
    ("occurred_at", "counted_at", "told"),
    [
        (NOW, NOW, ()),
        (NOW - 300 * SECOND, NOW - 300 * SECOND, ()),
        (NOW - 301 * SECOND, NOW - 301 * SECOND, (SKEW,)),
        (NOW - 24 * HOUR, NOW - 24 * HOUR, (SKEW,)),
        (NOW - 24 * HOUR - SECOND, NOW, (SKEW, LATE)),
        (NOW + 120 * SECOND, NOW + 120 * SECOND, ()),
        (NOW + 121 * SECOND, NOW, (FUTURE,)),
        (NOW + 301 * SECOND, NOW, (FUTURE, SKEW)),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW, (SKEW, LATE)),
        (datetime(2099, 12, 31, tzinfo=UTC), NOW, (FUTURE, SKEW)),
    ],
)
def test_a_tap_without_sending_time_is_judged_by_its_distance_to_now(occurred_at, counted_at, told):
    judged = judge(occurred_at)

    assert (judged.counted_at, codes(judged)) == (counted_at, told)
    assert judged.skew == occurred_at - NOW


@pytest.mark.parametrize(
    ("clock_off", "age", "counted_at", "told"),
    [
        (timedelta(0), 300 * SECOND, NOW - 300 * SECOND, ()),
        (timedelta(0), 301 * SECOND, NOW - 301 * SECOND, (LATE,)),
        (timedelta(0), 50 * MINUTE, NOW - 50 * MINUTE, (LATE,)),
        (timedelta(0), 24 * HOUR, NOW - 24 * HOUR, (LATE,)),
        (timedelta(0), 24 * HOUR + SECOND, NOW - 24 * HOUR - SECOND, (LATE,)),
        (-12 * MINUTE, timedelta(0), NOW, (SKEW,)),
        (-12 * MINUTE, HOUR, NOW - HOUR, (SKEW, LATE)),
        (300 * SECOND, HOUR, NOW - HOUR + 300 * SECOND, (LATE,)),
        (301 * SECOND, HOUR, NOW - HOUR, (SKEW, LATE)),
        (2 * HOUR, HOUR, NOW - HOUR, (FUTURE, SKEW, LATE)),
    ],
)
def test_with_the_sending_time_a_wrong_clock_is_told_apart_from_a_late_sending(clock_off, age, counted_at, told):
    sent_at = NOW + clock_off

    judged = judge(sent_at - age, sent_at=sent_at)

    assert (judged.counted_at, judged.skew, codes(judged)) == (counted_at, clock_off, told)


def test_a_late_sending_tells_how_many_minutes():
    judged = judge(NOW - 50 * MINUTE, sent_at=NOW)

    assert judged.exceptions == (Found(LATE, {"minutes": 50}),)


def test_policy_may_let_the_phones_time_count_though_its_clock_is_off():
    occurred_at = NOW - 2 * 24 * HOUR

    assert judge(occurred_at, terms=DEVICE).counted_at == occurred_at
    assert judge(occurred_at, terms=RECEIVE).counted_at == NOW


@pytest.mark.parametrize(
    ("kind", "minutes", "told"),
    [
        (EventKind.IN, -31, (ExceptionCode.TOO_EARLY,)),
        (EventKind.IN, -30, ()),
        (EventKind.IN, 30, ()),
        (EventKind.IN, 31, (ExceptionCode.TOO_LATE,)),
        (EventKind.OUT, 29, (ExceptionCode.EARLY_OUT,)),
        (EventKind.OUT, 30, ()),
        (EventKind.OUT, 60, ()),
        (EventKind.OUT, 600, ()),
    ],
)
def test_a_tap_is_compared_with_the_plan(kind, minutes, told):
    found = window_exceptions(
        kind, counted_at=NOW + minutes * MINUTE, planned_from=NOW, planned_to=NOW + HOUR, terms=RECEIVE
    )

    assert tuple(each.code for each in found) == told
