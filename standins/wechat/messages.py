"""Subscribe messages: what WeChat takes in a field, and how often it lets us write to a user.

The kind of a field is its key without the number: `thing1` is a thing. Lengths of phrase and name are from memory,
the others from WeChat's page.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from standins.wechat.refusal import Refusal

CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
DAY = r"(?:\d{4}年\d{1,2}月\d{1,2}日|\d{4}[-/]\d{1,2}[-/]\d{1,2})"
INSTANT = rf"(?:{DAY}(?: ?{CLOCK})?|{CLOCK})"

FIELDS = {
    "thing": r".{1,20}",
    "number": r"(?=.{1,32}$)-?\d+(?:\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"{INSTANT}(?:~{INSTANT})?",
    "date": rf"{INSTANT}(?:~{INSTANT})?",
    "amount": r"[¥￥$€£]?\d{1,10}(?:\.\d{1,2})?元?",
    "phone_number": r"[\d+\-() ]{1,17}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
    "name": r"(?:[\u4e00-\u9fff]{1,10}|[A-Za-z .]{1,20})",
}


class Messages:
    """Templates by their keys, what users still allow, and what was sent. Called under the service's lock."""

    def __init__(self) -> None:
        self._templates: dict[str, frozenset[str]] = {}
        self._allowed: Counter[tuple[str, str]] = Counter()
        self.sent: list[dict[str, Any]] = []

    def add_template(self, template_id: str, keys: list[str]) -> None:
        self._templates[template_id] = frozenset(keys)

    def allow(self, openid: str, template_id: str) -> None:
        """The user accepted the dialog once: one message."""
        self._allowed[openid, template_id] += 1

    def send(self, body: Mapping[str, Any]) -> None:
        """Take one message, or refuse it."""
        openid, template_id = body.get("touser"), body.get("template_id")
        if not isinstance(openid, str) or not openid:
            raise Refusal(40003)
        if not isinstance(template_id, str) or template_id not in self._templates:
            raise Refusal(40037)
        page = body.get("page", "")
        if not isinstance(page, str) or page.startswith("/"):
            raise Refusal(41030)
        _check_fields(body.get("data"), keys=self._templates[template_id])
        if self._allowed[openid, template_id] < 1:
            raise Refusal(43101)
        self._allowed[openid, template_id] -= 1
        self.sent.append(dict(body))


def _check_fields(fields: Any, *, keys: frozenset[str]) -> None:
    if not isinstance(fields, dict):  # a JSON string in place of the object is the usual mistake
        raise Refusal(47003, "argument invalid! data is not an object")
    for key in sorted(keys):
        given = fields.get(key)
        text = given.get("value") if isinstance(given, dict) else None
        if not isinstance(text, str) or not text:
            raise Refusal(47003, f"argument invalid! data.{key}.value is empty")
        kind = FIELDS.get(re.sub(r"\d+$", "", key))
        if kind is None or not re.fullmatch(kind, text):
            raise Refusal(47003, f"argument invalid! data.{key}.value invalid")
