"""The rows that are sealed: of every table of facts that nobody may change or delete."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, select, tuple_
from sqlalchemy.orm import Session

from app.kernel.canonical import RowForm
from app.kernel.db import REGION_SCHEMA, AppendOnly, Base

AT_ONCE = 1000
READ: dict[type, Callable[[str], object]] = {UUID: UUID, date: date.fromisoformat, int: int, str: str}


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A row as it stands: its table, its key as text, when it was taken in, and its canonical form."""

    table: str
    key: str
    recorded_at: datetime
    content: bytes

    @property
    def digest(self) -> bytes:
        """By which a leaf names it."""
        return hashlib.sha256(self.content).digest()


@cache
def sealed_tables() -> dict[str, Table]:
    """Tables of facts that the runtime role may only insert, by name in order."""
    return {
        table.name: table
        for table in sorted(_tables(), key=lambda each: each.name)
        if table.schema == REGION_SCHEMA and not table.info["update"] and not table.info["delete"]
    }


def read_rows(session: Session, table: Table, *, begin_at: datetime, end_at: datetime) -> Iterator[list[SealedRow]]:
    """Rows recorded from `begin_at` until before `end_at`, some at a time and never all in memory."""
    statement = (
        select(table)
        .where(table.c.recorded_at >= begin_at, table.c.recorded_at < end_at)
        .execution_options(yield_per=AT_ONCE)
    )
    for rows in session.execute(statement).partitions():
        yield [_sealed(table, row) for row in rows]


def find_rows(session: Session, table: Table, keys: Sequence[str]) -> dict[str, SealedRow]:
    """The rows of these keys that are there."""
    return {row.key: row for row in rows_where(session, table, _keyed(table, keys))}


def rows_where(session: Session, table: Table, condition: ColumnElement[bool]) -> list[SealedRow]:
    """The rows that meet a condition, in order of their keys."""
    statement = select(table).where(condition).order_by(*table.primary_key)
    return [_sealed(table, row) for row in session.execute(statement)]


def _tables() -> Iterator[Table]:
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, AppendOnly) and isinstance(mapper.local_table, Table):
            yield mapper.local_table


def _sealed(table: Table, row: Row[Any]) -> SealedRow:
    values: dict[str, Any] = row._asdict()
    key = "/".join(quote(str(values[column]), safe="") for column in _key_columns(table))
    return SealedRow(table.name, key, values["recorded_at"], _form_of(table).of(values))


@cache
def _form_of(table: Table) -> RowForm:
    return RowForm(table.name, table.columns.keys())


@cache
def _key_columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _keyed(table: Table, keys: Sequence[str]) -> ColumnElement[bool]:
    columns = list(table.primary_key)
    read = [READ[column.type.python_type] for column in columns]
    wanted = [[each(unquote(part)) for each, part in zip(read, key.split("/"), strict=True)] for key in keys]
    if len(columns) == 1:
        return columns[0].in_([value for (value,) in wanted])
    return tuple_(*columns).in_(wanted)
