"""Reads a row's canonical form back, so that who checks a receipt sees what was sealed and not what somebody tells."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from app.kernel.canonical import EPOCH, MICROSECOND, VERSION


class FormInvalid(ValueError):
    """The bytes are no row's canonical form."""


def read_row(content: bytes) -> tuple[str, dict[str, object]]:
    """The table and the values of a row's canonical form; a column without a value is absent. Raises FormInvalid."""
    if content[: len(VERSION) + 1] != VERSION + b"r":
        raise FormInvalid("not the form of a row")
    form = _Form(content, len(VERSION) + 1)
    try:
        table, values = form.value(), form.value()
    except (ValueError, IndexError, KeyError, RecursionError, OverflowError) as error:
        raise FormInvalid("the form of the row is broken") from error
    if not (isinstance(table, str) and isinstance(values, dict) and form.is_read):
        raise FormInvalid("the form is not of one row")
    return table, values


class _Form:
    def __init__(self, content: bytes, at: int) -> None:
        self._content, self._at = content, at

    @property
    def is_read(self) -> bool:
        return self._at == len(self._content)

    def value(self) -> object:
        tag = chr(self._content[self._at])
        self._at += 1
        if tag in BARE:
            return BARE[tag]
        if tag in "sb":
            content = self._sized()
            return content.decode("utf-8") if tag == "s" else content
        if tag == "[":
            return list(self._until("]"))
        if tag == "{":
            return {str(key): self.value() for key in self._until("}")}
        return READ[tag](self._text())

    def _until(self, end: str) -> Iterator[object]:
        while chr(self._content[self._at]) != end:
            yield self.value()
        self._at += 1

    def _sized(self) -> bytes:
        colon = self._content.index(b":", self._at)
        begin = colon + 1
        self._at = begin + int(self._content[self._at : colon])
        if self._at > len(self._content):
            raise ValueError("a value is cut off")
        return self._content[begin : self._at]

    def _text(self) -> str:
        end = self._content.index(b";", self._at)
        text = self._content[self._at : end].decode("ascii")
        self._at = end + 1
        return text


BARE = {"n": None, "t": True, "f": False}
READ: dict[str, Callable[[str], object]] = {
    "i": int,
    "d": float,
    "D": lambda text: Decimal(text.replace("e", "E")),
    "T": lambda text: EPOCH + int(text) * MICROSECOND,
    "A": date.fromisoformat,
    "P": lambda text: timedelta(microseconds=int(text)),
    "u": UUID,
}
