"""Whom does a call for help reach, and in which words? No client and no illness is named."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.kernel.codes import BadCode, normal_mobile

SAME_TIME = timedelta(minutes=5)


def number_to_alert(numbers: Iterable[str | None]) -> str | None:
    """The first of an agency's numbers that takes text messages: an office's is often none."""
    for number in numbers:
        try:
            return normal_mobile(number or "")
        except BadCode:
            continue
    return None


def alert_values(
    *, carer: str, agency: str, told_at: datetime, received_at: datetime, has_place: bool
) -> dict[str, str]:
    """What fills a provider's template, times as the region's clocks show them. A call that arrived late, or from a
    phone whose clock is wrong, says both."""
    told, received = _said(told_at), _said(received_at)
    is_late = abs(received_at - told_at) > SAME_TIME
    return {
        "carer": carer,
        "agency": agency,
        "time": f"{told}（{received}收到）" if is_late else told,
        "place": "打开后台看位置" if has_place else "手机没有给出位置",
    }


def alert_text(values: dict[str, str]) -> str:
    """The whole message."""
    return "{carer}（{agency}）{time}一键求助。请马上打电话联系本人，{place}。".format(**values)


def _said(at: datetime) -> str:
    return f"{at.month}月{at.day}日{at:%H:%M}"
