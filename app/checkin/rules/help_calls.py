"""Whom does a call for help reach, and in which words? No client and no illness is named."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kernel.codes import BadCode, normal_mobile

SAME_TIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class AlertWords:
    """What a text message about a call says; local times of the region."""

    carer: str
    agency: str
    told_at: datetime
    received_at: datetime
    has_place: bool


def number_to_alert(numbers: Iterable[str | None]) -> str | None:
    """The first of an agency's numbers that takes text messages: an office's is often none."""
    for number in numbers:
        try:
            return normal_mobile(number or "")
        except BadCode:
            continue
    return None


def alert_values(words: AlertWords) -> dict[str, str]:
    """What fills a provider's template. A call that arrived late, or from a phone whose clock is wrong, says both."""
    told, received = (_said(each) for each in (words.told_at, words.received_at))
    is_late = abs(words.received_at - words.told_at) > SAME_TIME
    return {
        "carer": words.carer,
        "agency": words.agency,
        "time": f"{told}（{received}收到）" if is_late else told,
        "place": "打开后台看位置" if words.has_place else "手机没有给出位置",
    }


def alert_text(values: dict[str, str]) -> str:
    """The whole message."""
    return "{carer}（{agency}）{time}一键求助。请马上打电话联系本人，{place}。".format(**values)


def _said(at: datetime) -> str:
    return f"{at.month}月{at.day}日{at:%H:%M}"
