"""The database session of one region, the base of all models, and the one way to open a transaction.

Regional tables name the placeholder schema `region`; `bind_region` says which fund's schema stands for it. Tables
without a schema live in `public`.
"""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Enum,
    Index,
    LargeBinary,
    MetaData,
    Numeric,
    Text,
    Uuid,
    event,
    exc,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql import text
from sqlalchemy.sql.elements import ColumnElement, TextClause

REGION_SCHEMA = "region"

NAMING: dict[Any, str] = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    ExcludeConstraint: "ex_%(table_name)s_%(constraint_name)s",
}


class NoRegion(RuntimeError):
    """A regional table was used before a region was bound, or a second region by the same session."""


class Base(DeclarativeBase):
    """Base of every model. Columns without an explicit type follow this map."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute as it is
        datetime: DateTime(timezone=True),
        date: Date(),
        Decimal: Numeric(),
        UUID: Uuid(),
        bytes: LargeBinary(),
        str: Text(),
        int: BigInteger(),
    }


class AppendOnly:
    """Facts: the runtime role may only insert them. `recorded_at` is the instant the server took them in (UTC)."""

    recorded_at: Mapped[datetime] = mapped_column(sort_order=99)

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Rows lie in the order in which they were taken in, so that a day is found by a few bytes for many pages."""
        super().__init_subclass__(**arguments)
        name: str = cls.__tablename__  # type: ignore[attr-defined]  # each class that is a table too has one
        Index(f"ix_{name}_recorded_at", cls.recorded_at, postgresql_using="brin")


def regional(
    *, insert: bool = True, update: tuple[str, ...] = (), delete: bool = False, partitioned: bool = False
) -> dict[str, Any]:
    """Table arguments of a regional table.

    `update` names the columns that the runtime role may change and `delete` allows it to delete rows; everything else
    it may only insert, and not even that where `insert` is false: what the owner alone writes. A partitioned table is
    split by ranges of its UUIDv7 key, see `app.kernel.partitions`.
    """
    arguments: dict[str, Any] = {"schema": REGION_SCHEMA, "info": _rights(update, insert=insert, delete=delete)}
    if partitioned:
        arguments["postgresql_partition_by"] = "RANGE (id)"
    return arguments


def public(*, insert: bool = True, update: tuple[str, ...] = (), delete: bool = False) -> dict[str, Any]:
    """Table arguments of a table shared by all regions; rights as in `regional`."""
    return {"info": _rights(update, insert=insert, delete=delete)}


def _rights(update: tuple[str, ...], *, insert: bool, delete: bool) -> dict[str, Any]:
    return {"insert": insert, "update": update, "delete": delete}


def enum_column(kind: type[StrEnum], **arguments: Any) -> Any:
    """A text column with a CHECK on the values of `kind`; Python sees the enum."""
    values = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=_snake(kind.__name__),
        values_callable=lambda members: [member.value for member in members],
    )
    return mapped_column(values, **arguments)


def no_overlap(
    *equal: str, span: str = "daterange(valid_from, valid_to)", where: str | None = None
) -> ExcludeConstraint:
    """Exclusion constraint: rows that agree in the columns `equal` may not overlap in `span` (half-open).

    Its name tells the columns, so that errors can be matched to a rule.
    """
    parts: list[tuple[str | TextClause, str]] = [(name, "=") for name in equal]
    predicate: ColumnElement[bool] | TextClause | None = text(where) if where else None
    return ExcludeConstraint(*parts, (text(span), "&&"), name="_".join(equal), using="gist", where=predicate)


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class RegionSession(FlaskSession):
    """A session that serves one region, bound before its first statement."""

    def bind_region(self, code: str) -> None:
        """Let the placeholder schema stand for the fund's schema `code`. Binding the same region twice is harmless."""
        if self.info.get("region") == code:
            return
        if self.in_transaction() or self.info.setdefault("region", code) != code:
            raise NoRegion("a session serves one region, bound before its first statement")
        self.execution_options = self.execution_options.union({"schema_translate_map": {REGION_SCHEMA: code}})

    @property
    def region(self) -> str:
        """Code of the bound region."""
        code = self.info.get("region")
        if code is None:
            raise NoRegion("no region is bound to this session")
        return str(code)


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": RegionSession, "expire_on_commit": False})


def session() -> RegionSession:
    """The session of the current application context."""
    current = db.session()
    assert isinstance(current, RegionSession)  # noqa: S101 - tells mypy what session_options set above
    return current


@contextmanager
def transaction() -> Iterator[RegionSession]:
    """Commit what the block did, or nothing of it. Opened by routes and jobs only; services flush.

    Inside another transaction() it joins that one: an Idempotency-Key commits together with the effect of its route.
    """
    current = session()
    if current.info.get("in_transaction"):
        yield current
        return
    current.info["in_transaction"] = True
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
    finally:
        current.info["in_transaction"] = False


@contextmanager
def beside() -> Iterator[RegionSession]:
    """A short transaction of its own in the same region, beside a long one that must not be committed yet."""
    with db.session.session_factory() as own:
        assert isinstance(own, RegionSession)  # noqa: S101 - tells mypy what session_options set above
        own.bind_region(session().region)
        with own.begin():
            yield own


@contextmanager
def public_transaction() -> Iterator[RegionSession]:
    """A short transaction of its own over the tables all regions share, for a request that has no region yet.

    It commits before the session of the request begins: what it wrote stays when that one is refused.
    """
    with db.session.session_factory() as own, own.begin():
        assert isinstance(own, RegionSession)  # noqa: S101 - tells mypy what session_options set above
        yield own


def constraint_of(error: exc.IntegrityError) -> str:
    """Name of the database constraint that refused a statement, or an empty string."""
    diagnostics = getattr(error.orig, "diag", None)
    return str(getattr(diagnostics, "constraint_name", None) or "")


def refuse_dead_connections(engine: Any) -> None:
    """Replace a pooled connection whose server went away, without a round trip.

    An idle connection has nothing to read; if its socket is readable, the server has closed it or is about to.
    """

    @event.listens_for(engine, "checkout")
    def _checkout(connection: Any, _record: Any, _proxy: Any) -> None:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if poll.poll(0):
            raise exc.DisconnectionError("the server has closed this connection")
