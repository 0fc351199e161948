"""The two database roles and the database itself, made once per PostgreSQL server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

OWNER = "anhu_owner"
RUNTIME = "anhu_runtime"

_OLDEST_VERSION = 150000
_LOCK_KEY = 0x616E6875  # "anhu": one number that every start of ours agrees on

_Connection = psycopg.Connection[tuple[Any, ...]]


class UnfitDatabase(Exception):
    """The server or the database cannot serve Anhu; the text is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """SQLAlchemy URLs (`postgresql+psycopg://`) of one database. Kept out of `repr`: they may hold passwords."""

    runtime: str = field(repr=False)
    owner: str = field(repr=False)


def create_roles_and_database(
    superuser_url: str,
    *,
    database: str = "anhu",
    owner_password: str | None = None,
    runtime_password: str | None = None,
) -> DatabaseUrls:
    """Make both roles and the database where they are missing, set their rights, and give the two URLs.

    Safe to repeat and to run by several processes at once, as long as all name the same database in `superuser_url`
    (an advisory lock belongs to a database; without a name it is `postgres`). A password given here replaces the
    role's password; without one it stays as it is. Raises UnfitDatabase on a server older than PostgreSQL 15 and on a
    database that is not UTF-8 with the collation "C".
    """
    server = make_url(superuser_url)
    with _session(server.set(database=server.database or "postgres")) as connection:
        if connection.info.server_version < _OLDEST_VERSION:
            raise UnfitDatabase("Anhu needs PostgreSQL 15 or newer.")
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK_KEY])  # let go when the session ends
        _ensure_role(connection, OWNER, password=owner_password)
        _ensure_role(connection, RUNTIME, password=runtime_password)
        _ensure_database(connection, database)
        with _session(server.set(database=database)) as inside, inside.transaction():
            _set_rights_inside(inside)
    return DatabaseUrls(
        runtime=_url_for(server, RUNTIME, password=runtime_password, database=database),
        owner=_url_for(server, OWNER, password=owner_password, database=database),
    )


@contextmanager
def _session(url: URL) -> Iterator[_Connection]:
    arguments: dict[str, Any] = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
    with psycopg.connect(**arguments, autocommit=True) as connection:
        yield connection


def _ensure_role(connection: _Connection, name: str, *, password: str | None) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone() is None:
        _run(connection, "CREATE ROLE {} LOGIN", sql.Identifier(name))
    if password is not None:
        _run(connection, "ALTER ROLE {} PASSWORD {}", sql.Identifier(name), sql.Literal(password))


def _ensure_database(connection: _Connection, database: str) -> None:
    """The collation "C" compares code points: the same on every machine, and never changed by an update of the OS."""
    name, owner, runtime = sql.Identifier(database), sql.Identifier(OWNER), sql.Identifier(RUNTIME)
    found = connection.execute(
        "SELECT pg_encoding_to_char(encoding), datcollate, pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s",
        [database],
    ).fetchone()
    if found is None:
        form = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'"
        _run(connection, form, name, owner)
    elif found[:2] != ("UTF8", "C"):
        raise UnfitDatabase(
            f"The database {database} has encoding {found[0]} and collation {found[1]}, not UTF8 and C."
        )
    elif found[2] != OWNER:
        _run(connection, "ALTER DATABASE {} OWNER TO {}", name, owner)
    _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", name)
    _run(connection, "GRANT CONNECT ON DATABASE {} TO {}, {}", name, owner, runtime)


def _set_rights_inside(connection: _Connection) -> None:
    """Append-only by default: what the owner makes later, the runtime role may read and insert into, no more."""
    owner, runtime = sql.Identifier(OWNER), sql.Identifier(RUNTIME)
    connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    _run(connection, "GRANT USAGE, CREATE ON SCHEMA public TO {}", owner)
    _run(connection, "GRANT USAGE ON SCHEMA public TO {}", runtime)
    for right in ("SELECT, INSERT ON TABLES", "USAGE ON SEQUENCES", "USAGE ON SCHEMAS"):
        _run(connection, f"ALTER DEFAULT PRIVILEGES FOR ROLE {{}} GRANT {right} TO {{}}", owner, runtime)
    _run(connection, "SET LOCAL ROLE {}", owner)
    connection.execute("SET LOCAL client_min_messages = warning")  # no notice that it exists already
    connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public")


def _run(connection: _Connection, form: LiteralString, *parts: sql.Composable) -> None:
    connection.execute(sql.SQL(form).format(*parts))


def _url_for(server: URL, role: str, *, password: str | None, database: str) -> str:
    url = URL.create(
        "postgresql+psycopg", role, password, host=server.host, port=server.port, database=database, query=server.query
    )
    return url.render_as_string(hide_password=False)
