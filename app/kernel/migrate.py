"""Brings `public` and every region's schema to the newest migration, as owner, and sets the runtime role's rights.

One linear history runs once per schema; each schema keeps its own version.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from time import sleep
from typing import TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Table, create_engine, exc, insert, select, text

from app.kernel.db import REGION_SCHEMA, Base
from app.kernel.partitions import add_partitions, add_partitions_of, partitioned_tables
from app.kernel.regions import Region, RegionInvalid, is_region_code, region_codes
from app.kernel.revisions import MIGRATIONS, newest_revision, revision_of
from app.kernel.roles import RUNTIME

LOCK_KEY = 0x616E6878
LOCK_TIMEOUT = "10s"
PARTITION_LOCK_TIMEOUT = "500ms"  # taps that wait behind us wait no longer than this
PARTITION_TRIES = 20
PARTITION_PAUSE_S = 1.0
LOCK_NOT_AVAILABLE = "55P03"

Done = TypeVar("Done")


class DatabaseNewer(RuntimeError):
    """A later release has migrated the database already."""


class TableBusy(RuntimeError):
    """A table could not be had for long enough to add its partitions; those of the others may be added already."""


@contextmanager
def owner_connection(owner_url: str, *, lock_timeout: str = LOCK_TIMEOUT) -> Iterator[Connection]:
    """A connection as owner, alone among migrations (advisory lock); everything commits at the end or not at all."""
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            connection.execute(text(f"SET LOCAL lock_timeout = '{lock_timeout}'"))
            connection.execute(text("SET LOCAL jit = off"))
            yield connection
    finally:
        engine.dispose()


def migrate(owner_url: str, *, today: date) -> list[str]:
    """Upgrade `public` and all regions to the newest migration; returns the schemas in order. Safe to repeat.

    Raises DatabaseNewer, and TableBusy when all are upgraded and partitions could not be added ahead.
    """
    with owner_connection(owner_url) as connection:
        _upgrade(connection, "public")
        schemas = region_codes(connection)
        for schema in schemas:
            _upgrade(connection, schema)
    maintain(owner_url, today=today)
    return ["public", *schemas]


def add_region(owner_url: str, *, code: str, name: str, timezone: str, at: datetime, today: date) -> None:
    """Create a region's schema with all its tables and list it. Safe to repeat; raises RegionInvalid for a bad code."""
    if not is_region_code(code):
        raise RegionInvalid(code)
    with owner_connection(owner_url) as connection:
        _upgrade(connection, "public")
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{code}"'))
        _upgrade(connection, code)
        add_partitions(connection, code, today=today)
        if connection.scalar(select(Region.code).where(Region.code == code)) is None:
            connection.execute(insert(Region).values(code=code, name=name, timezone=timezone, opened_at=at))


def maintain(owner_url: str, *, today: date) -> dict[str, list[str]]:
    """Add partitions ahead in every region; returns the names of those added. Safe to repeat; raises TableBusy.

    One short transaction for each table: who writes to its DEFAULT partition meanwhile waits for that one alone.
    """
    with owner_connection(owner_url) as connection:
        schemas = region_codes(connection)
    return {
        schema: [
            name for table in partitioned_tables() for name in _add_ahead(owner_url, schema, table=table, today=today)
        ]
        for schema in schemas
    }


def patiently(owner_url: str, work: Callable[[Connection], Done], *, table: str) -> Done:
    """Do a short work as owner in a transaction of its own, tried again while `table` is busy; raises TableBusy."""
    for attempt in range(PARTITION_TRIES):
        sleep(PARTITION_PAUSE_S if attempt else 0)
        try:
            with owner_connection(owner_url, lock_timeout=PARTITION_LOCK_TIMEOUT) as connection:
                return work(connection)
        except exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
    raise TableBusy(f"{table} is busy: run `anhu db maintain` when less is written")


def _add_ahead(owner_url: str, schema: str, *, table: Table, today: date) -> list[str]:
    """The names of the partitions added to one table, tried again while somebody writes to its DEFAULT partition."""
    add = partial(add_partitions_of, table, schema=schema, today=today)
    return patiently(owner_url, add, table=f"{schema}.{table.name}")


def apply_grants(connection: Connection, schema: str) -> None:
    """Give the runtime role what the models name, and nothing else. Insert and select come by default privilege."""
    connection.execute(text(f'REVOKE INSERT ON "{schema}".alembic_version FROM {RUNTIME}'))
    for table in Base.metadata.sorted_tables:
        if (table.schema or "public") != (REGION_SCHEMA if schema != "public" else "public"):
            continue
        name = f'"{schema}"."{table.name}"'
        connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {name} FROM {RUNTIME}"))
        if not table.info.get("insert", True):
            connection.execute(text(f"REVOKE INSERT ON {name} FROM {RUNTIME}"))
        if columns := table.info.get("update"):
            connection.execute(text(f"GRANT UPDATE ({', '.join(columns)}) ON {name} TO {RUNTIME}"))
        if table.info.get("delete"):
            connection.execute(text(f"GRANT DELETE ON {name} TO {RUNTIME}"))


def configuration(connection: Connection, schema: str) -> Config:
    """Alembic's configuration for one schema; `migrations/env.py` reads the attributes."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes.update(connection=connection, schema=schema)
    return config


def _upgrade(connection: Connection, schema: str) -> None:
    found = revision_of(connection, schema)
    if found is not None and found > newest_revision():
        raise DatabaseNewer(f"schema {schema} stands at {found}, which this release does not know: use the later one")
    command.upgrade(configuration(connection, schema), "head")
    apply_grants(connection, schema)
