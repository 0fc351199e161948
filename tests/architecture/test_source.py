"""Rules of the house that no other tool checks."""

import re
import tokenize
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Connection, create_engine, text

from app.jobs import JOBS
from app.kernel.migrate import owner_connection
from app.kernel.revisions import MIGRATIONS, newest_revision
from app.tables import METADATA
from migrations.generate import render, revision_after, upgrade_scratch
from tests.conftest import ROOT, Clone, clone_of, drop

SOURCES = sorted(
    path
    for folder in ("app", "migrations", "standins", "demo", "bench", "simulation")
    for path in (ROOT / folder).rglob("*.py")
)
LONGEST_MODULE = 300
VAGUE = {"utils", "helpers", "manager", "data", "info", "process", "handle", "common", "misc"}
IGNORE = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?::\s*[A-Z0-9, ]+|\[[^\]]*\])?(?P<reason>.*)")
INSTANT = ("_at", "_until", "valid_from", "valid_to", "planned_from", "planned_to", "hour")


def test_the_migrations_have_one_head_and_it_is_the_newest_file():
    heads = ScriptDirectory(str(MIGRATIONS)).get_heads()

    assert heads == [newest_revision()]


@pytest.fixture(scope="module")
def migrated(template: str) -> Iterator[Connection]:
    """As the generator of migrations sees a database: one region, called so."""
    clone = clone_of(template)
    engine = create_engine(clone.urls.owner)
    with engine.connect() as connection:
        for schema in ("tianjin", "huaian"):
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        upgrade_scratch(connection)
        yield connection
    engine.dispose()
    drop(clone)


@pytest.fixture
def scratch(migrated: Connection) -> Iterator[Connection]:
    with migrated.begin_nested() as savepoint:
        yield migrated
        savepoint.rollback()


def test_a_migration_written_now_would_be_empty(scratch: Connection):
    assert [part.strip() in {"", "pass"} for part in render(scratch)] == [True, True], render(scratch)


def test_a_column_that_the_migrations_lack_would_be_written(scratch: Connection):
    scratch.execute(text("ALTER TABLE region.outbox_message DROP COLUMN last_error"))

    _, region = render(scratch)

    assert "last_error" in region
    assert "schema=schema" in region


def test_a_partitioned_table_would_be_written_with_its_default_partition(scratch: Connection):
    scratch.execute(text("DROP TABLE region.audit_entry CASCADE"))

    _, region = render(scratch)

    assert (
        """f'CREATE TABLE "{schema}"."audit_entry_default" PARTITION OF "{schema}"."audit_entry" DEFAULT'""" in region
    )


NEXT = [("2026_11_22_09_payouts", "2026_11_22_10_a"), ("2026_11_21_04_z", "2026_11_22_01_a")]


@pytest.mark.parametrize(("newest", "following"), NEXT)
def test_migrations_of_one_day_are_numbered(newest: str, following: str):
    assert revision_after(newest, name="a", today=date(2026, 11, 22)) == following


def test_a_migration_waits_for_a_lock_for_seconds_only(worker_database: Clone):
    with owner_connection(worker_database.urls.owner) as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "10s"


def test_money_is_a_whole_number_of_fen_and_nothing_is_a_float():
    for table in METADATA.sorted_tables:
        for column in table.columns:
            kind = str(column.type).upper()
            assert not any(word in kind for word in ("FLOAT", "REAL", "DOUBLE")), column
            if column.name.endswith("_fen"):
                assert isinstance(column.type, BigInteger), column


def test_instants_and_days_are_named_as_such():
    for table in METADATA.sorted_tables:
        for column in table.columns:
            kind = str(column.type).upper()
            if kind.startswith(("DATETIME", "TIMESTAMP")):
                assert getattr(column.type, "timezone", False), column
                assert column.name.endswith(INSTANT), column


def test_every_packages_tables_are_protected_from_the_others():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    protected = {module for each in contracts for module in each.get("protected_modules", ())}
    of_packages = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "app").glob("*/*models.py")
    }

    assert {module for module in of_packages if not module.startswith("app.kernel.")} <= protected


def test_no_module_is_longer_than_it_may_be():
    modules = [path for path in SOURCES if path.parent.name != "versions"]  # a migration is a list of tables

    assert {str(path.relative_to(ROOT)) for path in modules if path.read_text().count("\n") > LONGEST_MODULE} == set()


def test_no_module_has_a_vague_name():
    assert {path for path in SOURCES if path.stem in VAGUE} == set()


def ignores(path: Path) -> Iterator[tuple[int, str]]:
    """Line and reason of each silenced finding."""
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type == tokenize.COMMENT and (match := IGNORE.search(token.string)):
                yield token.start[0], match["reason"].strip(" #-–():")


def test_every_silenced_finding_has_its_reason():
    bare = [f"{path.relative_to(ROOT)}:{line}" for path in SOURCES for line, reason in ignores(path) if len(reason) < 5]

    assert bare == []


def test_a_silenced_finding_without_a_reason_would_be_noticed(tmp_path: Path):
    path = tmp_path / "x.py"
    path.write_text("a = 1  # noqa: S101\nb = 1  # type: ignore[arg-type]  # the stub is wrong\n")

    assert [reason for _, reason in ignores(path)] == ["", "the stub is wrong"]


def test_every_job_says_why_it_may_run_twice():
    assert [job.name for job in JOBS if len(job.safe_twice_because.split()) < 4] == []
    assert len({job.name for job in JOBS}) == len(JOBS)
