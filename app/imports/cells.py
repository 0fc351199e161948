"""How one cell is read: a text into a value, or the code of what is wrong with it. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from app.imports.types import ReasonCode
from app.kernel import codes

DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?: 00:00:00)?")
COMPACT_DAY = re.compile(r"\d{8}")
SEPARATORS = re.compile(r"[;；、,，/\s]+")
ONE_DAY = timedelta(days=1)


class BadCell(ValueError):
    """A cell that says nothing usable. `code` and `details` as in a `Reason`; the cell itself is never repeated."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


Reader = Callable[[str], Any]


def text(*, longest: int) -> Reader:
    """Text in normal form, at most `longest` characters, without control characters."""

    def read(cell: str) -> str:
        value = " ".join(unicodedata.normalize("NFKC", cell).split())
        if not value.isprintable():
            raise BadCell(ReasonCode.CELL_BAD_CHARACTERS)
        if len(value) > longest:
            raise BadCell(ReasonCode.CELL_TOO_LONG, longest=longest)
        return value

    return read


def matching(pattern: str, code: str) -> Reader:
    """A text of a form; `code` names what it should be."""
    form = re.compile(pattern)

    def read(cell: str) -> str:
        value = unicodedata.normalize("NFKC", cell).replace(" ", "")
        if not form.fullmatch(value):
            raise BadCell(code)
        return value

    return read


def coded(normal: Callable[[str], str], code: str) -> Reader:
    """A number or code with a form of its own, such as a resident ID number; `code` names what it should be."""

    def read(cell: str) -> str:
        try:
            return normal(cell)
        except codes.BadCode as error:
            raise BadCell(code, fault=error.reason.value) from None

    return read


def day(cell: str) -> date:
    """A day: 2026-11-01, 2026/11/1, 2026.11.1, 2026年11月1日 or 20261101, of the years 1900 to 2099."""
    found = DAY.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if found is None or (cell.isdigit() and not COMPACT_DAY.fullmatch(cell)):
        raise BadCell(ReasonCode.CELL_NOT_A_DAY)
    year, month, number = (int(part) for part in found.groups())
    if not 1900 <= year < 2100:
        raise BadCell(ReasonCode.CELL_NOT_A_DAY)
    try:
        return date(year, month, number)
    except ValueError:
        raise BadCell(ReasonCode.CELL_NO_SUCH_DAY) from None


def last_day(cell: str) -> date:
    """A last day (到期日), which is still in; the value is the first day after it."""
    return day(cell) + ONE_DAY


def whole(*, low: int, high: int) -> Reader:
    """A whole number from `low` to `high`."""

    def read(cell: str) -> int:
        value = unicodedata.normalize("NFKC", cell)
        if not value.isdigit() or len(value) > 9 or not low <= int(value) <= high:
            raise BadCell(ReasonCode.CELL_NOT_A_NUMBER_BETWEEN, low=low, high=high)
        return int(value)

    return read


def degrees(*, limit: int) -> Reader:
    """Decimal degrees within ±`limit`, with at least three decimals: less is more than a hundred metres off."""

    def read(cell: str) -> float:
        try:
            value = Decimal(unicodedata.normalize("NFKC", cell))
        except InvalidOperation:
            raise BadCell(ReasonCode.CELL_NOT_DEGREES, limit=limit) from None
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or not -limit <= value <= limit:
            raise BadCell(ReasonCode.CELL_NOT_DEGREES, limit=limit)
        if exponent > -3:
            raise BadCell(ReasonCode.CELL_DEGREES_TOO_ROUGH)
        return float(value)

    return read


def choice(words: Mapping[str, StrEnum]) -> Reader:
    """One of some words; the refusal names them all."""

    def read(cell: str) -> StrEnum:
        found = words.get(unicodedata.normalize("NFKC", cell).replace(" ", ""))
        if found is None:
            raise BadCell(ReasonCode.CELL_NOT_A_CHOICE, choices="、".join(dict.fromkeys(words)))
        return found

    return read


def choices(words: Mapping[str, StrEnum]) -> Reader:
    """Some of some words, with 、 between them; each once."""
    one = choice(words)

    def read(cell: str) -> tuple[StrEnum, ...]:
        found = tuple(one(part) for part in SEPARATORS.split(cell) if part)
        if not found or len(set(found)) != len(found):
            raise BadCell(ReasonCode.CELL_NOT_A_CHOICE, choices="、".join(dict.fromkeys(words)))
        return found

    return read
