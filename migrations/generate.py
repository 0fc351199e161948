"""Writes a migration: the difference between the models and a scratch database brought up by the migrations so far.

`make migration NAME=what_changes`. The scratch database holds a schema really called `region`, so nothing is
translated. Read what it wrote: it does not see changed checks, exclusions and predicates (a test compares the
catalogues), moves no data, and two tables that name each other need their second foreign key added by hand.
"""

import re
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations.ops import CreateTableOp, MigrateOperation, UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from app.kernel import embedded
from app.kernel.migrate import configuration
from app.kernel.revisions import MIGRATIONS, newest_revision
from app.kernel.roles import create_roles_and_database
from app.tables import METADATA

DEFAULT_PARTITION = (
    """    op.execute(f'CREATE TABLE "{{schema}}"."{name}_default" PARTITION OF "{{schema}}"."{name}" DEFAULT')"""
)
TEMPLATE = '''"""{title}"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "{revision}"
down_revision = "{down_revision}"


def upgrade(schema: str) -> None:
    """Bring one schema up."""
    if schema == "public":
        upgrade_public()
    else:
        upgrade_region(schema)


def upgrade_public() -> None:
    """Tables shared by all regions."""
{public}


def upgrade_region(schema: str) -> None:
    """Tables of one region."""
{region}
'''


def render(connection: Connection) -> tuple[str, str]:
    """Operations that are missing, for `public` and for a region, as Python."""
    migration = MigrationContext.configure(
        connection,
        opts={
            "target_metadata": METADATA,
            "include_schemas": True,
            "include_name": lambda name, kind, _parents: kind != "schema" or name in (None, "region"),
            "include_object": lambda _item, name, kind, _reflected, _other: _is_wanted(name, kind),
            "compare_server_default": True,
        },
    )
    operations = produce_migrations(migration, METADATA).upgrade_ops
    ops = [] if operations is None else list(operations.ops)
    public = [op for op in ops if getattr(op, "schema", None) is None]
    region = [op for op in ops if getattr(op, "schema", None) == "region"]
    return _code(public, migration), _localised(_code(region, migration))


def _is_wanted(name: str | None, kind: str) -> bool:
    return kind != "table" or (name != "alembic_version" and not re.search(r"_(default|\d{4}_\d{2})$", name or ""))


def _code(operations: Sequence[MigrateOperation], migration: MigrationContext) -> str:
    created = [operation for operation in operations if isinstance(operation, CreateTableOp)]
    for operation in created:
        operation.info = {}
    code = render_python_code(UpgradeOps(ops=list(operations)), migration_context=migration)
    lines = [line for line in code.splitlines() if not line.strip().startswith("#")]
    partitioned = [operation.table_name for operation in created if "postgresql_partition_by" in operation.kw]
    return "\n".join([*lines, *(DEFAULT_PARTITION.format(name=name) for name in partitioned)])


def _localised(code: str) -> str:
    code = code.replace("schema='region'", "schema=schema")
    return re.sub(r"'region\.(\w+\.?\w*)'", r'f"{schema}.\1"', code)


def revision_after(newest: str, *, name: str, today: date) -> str:
    """The id of the next migration: files are sorted by day and by number within it, whatever they are called."""
    day = f"{today:%Y_%m_%d}"
    number = int(newest[11:13]) + 1 if newest.startswith(day) else 1
    return f"{day}_{number:02}_{name}"


def write(connection: Connection, name: str, *, down_revision: str) -> Path:
    """Write the migration file and return its path."""
    public, region = render(connection)
    today = datetime.now(UTC).date()  # noqa: TID251 - a developer's tool
    revision = revision_after(down_revision, name=name, today=today)
    path = MIGRATIONS / "versions" / f"{revision}.py"
    path.write_text(
        TEMPLATE.format(
            title=name.replace("_", " ").capitalize() + ".",
            revision=revision,
            down_revision=down_revision,
            public=public or "    pass",
            region=region or "    pass",
        ),
        encoding="utf-8",
    )
    return path


def upgrade_scratch(connection: Connection) -> None:
    """Bring `public` and a schema called `region` to the newest migration."""
    for schema in ("public", "region"):
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
        command.upgrade(configuration(connection, schema), "head")


@contextmanager
def scratch_database() -> Iterator[Connection]:
    """A database of the embedded server for one use, brought up by the migrations there are."""
    data_dir = embedded.default_data_dir()
    embedded.start(data_dir)
    server, name = embedded.superuser_url(data_dir), f"scratch_{secrets.token_hex(4)}"
    scratch = create_engine(create_roles_and_database(server, database=name).owner)
    try:
        with scratch.begin() as connection:
            upgrade_scratch(connection)
            yield connection
    finally:
        scratch.dispose()
        superuser = create_engine(server, isolation_level="AUTOCOMMIT")
        with superuser.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        superuser.dispose()


def main() -> None:
    """Write the migration named on the command line."""
    if len(sys.argv) != 2 or not re.fullmatch(r"[a-z][a-z0-9_]{,17}", sys.argv[1]):
        sys.exit("make migration NAME=what_changes (lower-case letters, digits and _, at most 18: ids have 32)")
    with scratch_database() as connection:
        path = write(connection, sys.argv[1], down_revision=newest_revision())
    sys.stdout.write(f"{path}: read it, format it (make fix), test it\n")


if __name__ == "__main__":
    main()
