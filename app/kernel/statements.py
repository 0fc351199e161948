"""Statements made into text once per region and then sent straight to the driver: for the check-in path alone.

SQLAlchemy keeps compiled statements, but at every execution it finds them by key, writes the region's schema into their
text, prepares parameters and describes results; on a check-in that was a fifth of the web server's CPU time, measured.
Here it still writes the text, owns the connection and the transaction, and names the errors.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Insert, Select, Table, Update, exc
from sqlalchemy.orm import Session

from app.kernel.db import REGION_SCHEMA, RegionSession


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement of one region: its text, and the parameters it brings itself (codes that it compares with)."""

    text: str
    own: Mapping[str, Any]


class FixedStatement:
    """A statement that never changes but for its parameters. It must not hold lists of varying length (`IN`).

    An INSERT takes a parameter for every column that the database does not compute. Rows are named tuples of what the
    driver gives: the text of an enum, not the enum; a range of psycopg's. Errors are SQLAlchemy's, as elsewhere.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update) -> None:
        self._statement = statement
        self._made: dict[str, _Made] = {}
        self._row = _row_maker(statement)

    def rows(self, session: Session, parameters: Mapping[str, Any]) -> list[Any]:
        """All rows of a SELECT or RETURNING; one round trip in the session's transaction and region."""
        with self._executed(session, parameters) as cursor:
            return [self._row(row) for row in cursor]

    def change(self, session: Session, parameters: Mapping[str, Any]) -> int:
        """How many rows an INSERT or UPDATE wrote; one round trip in the session's transaction and region."""
        with self._executed(session, parameters) as cursor:
            return cursor.rowcount

    def change_all(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """As `change` for each of the rows, in order: all of them sent together, and answered in one round trip."""
        if len(rows) < 2:
            return [self.change(session, row) for row in rows]
        with self._executed(session, *rows) as cursor:
            return [result.rowcount for result in cursor.results()]

    def _executed(self, session: Session, *rows: Mapping[str, Any]) -> psycopg.Cursor[Any]:
        assert isinstance(session, RegionSession)  # noqa: S101 - every session of ours is one
        made = self._made.get(session.region) or self._make(session)
        cursor: Any = session.connection().connection.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(made.text, {**made.own, **rows[0]})
            else:
                cursor.executemany(made.text, [{**made.own, **row} for row in rows], returning=True)
        except psycopg.Error as error:
            cursor.close()
            raise exc.DBAPIError.instance(made.text, None, error, psycopg.Error, hide_parameters=True) from error
        return cursor  # type: ignore[no-any-return]  # the dialect's driver is psycopg

    def _make(self, session: RegionSession) -> _Made:
        compiled = self._statement.compile(
            dialect=session.get_bind().dialect,
            column_keys=_filled_by(self._statement),
            schema_translate_map={REGION_SCHEMA: session.region},
            render_schema_translate=True,
        )
        own = {name: value for name, value in compiled.params.items() if value is not None}
        made = self._made[session.region] = _Made(str(compiled), own)
        return made


def _row_maker(statement: Select[*tuple[Any, ...]] | Insert | Update) -> Callable[[Iterable[Any]], Any]:
    names = statement.exported_columns.keys()  # none for a change without RETURNING
    make: Any = namedtuple  # its names are known at run time only
    row = make("Row", [str(name) for name in names])
    return row._make  # type: ignore[no-any-return]  # of the class just made


def _filled_by(statement: Select[*tuple[Any, ...]] | Insert | Update) -> list[str] | None:
    if not isinstance(statement, Insert):
        return None
    assert isinstance(statement.table, Table)  # noqa: S101 - an INSERT of ours goes into a table
    return [column.name for column in statement.table.columns if column.computed is None]
