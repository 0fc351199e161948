"""A value that is a table: rows of one dataclass, whose annotations say the kind of each column."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, get_type_hints

from app.policies.kinds import BadValue, Kind, Plain, Row


class Column(NamedTuple):
    """One column: its name in files and texts, the attribute of the row it fills, and what it may hold."""

    name: str
    attribute: str
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class Rows(Kind):
    """Rows in the order of the file, none twice; a tuple of `of` in the terms, empty where a text is older."""

    of: type[Any]

    def read(self, raw: object) -> Plain:
        if raw is None:
            return []
        if not isinstance(raw, list):
            raise BadValue
        rows = [self._row(row) for row in raw]
        if any(row in rows[:position] for position, row in enumerate(rows)):
            raise BadValue
        return rows

    def typed(self, plain: Plain) -> object:
        return tuple(self._made(row) for row in plain if isinstance(row, dict)) if isinstance(plain, list) else ()

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns in the order of the dataclass."""
        return tuple(self._columns())

    def _columns(self) -> Iterator[Column]:
        for attribute, hint in get_type_hints(self.of, include_extras=True).items():
            kind: Kind = hint.__metadata__[0]
            yield Column(kind.key or attribute, attribute, kind)

    def _row(self, raw: object) -> Row:
        if not isinstance(raw, dict) or not raw.keys() <= {column.name for column in self.columns}:
            raise BadValue
        read: dict[str, Any] = {column.name: column.kind.read(raw.get(column.name)) for column in self.columns}
        return read

    def _made(self, row: Row) -> object:
        return self.of(**{column.attribute: column.kind.typed(row[column.name]) for column in self.columns})

    def _expected(self) -> tuple[str, str]:
        chinese = "；".join(f"{name}（{kind.label}）：{kind.expected[0]}" for name, _, kind in self.columns)
        english = "; ".join(f"{name}: {kind.expected[1]}" for name, _, kind in self.columns)
        return f"不重复的行，每行 {{ {chinese} }}", f"a list of rows without repeats, each {{ {english} }}"
