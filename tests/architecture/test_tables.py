"""The database is what the models say, and nothing in it acts behind the code's back."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text

from app.kernel.partitions import partitioned_tables
from app.tables import METADATA
from tests.conftest import Clone

CATALOGUE = (
    "SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(c.oid) FROM pg_constraint c "
    "JOIN pg_class t ON t.oid = c.conrelid WHERE c.connamespace = to_regnamespace(CAST(:schema AS text)) "
    "AND NOT t.relispartition AND NOT (c.contype = 'f' AND c.conparentid <> 0) AND contype <> 'n'",
    "SELECT 'index', i.tablename, i.indexname, i.indexdef FROM pg_indexes i JOIN pg_class t ON t.relname = i.tablename "
    "AND t.relnamespace = to_regnamespace(CAST(:schema AS text)) "
    "WHERE schemaname = CAST(:schema AS text) AND NOT t.relispartition",
    "SELECT 'column', c.table_name, column_name, concat_ws(' ', data_type, udt_name, "
    "character_maximum_length, is_nullable, column_default, is_generated, generation_expression) "
    "FROM information_schema.columns c "
    "JOIN pg_class t ON t.relname = c.table_name AND t.relnamespace = to_regnamespace(CAST(:schema AS text)) "
    "WHERE table_schema = CAST(:schema AS text) AND NOT t.relispartition",
)
IGNORED = "alembic_version"


@pytest.fixture
def owner(own_database: Clone) -> Iterator[Connection]:
    engine = create_engine(own_database.urls.owner)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def shape(connection: Connection, schema: str) -> set[tuple[str, ...]]:
    """Constraints, indexes and columns of a schema, without its name."""
    rows = [row for query in CATALOGUE for row in connection.execute(text(query), {"schema": schema})]
    plain = {tuple(str(cell).replace(f"{schema}.", "") for cell in row) for row in rows}
    return {row for row in plain if IGNORED not in row[1]}


def test_migrations_make_the_tables_that_the_models_describe(owner: Connection):
    owner.execute(text("CREATE SCHEMA fresh"))
    translated = owner.execution_options(schema_translate_map={"region": "fresh"})
    METADATA.create_all(translated)

    assert shape(owner, "fresh") == shape(owner, "tianjin")


def test_a_dropped_exclusion_is_noticed(owner: Connection):
    before = shape(owner, "tianjin")

    owner.execute(text("ALTER TABLE tianjin.visit DROP CONSTRAINT ex_visit_carer_id"))

    assert shape(owner, "tianjin") != before


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
        if table.schema and not rights.get("update") and not rights.get("delete") and not table.name.endswith("_step"):
            assert "recorded_at" in table.columns or "created_at" in table.columns, table.name


def test_every_partitioned_table_is_split_by_its_first_key_column():
    names = {table.name for table in partitioned_tables()}

    assert {"clock_event", "position", "evidence", "service_record", "item_done", "grade", "care_day"} <= names
    assert "audit_entry" in names
