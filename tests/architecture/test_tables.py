"""The database is what the models say, and nothing in it acts behind the code's back."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text

from app.kernel.catalogue import ELSEWHERE, Fact, check, compare, described
from app.kernel.partitions import partitioned_tables
from app.tables import METADATA
from tests.conftest import Clone


@pytest.fixture
def owner(worker_database: Clone) -> Iterator[Connection]:
    engine = create_engine(worker_database.urls.owner)
    with engine.connect() as connection:
        yield connection  # closed without a commit: whatever a test damages is whole again
    engine.dispose()


@pytest.fixture(scope="module")
def wanted(worker_database: Clone) -> set[Fact]:
    """Made once: that takes longer than to compare a hundred tables with it."""
    engine = create_engine(worker_database.urls.owner)
    with engine.connect() as connection:
        told = described(connection)
    engine.dispose()
    return told


def test_migrations_make_the_tables_that_the_models_describe(owner: Connection):
    assert check(owner) == {"public": [], "huaian": [], "tianjin": []}


DAMAGE = [
    ("ALTER TABLE tianjin.visit DROP CONSTRAINT ex_visit_carer_id", "lacks constraint visit.ex_visit_carer_id EXCLUDE"),
    ("ALTER TABLE tianjin.visit ALTER COLUMN source DROP NOT NULL", "lacks column visit.source"),
    ("ALTER TABLE tianjin.client ADD COLUMN nickname text", "has, beside the models, column client.nickname text"),
    ("DROP INDEX tianjin.uq_import_run_live", "lacks index import_run.uq_import_run_live CREATE UNIQUE INDEX"),
    ("DROP TABLE tianjin.audit_entry_default", "lacks DEFAULT partition audit_entry"),
    (
        "ALTER TABLE tianjin.audit_entry DETACH PARTITION tianjin.audit_entry_2026_11",
        "has, beside the models, column audit_entry_2026_11.",
    ),
    (
        "GRANT UPDATE ON tianjin.audit_entry TO anhu_runtime",
        "has, beside the models, right audit_entry.anhu_runtime UPDATE",
    ),
    (
        "GRANT DELETE ON tianjin.audit_entry_default TO anhu_runtime",
        "has, beside the models, right audit_entry_default.anhu_runtime DELETE",
    ),
    (
        "GRANT UPDATE (label) ON tianjin.account TO anhu_runtime",
        "has, beside the models, right account.anhu_runtime UPDATE of label",
    ),
    ("GRANT SELECT ON tianjin.person TO PUBLIC", "has, beside the models, right person.everybody SELECT"),
    ("REVOKE UPDATE (state) ON tianjin.visit FROM anhu_runtime", "lacks right visit.anhu_runtime UPDATE of state"),
]


@pytest.mark.parametrize(("statement", "told"), DAMAGE)
def test_what_is_damaged_in_one_region_is_told_and_nothing_else(
    owner: Connection, wanted: set[Fact], statement: str, told: str
):
    owner.execute(text(statement))

    found = compare(owner, wanted=wanted)

    assert found["tianjin"][0].startswith(told), found["tianjin"]
    assert (found["public"], found["huaian"]) == ([], [])


def test_a_default_right_that_is_gone_is_told(owner: Connection, wanted: set[Fact]):
    owner.execute(text("ALTER DEFAULT PRIVILEGES REVOKE INSERT ON TABLES FROM anhu_runtime"))

    assert compare(owner, wanted=wanted)["public"] == ["lacks default right r.anhu_runtime INSERT"]


def test_a_schema_behind_the_newest_migration_is_told_as_such(owner: Connection, wanted: set[Fact]):
    owner.execute(text("UPDATE tianjin.alembic_version SET version_num = '2026_11_22_01_kernel'"))

    assert compare(owner, wanted=wanted)["tianjin"] == [ELSEWHERE]


def test_no_trigger_and_no_foreign_key_action_exists(owner: Connection):
    actions = owner.scalars(
        text("SELECT conname FROM pg_constraint WHERE confdeltype IN ('c','n','d') OR confupdtype IN ('c','n','d')")
    )
    triggers = owner.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"))

    assert list(actions) == []
    assert list(triggers) == []


def test_the_runtime_role_changes_only_what_a_model_names(owner: Connection):
    for table in METADATA.sorted_tables:
        schema = "tianjin" if table.schema else "public"
        updatable = set(
            owner.scalars(
                text(
                    "SELECT column_name FROM information_schema.column_privileges WHERE grantee = 'anhu_runtime' "
                    "AND privilege_type = 'UPDATE' AND table_schema = :schema AND table_name = :table"
                ),
                {"schema": schema, "table": table.name},
            )
        )
        may_delete = owner.scalar(
            text("SELECT has_table_privilege('anhu_runtime', :name, 'DELETE')"), {"name": f"{schema}.{table.name}"}
        )
        may_insert = owner.scalar(
            text("SELECT has_table_privilege('anhu_runtime', :name, 'INSERT')"), {"name": f"{schema}.{table.name}"}
        )
        may_read = owner.scalar(
            text("SELECT has_table_privilege('anhu_runtime', :name, 'SELECT')"), {"name": f"{schema}.{table.name}"}
        )

        assert updatable == set(table.info.get("update", ())), table.name
        assert may_delete == table.info.get("delete", False), table.name
        assert may_insert == table.info.get("insert", True), table.name
        assert may_read, table.name


@pytest.mark.parametrize(
    "table", ["public.region", "tianjin.visit_step", "tianjin.payout_step", "public.alembic_version"]
)
def test_what_the_owner_relies_on_is_written_by_the_owner_alone(owner: Connection, table: str):
    may = text("SELECT has_any_column_privilege('anhu_runtime', :name, 'INSERT, UPDATE')")

    assert not owner.scalar(may, {"name": table})


def test_partitions_give_the_runtime_role_no_more_than_their_table(owner: Connection):
    loose = owner.scalars(
        text(
            "SELECT c.relname FROM pg_class c WHERE c.relispartition AND c.relkind = 'r' "
            "AND (has_table_privilege('anhu_runtime', c.oid, 'DELETE') "
            "OR has_any_column_privilege('anhu_runtime', c.oid, 'UPDATE') "
            "OR has_table_privilege('anhu_runtime', c.oid, 'TRUNCATE'))"
        )
    )

    assert list(loose) == []


def test_every_append_only_table_says_when_a_row_was_recorded():
    for table in METADATA.sorted_tables:
        rights = table.info
        says_it_elsewhere = table.name.endswith("_step") or table.name == "seal_leaf"  # by its seal
        if table.schema and not rights.get("update") and not rights.get("delete") and not says_it_elsewhere:
            assert "recorded_at" in table.columns or "created_at" in table.columns, table.name


def test_every_partitioned_table_is_split_by_its_first_key_column():
    names = {table.name for table in partitioned_tables()}

    assert {"clock_event", "position", "evidence", "service_record", "item_done", "grade", "care_day"} <= names
    assert "audit_entry" in names
