"""Tables that grow by every check-in are split by ranges of their UUIDv7 key, one partition a month.

Each has a DEFAULT partition, since a phone with a wrong clock makes ids of any year. Maintenance runs as owner: it adds
partitions ahead, moving rows out of the DEFAULT partition first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import Connection, Table, text

from app.kernel.db import REGION_SCHEMA, Base
from app.kernel.ids import first_id_at

MONTHS_AHEAD = 6
WARN_BELOW_MONTHS = 3
MONTH_NAME = re.compile(r"_(?P<year>\d{4})_(?P<month>\d{2})\Z")


@dataclass(frozen=True, slots=True)
class Span:
    """One month's partition: names and bounds, the upper bound exclusive."""

    month: date
    lowest: UUID
    beyond: UUID

    def name_for(self, table: str) -> str:
        """Name of the partition of `table`."""
        return f"{table}_{self.month:%Y_%m}"


def partitioned_tables() -> list[Table]:
    """Every regional table that is split by ranges of its key."""
    return [
        table
        for table in Base.metadata.sorted_tables
        if table.schema == REGION_SCHEMA and table.dialect_kwargs.get("postgresql_partition_by")
    ]


def key_of(table: Table) -> str:
    """The column whose ranges split the table."""
    return next(iter(table.primary_key.columns)).name


def spans(*, today: date, months: int = MONTHS_AHEAD) -> Iterator[Span]:
    """This month's partition and those of the `months` after it."""
    first = today.replace(day=1)
    for _ in range(months + 1):
        following = _next_month(first)
        yield Span(first, _lowest_id(first), _lowest_id(following))
        first = following


def add_partitions(connection: Connection, schema: str, *, today: date) -> list[str]:
    """Add the partitions that are missing, run as owner; returns their names. Safe to run twice."""
    return [
        name for table in partitioned_tables() for name in add_partitions_of(table, connection, schema, today=today)
    ]


def add_partitions_of(table: Table, connection: Connection, schema: str, *, today: date) -> list[str]:
    """As `add_partitions`, for one table. Holds its DEFAULT partition until the transaction ends."""
    existing = _existing(connection, schema, table.name)
    missing = [span for span in spans(today=today) if span.name_for(table.name) not in existing]
    for span in missing:
        _add(connection, schema, table, span)
    return [span.name_for(table.name) for span in missing]


def past_spans(connection: Connection, schema: str, table: str, *, before: date) -> list[Span]:
    """The months of a table's partitions that were over before a day, the oldest first."""
    months = sorted(
        date(int(found["year"]), int(found["month"]), 1)
        for name in _existing(connection, schema, table)
        if (found := MONTH_NAME.search(name))
    )
    return [span for month in months for span in spans(today=month, months=0) if _next_month(month) <= before]


def months_ahead(connection: Connection, schema: str, *, today: date) -> int:
    """How many whole months after this one have a partition in every partitioned table."""
    following = [span for span in spans(today=today, months=MONTHS_AHEAD * 4) if span.month > today.replace(day=1)]
    have = {table.name: _existing(connection, schema, table.name) for table in partitioned_tables()}
    count = 0
    for span in following:
        if not all(span.name_for(name) in names for name, names in have.items()):
            break
        count += 1
    return count


def _add(connection: Connection, schema: str, table: Table, span: Span) -> None:
    """Create the partition apart, move the DEFAULT partition's rows of that month into it, then attach it."""
    name, key = span.name_for(table.name), key_of(table)
    parent, part, rest = (f'"{schema}"."{each}"' for each in (table.name, name, f"{table.name}_default"))
    bounds = f"'{span.lowest}' AND {key} < '{span.beyond}'"
    connection.execute(text(f"CREATE TABLE {part} (LIKE {parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
    moved = text(  # bounds are UUIDs computed here, names come from the models
        f"WITH moved AS (DELETE FROM {rest} WHERE {key} >= {bounds} RETURNING *) INSERT INTO {part} SELECT * FROM moved"  # noqa: S608 - see above
    )
    connection.execute(moved)
    connection.execute(
        text(f"ALTER TABLE {parent} ATTACH PARTITION {part} FOR VALUES FROM ('{span.lowest}') TO ('{span.beyond}')")
    )


def _existing(connection: Connection, schema: str, table: str) -> set[str]:
    statement = text(
        "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
        "JOIN pg_class parent ON parent.oid = inhparent JOIN pg_namespace n ON n.oid = parent.relnamespace "
        "WHERE n.nspname = :schema AND parent.relname = :table"
    )
    return set(connection.scalars(statement, {"schema": schema, "table": table}))


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _lowest_id(first: date) -> UUID:
    return first_id_at(datetime(first.year, first.month, 1, tzinfo=UTC))
