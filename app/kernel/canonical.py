"""One exact byte form of a command or a row, so that its digest says whether the content is the same.

The form is a version byte and then values, each a tag letter and a text that ends itself (by length or by `;`), so
that different content never meets in the same bytes. These are one value each: list and tuple, an instant in any zone,
text in any Unicode composition (NFC is kept), 0.0 and -0.0, `Decimal` with more or fewer trailing zeros. Digests are
kept for years: a change of the form needs a new version byte.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from math import isfinite
from types import NoneType
from typing import Any
from uuid import UUID

VERSION = b"\x01"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SHORTEST_KEY = 32
LATER = {"later": True}  # metadata of a command's field that phones did not send before: absent while it is None
DEEPEST = 64


def canonical_bytes(value: object) -> bytes:
    """Give the canonical form of a dataclass, mapping with text keys, list, tuple or single value.

    Raises ValueError for a naive instant, NaN, infinity, lone surrogates, keys equal after NFC and nesting deeper than
    64; TypeError for a type without a form.
    """
    return VERSION + _form(value, 0)


def command_digest(value: object, *, key: bytes) -> bytes:
    """Give the HMAC-SHA-256 of a command's canonical form: same type name and content, same 32 bytes.

    The key is at least 32 bytes and never changes, or resends would look like other content.
    """
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"the key of command digests has at least {SHORTEST_KEY} bytes")
    return hmac.digest(key, canonical_bytes(value), hashlib.sha256)


def row_digest(table: str, row: Mapping[str, object]) -> bytes:
    """Give the SHA-256 of a row's canonical form, for sealing."""
    return hashlib.sha256(row_bytes(table, row)).digest()


def row_bytes(table: str, row: Mapping[str, object]) -> bytes:
    """Give a row's canonical form; see `RowForm`."""
    return RowForm(table, row).of(row)


class RowForm:
    """The canonical form of a table's rows; its columns are put in order once.

    Enums count as the value their column stores, and NULL as absent, so that neither a renamed class nor a later
    nullable column changes the digest of a row already sealed.
    """

    def __init__(self, table: str, columns: Iterable[str]) -> None:
        self._head = VERSION + b"r" + _text(table, 0) + b"{"
        keys = sorted((_utf8(column), column) for column in columns)
        self._columns = tuple((column, _sized(b"s", key)) for key, column in keys)

    def of(self, row: Mapping[str, object]) -> bytes:
        """Give the form of one row, which has all the columns."""
        parts = [self._head]
        for column, key in self._columns:
            value = row[column]
            if value is not None:
                parts += (key, _form(value.value if isinstance(value, Enum) else value, 1))
        return b"".join((*parts, b"}"))


def _form(value: object, depth: int) -> bytes:
    if depth > DEEPEST:
        raise ValueError(f"a value is nested at most {DEEPEST} deep")
    return _form_of(type(value))(value, depth)  # type: ignore[arg-type]  # mypy takes no class for hashable


@cache
def _form_of(kind: type) -> Callable[[Any, int], bytes]:
    """The form of a type's values; looked up once per type."""
    if is_dataclass(kind):
        return _dataclass
    for known, form in FORMS:
        if issubclass(kind, known):
            return form
    raise TypeError(f"no canonical form for {kind.__name__}")


def _nothing(value: None, depth: int) -> bytes:
    return b"n"


def _dataclass(value: Any, depth: int) -> bytes:
    head, names = _frame_of(type(value))  # type: ignore[arg-type]  # as above
    present = (name for name in names if not (name[2] and getattr(value, name[0]) is None))
    return head + b"".join(key + _form(getattr(value, name), depth + 1) for name, key, _ in present) + b"}"


@cache
def _frame_of(kind: type) -> tuple[bytes, tuple[tuple[str, bytes, bool], ...]]:
    """What all values of a dataclass begin with, and its fields, each with its key and whether it was added later, as
    `_mapping` would order them."""
    keys = sorted((_utf8(field.name), field.name, "later" in field.metadata) for field in fields(kind))
    return b"c" + _text(kind.__name__, 0) + b"{", tuple((name, _sized(b"s", key), later) for key, name, later in keys)


def _mapping(value: Mapping[Any, object], depth: int) -> bytes:
    entries: dict[bytes, bytes] = {}
    for key, item in value.items():
        if not isinstance(key, str) or isinstance(key, Enum):
            raise TypeError(f"keys of a mapping are text, not {type(key).__name__}")
        entries[_utf8(key)] = _form(item, depth + 1)
    if len(entries) != len(value):
        raise ValueError("two keys are the same text")
    return b"{" + b"".join(_sized(b"s", key) + entries[key] for key in sorted(entries)) + b"}"


def _sequence(value: list[object] | tuple[object, ...], depth: int) -> bytes:
    return b"[" + b"".join(_form(item, depth + 1) for item in value) + b"]"


def _enum(value: Enum, depth: int) -> bytes:
    return b"e" + _text(type(value).__name__, depth) + _form(value.value, depth + 1)


def _flag(value: bool, depth: int) -> bytes:  # noqa: FBT001 - the value itself, not a switch
    return b"t" if value else b"f"


def _integer(value: int, depth: int) -> bytes:
    return b"i%d;" % value


def _float(value: float, depth: int) -> bytes:
    if not isfinite(value):
        raise ValueError("a number is finite")
    return b"d" + repr(float(value) + 0.0).encode() + b";"  # adding 0.0 turns -0.0 into 0.0


def _decimal(value: Decimal, depth: int) -> bytes:
    if not value.is_finite():
        raise ValueError("a number is finite")
    sign, digits, exponent = value.as_tuple()
    written = "".join(map(str, digits)).lstrip("0")
    shortest = written.rstrip("0")
    if not shortest:
        return b"D0e0;"
    power = int(exponent) + len(written) - len(shortest)
    return f"D{'-' if sign else ''}{shortest}e{power};".encode()


def _instant(value: datetime, depth: int) -> bytes:
    if value.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return b"T%d;" % ((value - EPOCH) // MICROSECOND)


def _day(value: date, depth: int) -> bytes:
    return b"A" + value.isoformat().encode() + b";"


def _span(value: timedelta, depth: int) -> bytes:
    return b"P%d;" % (value // MICROSECOND)


def _uuid(value: UUID, depth: int) -> bytes:
    return b"u" + value.hex.encode() + b";"


def _text(value: str, depth: int) -> bytes:
    return _sized(b"s", _utf8(value))


def _binary(value: bytes, depth: int) -> bytes:
    return _sized(b"b", value)


def _utf8(value: str) -> bytes:
    return unicodedata.normalize("NFC", value).encode("utf-8")


def _sized(tag: bytes, content: bytes) -> bytes:
    return tag + b"%d:" % len(content) + content


# In this order: an enum may be a str or int too, a bool is an int, a datetime is a date.
FORMS: tuple[tuple[type, Callable[[Any, int], bytes]], ...] = (
    (NoneType, _nothing),
    (Enum, _enum),
    (bool, _flag),
    (str, _text),
    (int, _integer),
    (UUID, _uuid),
    (datetime, _instant),
    (date, _day),
    (Mapping, _mapping),
    (list, _sequence),
    (tuple, _sequence),
    (Decimal, _decimal),
    (float, _float),
    (timedelta, _span),
    (bytes, _binary),
)
