"""Brings `public` and every region's schema to the newest migration, as owner, and sets the runtime role's rights.

One linear history runs once per schema; each schema keeps its own version.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, insert, select, text

from app.kernel.db import REGION_SCHEMA, Base
from app.kernel.partitions import add_partitions
from app.kernel.regions import Region, is_region_code, region_codes
from app.kernel.revisions import MIGRATIONS, newest_revision, revision_of
from app.kernel.roles import RUNTIME

LOCK_KEY = 0x616E6878
LOCK_TIMEOUT = "10s"


class RegionInvalid(ValueError):
    """The code cannot name a region's schema."""


class DatabaseNewer(RuntimeError):
    """A later release has migrated the database already."""


@contextmanager
def owner_connection(owner_url: str) -> Iterator[Connection]:
    """A connection as owner, alone among migrations (advisory lock); everything commits at the end or not at all."""
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
            yield connection
    finally:
        engine.dispose()


def migrate(owner_url: str, *, today: date) -> list[str]:
    """Upgrade `public` and all regions to the newest migration; returns the schemas in order. Safe to repeat.

    Raises DatabaseNewer.
    """
    with owner_connection(owner_url) as connection:
        _upgrade(connection, "public")
        schemas = region_codes(connection)
        for schema in schemas:
            _upgrade_region(connection, schema, today=today)
        return ["public", *schemas]


def add_region(owner_url: str, *, code: str, name: str, timezone: str, at: datetime, today: date) -> None:
    """Create a region's schema with all its tables and list it. Safe to repeat; raises RegionInvalid for a bad code."""
    if not is_region_code(code):
        raise RegionInvalid(f"{code!r} cannot be a region's code: lower-case letters, digits and _, from 2 to 30")
    with owner_connection(owner_url) as connection:
        _upgrade(connection, "public")
        _upgrade_region(connection, code, today=today)
        if connection.scalar(select(Region.code).where(Region.code == code)) is None:
            connection.execute(insert(Region).values(code=code, name=name, timezone=timezone, opened_at=at))


def maintain(owner_url: str, *, today: date) -> dict[str, list[str]]:
    """Add partitions ahead in every region; returns the names of those added."""
    with owner_connection(owner_url) as connection:
        return {code: add_partitions(connection, code, today=today) for code in region_codes(connection)}


def apply_grants(connection: Connection, schema: str) -> None:
    """Give the runtime role what the models name, and nothing else. Insert and select come by default privilege."""
    for table in Base.metadata.sorted_tables:
        if (table.schema or "public") != (REGION_SCHEMA if schema != "public" else "public"):
            continue
        name = f'{schema}."{table.name}"'
        connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {name} FROM {RUNTIME}"))
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


def _upgrade_region(connection: Connection, schema: str, *, today: date) -> None:
    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
    _upgrade(connection, schema)
    add_partitions(connection, schema, today=today)
