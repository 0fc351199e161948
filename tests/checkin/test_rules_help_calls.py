"""Which number a call for help is told to, and in which words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.checkin.rules.help_calls import SAME_TIME, alert_text, alert_values, number_to_alert

AT = datetime(2026, 11, 18, 9, 2, tzinfo=ZoneInfo("Asia/Shanghai"))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((None, None), None),
        ((None, "022-8765 4321"), None),
        (("", "95598"), None),
        ((None, "138 0000-0001"), "13800000001"),
        (("13900000002", "13800000001"), "13900000002"),
        (("022-87654321", "13800000001"), "13800000001"),
    ],
)
def test_the_first_number_that_takes_messages_is_told(numbers: tuple[str | None, ...], told: str | None):
    assert number_to_alert(numbers) == told


@pytest.mark.parametrize(
    ("told_at", "time"),
    [
        (AT, "11月18日09:02"),
        (AT - SAME_TIME, "11月18日08:57"),
        (AT - SAME_TIME - SECOND, "11月18日08:56（11月18日09:02收到）"),
        (AT + SAME_TIME + SECOND, "11月18日09:07（11月18日09:02收到）"),
    ],
)
def test_a_call_that_arrives_late_or_by_a_wrong_clock_says_both_times(told_at: datetime, time: str):
    values = alert_values(carer="周敏", agency="康宁站", told_at=told_at, received_at=AT, has_place=True)

    assert values["time"] == time
    assert alert_text(values) == f"周敏（康宁站）{time}一键求助。请马上打电话联系本人，打开后台看位置。"


def test_a_call_without_a_place_sends_nobody_to_look_for_it():
    values = alert_values(carer="周敏", agency="康宁站", told_at=AT, received_at=AT, has_place=False)

    assert "看位置" not in alert_text(values)
