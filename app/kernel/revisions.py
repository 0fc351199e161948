"""At which migration a schema stands. Apart from `app.kernel.migrate`, so that a web process need not load Alembic."""

from pathlib import Path

from sqlalchemy import Connection, text

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def is_current(connection: Connection, schema: str) -> bool:
    """True when a schema stands at the newest migration, or at a later release's: migrations suit the code before."""
    found = revision_of(connection, schema)
    return found is not None and found >= newest_revision()


def newest_revision() -> str:
    """Id of the last migration; ids rise in the order of the migrations."""
    revisions = sorted(path.stem for path in (MIGRATIONS / "versions").glob("*.py"))
    return revisions[-1]


def revision_of(connection: Connection, schema: str) -> str | None:
    """Id of the last migration that ran in a schema; None before the first."""
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": f'"{schema}".alembic_version'}) is None:
        return None
    found = connection.scalar(text(f'SELECT version_num FROM "{schema}".alembic_version'))  # noqa: S608 - checked code
    return None if found is None else str(found)
