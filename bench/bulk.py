"""Loads many rows as a restore does: foreign keys and exclusions are dropped, and made anew when all rows are there.

Made anew they are checked, all rows of a table in one go; what was loaded is as sound as what the product wrote.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

_DROPPED = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = ANY (%s::text[]::regclass[]) AND contype IN ('f', 'x') AND conparentid = 0
    ORDER BY contype DESC, conname
"""
MEMORY = ("SET LOCAL maintenance_work_mem = '512MB'", "SET LOCAL work_mem = '128MB'")


@contextmanager
def loading(connection: psycopg.Connection, *, region: str, tables: Sequence[str]) -> Iterator[psycopg.Cursor[Any]]:
    """One transaction as owner of the region that loads `tables`; commits only what satisfies their constraints."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET LOCAL search_path TO {}, public").format(sql.Identifier(region)))
        for setting in MEMORY:
            cursor.execute(setting)
        dropped = cursor.execute(_DROPPED, [list(tables)]).fetchall()
        for table, name, _ in dropped:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        yield cursor
        for table, name, definition in dropped:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def analyse(connection: psycopg.Connection) -> None:
    """Let the planner know the rows, and leave nothing of the loading for autovacuum to do."""
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
