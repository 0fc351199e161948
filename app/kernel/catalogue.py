"""Is a database whole? What its catalogue says, held against the models: after a restore, or whenever it is doubted.

The models' tables are made beside the others in a transaction that is rolled back, so that PostgreSQL words both sides.
"""

import re
from collections.abc import Iterable

from sqlalchemy import Connection, Table, create_engine, text

from app.kernel.db import REGION_SCHEMA, Base
from app.kernel.regions import region_codes
from app.kernel.revisions import newest_revision, revision_of
from app.kernel.roles import RUNTIME

Fact = tuple[str, ...]  # kind, table, name, wording
FRESH = "fresh"  # no region may be called so
VERSIONS = "alembic_version"
ELSEWHERE = "stands at another migration than the newest of this release: run `anhu db migrate`"
# A list of words in a CHECK is written with other casts once it went through a dump; it is the same list.
CASTS = (
    (re.compile(r"\(('[^']*')::character varying\)::text|('[^']*')::character varying"), r"\1\2"),
    (re.compile(r"\((ARRAY\[[^]]*\])\)::text\[\]"), r"\1"),
)
# Kind, table, name and wording of everything that belongs to a table. Partitions follow their table; an index that one
# of them lacks is invalid.
SHAPE = (
    "SELECT 'constraint', t.relname, conname, pg_get_constraintdef(c.oid) FROM pg_constraint c "
    "JOIN pg_class t ON t.oid = c.conrelid WHERE c.connamespace = to_regnamespace(:schema) "
    "AND NOT t.relispartition AND NOT (c.contype = 'f' AND c.conparentid <> 0) AND contype <> 'n'",
    "SELECT 'index', t.relname, i.relname, pg_get_indexdef(i.oid) FROM pg_index x "
    "JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid "
    "WHERE t.relnamespace = to_regnamespace(:schema) AND NOT t.relispartition AND x.indisvalid",
    # Not from information_schema, which asks for the rights on every column: some seconds, where this takes none.
    "SELECT 'column', t.relname, attname, concat_ws(' ', format_type(atttypid, atttypmod), "
    "CASE WHEN attnotnull THEN 'NOT NULL' END, pg_get_expr(adbin, adrelid), nullif(attgenerated, ''), "
    "nullif(attidentity, '')) "
    "FROM pg_attribute JOIN pg_class t ON t.oid = attrelid "
    "LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum "
    "WHERE t.relnamespace = to_regnamespace(:schema) AND t.relkind IN ('r', 'p') AND NOT t.relispartition "
    "AND attnum > 0 AND NOT attisdropped",
)
WITHOUT_DEFAULT = (
    "SELECT 'DEFAULT partition', relname, '', '' FROM pg_class JOIN pg_partitioned_table ON partrelid = oid "
    "WHERE relnamespace = to_regnamespace(:schema) AND partdefid = 0"
)
RIGHTS = (
    "SELECT 'right', relname, COALESCE(NULLIF(grantee, 0)::regrole::text, 'everybody'), privilege_type "
    "FROM pg_class, aclexplode(relacl) WHERE relnamespace = to_regnamespace(:schema) "
    "AND relkind IN ('r', 'p') AND grantee <> relowner",
    "SELECT 'right', relname, COALESCE(NULLIF(grantee, 0)::regrole::text, 'everybody'), "
    "privilege_type || ' of ' || attname "
    "FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl) "
    "WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'p') AND grantee <> relowner",
)
PARTITIONS = (
    "SELECT 'partition', relname, '', '' FROM pg_class "
    "WHERE relnamespace = to_regnamespace(:schema) AND relispartition AND relkind = 'r'"
)
STRANGERS = (
    "SELECT 'owner', relname, '', relowner::regrole::text FROM pg_class "
    "JOIN pg_database ON datname = current_database() "
    "WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'p') AND relowner <> datdba"
)
DEFAULT_RIGHTS = (
    "SELECT 'default right', defaclobjtype::text, grantee::regrole::text, privilege_type "
    "FROM pg_default_acl JOIN pg_database ON datname = current_database() AND datdba = defaclrole, "
    "aclexplode(defaclacl) WHERE defaclnamespace = 0 AND grantee <> defaclrole"
)
EXPECTED_DEFAULTS: set[Fact] = {
    ("default right", kind, RUNTIME, right)
    for kind, right in (("r", "SELECT"), ("r", "INSERT"), ("S", "USAGE"), ("n", "USAGE"))
}


def check_database(owner_url: str) -> dict[str, list[str]]:
    """As `check`, of a database; changes nothing."""
    engine = create_engine(owner_url)
    try:
        with engine.connect() as connection:
            return check(connection)  # closed without a commit
    finally:
        engine.dispose()


def check(connection: Connection) -> dict[str, list[str]]:
    """What differs from the models, by schema, `public` first; an empty list is a whole schema.

    Run as owner; whoever calls rolls back, since it makes a schema. One at another migration than this release's newest
    is not looked into.
    """
    if not _is_current(connection, "public"):
        return {"public": [ELSEWHERE]}
    return compare(connection, wanted=described(connection))


def described(connection: Connection) -> set[Fact]:
    """What the models' tables are in PostgreSQL's words. Makes a schema, as `check` does."""
    connection.execute(text(f"CREATE SCHEMA {FRESH}"))
    Base.metadata.create_all(connection.execution_options(schema_translate_map={REGION_SCHEMA: FRESH, None: FRESH}))
    connection.execution_options(schema_translate_map=None)
    return _facts(connection, FRESH, *SHAPE)


def compare(connection: Connection, *, wanted: set[Fact]) -> dict[str, list[str]]:
    """As `check`, against what `described` told before."""
    found = {"public": _differences(connection, "public", wanted) + _default_rights(connection)}
    for code in region_codes(connection):
        current = _is_current(connection, code)
        found[code] = _differences(connection, code, wanted) if current else [ELSEWHERE]
    return found


def _differences(connection: Connection, schema: str, wanted: set[Fact]) -> list[str]:
    tables = {
        table.name: table for table in Base.metadata.sorted_tables if (table.schema is None) == (schema == "public")
    }
    expected = {fact for fact in wanted if fact[1] in tables} | _expected_rights(connection, schema, tables.values())
    found = {fact for fact in _facts(connection, schema, *SHAPE) if fact[1] != VERSIONS} | _facts(
        connection, schema, *RIGHTS
    )
    return _told(
        lacking=(expected - found) | _facts(connection, schema, WITHOUT_DEFAULT),
        beside=(found - expected) | _facts(connection, schema, STRANGERS),
    )


def _default_rights(connection: Connection) -> list[str]:
    found = _facts(connection, "public", DEFAULT_RIGHTS)
    return _told(lacking=EXPECTED_DEFAULTS - found, beside=found - EXPECTED_DEFAULTS)


def _expected_rights(connection: Connection, schema: str, tables: Iterable[Table]) -> set[Fact]:
    """What the runtime role may do with each table by its model, and with each partition."""
    partitions = [partition[1] for partition in _facts(connection, schema, PARTITIONS)]
    rights = {(VERSIONS, "SELECT")} | {(table.name, right) for table in tables for right in _rights_of(table)}
    rights |= {(name, right) for name in partitions for right in ("SELECT", "INSERT")}
    return {("right", name, RUNTIME, right) for name, right in rights}


def _rights_of(table: Table) -> set[str]:
    rights = {"SELECT"} | {f"UPDATE of {column}" for column in table.info.get("update", ())}
    if table.info.get("insert", True):
        rights.add("INSERT")
    if table.info.get("delete", False):
        rights.add("DELETE")
    return rights


def _told(*, lacking: set[Fact], beside: set[Fact]) -> list[str]:
    return [f"lacks {_words(fact)}" for fact in sorted(lacking)] + [
        f"has, beside the models, {_words(fact)}" for fact in sorted(beside)
    ]


def _words(fact: Fact) -> str:
    kind, table, name, wording = fact
    return f"{kind} {'.'.join(part for part in (table, name) if part)} {wording}".rstrip()


def _facts(connection: Connection, schema: str, *queries: str) -> set[Fact]:
    rows = (row for query in queries for row in connection.execute(text(query), {"schema": schema}))
    return {tuple(_plain(str(cell).replace(f"{schema}.", "")) for cell in row) for row in rows}


def _plain(wording: str) -> str:
    for pattern, plain in CASTS:
        wording = pattern.sub(plain, wording)
    return wording


def _is_current(connection: Connection, schema: str) -> bool:
    return revision_of(connection, schema) == newest_revision()
