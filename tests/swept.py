"""A database in which tests commit, one after the other: each finds it as it was cloned, for less than a clone."""

from psycopg import Connection, connect
from sqlalchemy import make_url

from tests.server import postgres_for_tests

_TABLES = (
    "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' "
    "AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')"
)
_SETTINGS = "-c session_replication_role=replica -c lock_timeout=10s"  # rows go in any order; a forgotten lock is told


class Broom:
    """Takes out of a fresh clone's tables what comes into them from now on."""

    def __init__(self, database: str) -> None:
        parts = make_url(postgres_for_tests()).set(database=database)
        arguments = {**parts.translate_connect_args(username="user", database="dbname"), **parts.query}
        self._connection: Connection = connect(**arguments, autocommit=True, prepare_threshold=None, options=_SETTINGS)
        tables = [name for (name,) in self._connection.execute(_TABLES)]
        filled = [name for name in tables if self._connection.execute(f"SELECT FROM {name} LIMIT 1").rowcount]
        self._emptying = "; ".join(f"DELETE FROM {name}" for name in tables if name not in filled)
        self._held = {name: self._digests(name) for name in filled}

    def sweep(self) -> None:
        """Take out what came. What was there must be as it was: who changes it needs a database of his own."""
        self._connection.execute(self._emptying)
        for name, held in self._held.items():
            self._connection.execute(f"DELETE FROM {name} row WHERE md5(row::text) <> ALL (%s)", [held])
            assert self._digests(name) == held, f"{name} was changed: this test needs own_database"

    def close(self) -> None:
        self._connection.close()

    def _digests(self, name: str) -> list[str]:
        return [each for (each,) in self._connection.execute(f"SELECT md5(row::text) FROM {name} row ORDER BY 1")]
