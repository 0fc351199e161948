"""What a policy value may be: each kind checks what a file says and turns it into the Python value of the terms.

`read` gives the plain form (JSON: integer, boolean, text, list of texts, list of rows or null) of the canonical text;
`typed` turns the plain form into what the terms hold. Floats are refused everywhere: shares are texts such as "0.9".
"""

import datetime as dt
import re
from dataclasses import KW_ONLY, dataclass
from decimal import Decimal
from enum import StrEnum

type_names = {bool: "boolean", int: "integer", str: "string", list: "array", float: "float", dict: "table"}

Row = dict[str, "int | str | list[str] | None"]
Plain = int | str | list[str] | list[Row] | None
NONE = "none"  # TOML has no null
SHARE = re.compile(r"(0(\.[0-9]{1,6})?|1(\.0{1,6})?)")


class BadValue(ValueError):
    """The value is not of the kind its key asks for."""


def name_of_type(raw: object) -> str:
    """Name a TOML type as the TOML specification does."""
    return type_names.get(type(raw), type(raw).__name__)


@dataclass(frozen=True)
class Kind:
    """One key's kind.

    `label` is the Chinese name with its unit, `local` lets a district override it, `key` is the name in files where it
    differs from the attribute (durations carry their unit there), `optional` allows "none". `in_older_texts` is what a
    policy text from before the key existed is read as: a key added later must be optional or have it.
    """

    label: str
    _: KW_ONLY
    local: bool = False
    key: str | None = None
    optional: bool = False
    in_older_texts: Plain = None

    def read(self, raw: object) -> Plain:
        """Check a value from a file or a stored text and return its plain form; raises BadValue."""
        if self.optional and (raw is None or raw == NONE):
            return None
        return self._read(raw)

    def typed(self, plain: Plain) -> object:
        """Turn a checked plain value into the value of the terms."""
        return None if plain is None else self._typed(plain)

    @property
    def expected(self) -> tuple[str, str]:
        """Say in Chinese and in English what is expected."""
        chinese, english = self._expected()
        return (f'{chinese}，或 "none"', f'{english}, or "none"') if self.optional else (chinese, english)

    def _read(self, raw: object) -> Plain:
        raise NotImplementedError

    def _typed(self, plain: Plain) -> object:
        return plain

    def _expected(self) -> tuple[str, str]:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Whole(Kind):
    """A whole number from `low` to `high`, both included."""

    low: int = 0
    high: int

    def _read(self, raw: object) -> Plain:
        if type(raw) is not int or not self.low <= raw <= self.high:
            raise BadValue
        return raw

    def _expected(self) -> tuple[str, str]:
        return f"{self.low} 至 {self.high} 的整数", f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True, kw_only=True)
class Duration(Whole):
    """A whole number of `unit`, a `timedelta` in the terms."""

    unit: str

    def _typed(self, plain: Plain) -> object:
        return dt.timedelta(**{self.unit: int(str(plain))})


@dataclass(frozen=True, kw_only=True)
class Share(Kind):
    """A share from 0 to 1 written as a text, a `Decimal` in the terms."""

    def _read(self, raw: object) -> Plain:
        if not isinstance(raw, str) or not SHARE.fullmatch(raw):
            raise BadValue
        return raw

    def _typed(self, plain: Plain) -> object:
        return Decimal(str(plain))

    def _expected(self) -> tuple[str, str]:
        return '0 至 1 的小数，写成文本，如 "0.9"', 'a share from 0 to 1 written as text, such as "0.9"'


@dataclass(frozen=True, kw_only=True)
class YesNo(Kind):
    """True or false."""

    def _read(self, raw: object) -> Plain:
        if not isinstance(raw, bool):
            raise BadValue
        return raw

    def _expected(self) -> tuple[str, str]:
        return "true 或 false", "true or false"


@dataclass(frozen=True, kw_only=True)
class Choice(Kind):
    """One code of an enum."""

    of: type[StrEnum]

    def _read(self, raw: object) -> Plain:
        if not isinstance(raw, str) or raw not in self._codes():
            raise BadValue
        return raw

    def _typed(self, plain: Plain) -> object:
        return self.of(str(plain))

    def _codes(self) -> list[str]:
        return [member.value for member in self.of]

    def _expected(self) -> tuple[str, str]:
        codes = " | ".join(self._codes())
        return f"其中之一：{codes}", f"one of {codes}"


@dataclass(frozen=True, kw_only=True)
class Choices(Choice):
    """Several codes of an enum, at least one, none twice; a tuple in the order of the enum."""

    def _read(self, raw: object) -> Plain:
        if not isinstance(raw, list) or not raw or not set(map(str, raw)) <= set(self._codes()):
            raise BadValue
        if len(set(raw)) != len(raw):
            raise BadValue
        return [code for code in self._codes() if code in raw]

    def _typed(self, plain: Plain) -> object:
        return tuple(self.of(str(code)) for code in plain) if isinstance(plain, list) else ()

    def _expected(self) -> tuple[str, str]:
        codes = " | ".join(self._codes())
        return f"不重复的列表，取自：{codes}", f"a list without repeats of {codes}"


@dataclass(frozen=True, kw_only=True)
class Combinations(Choice):
    """Sets of codes that may be held together, each written "one+other"; a tuple of frozensets."""

    def _read(self, raw: object) -> Plain:
        if not isinstance(raw, list) or not raw or not all(isinstance(text, str) for text in raw):
            raise BadValue
        plain = sorted("+".join(sorted(text.split("+"))) for text in raw)
        codes = [text.split("+") for text in plain]
        if len(set(plain)) != len(plain) or any(len(set(each)) != len(each) for each in codes):
            raise BadValue
        if not {code for each in codes for code in each} <= set(self._codes()):
            raise BadValue
        return plain

    def _typed(self, plain: Plain) -> object:
        texts = plain if isinstance(plain, list) else []
        return tuple(frozenset(self.of(code) for code in str(text).split("+")) for text in texts)

    def _expected(self) -> tuple[str, str]:
        codes = ", ".join(self._codes())
        return f"列表，每项由 + 连接：{codes}", f"a list of combinations joined by +, of {codes}"


@dataclass(frozen=True, kw_only=True)
class Day(Kind):
    """A calendar day."""

    def _read(self, raw: object) -> Plain:
        if type(raw) is dt.date:
            return raw.isoformat()
        try:
            return dt.date.fromisoformat(raw).isoformat() if isinstance(raw, str) else self._refuse()
        except ValueError:
            raise BadValue from None

    def _refuse(self) -> str:
        raise BadValue

    def _typed(self, plain: Plain) -> object:
        return dt.date.fromisoformat(str(plain))

    def _expected(self) -> tuple[str, str]:
        return "日期，如 2026-01-31", "a date such as 2026-01-31"


@dataclass(frozen=True, kw_only=True)
class Text(Kind):
    """One line of text, not empty, at most `longest` characters."""

    longest: int

    def _read(self, raw: object) -> Plain:
        if not isinstance(raw, str) or not raw.strip() or len(raw) > self.longest or not raw.isprintable():
            raise BadValue
        return raw

    def _expected(self) -> tuple[str, str]:
        return f"一行文字，不超过 {self.longest} 字", f"one line of text, at most {self.longest} characters"
