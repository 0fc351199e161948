"""A repeated request changes nothing.

Phone-made ids: the primary key keeps one row and a digest of the command tells the same content from other content.
`Idempotency-Key`: for requests without such an id; effect and key commit together.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from flask import Response, g, make_response, request
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel import clock
from app.kernel.access import current_actor
from app.kernel.canonical import command_digest
from app.kernel.db import Base, regional, transaction
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.http.marks import IDEMPOTENCY_HEADER, LONGEST_KEY, mark_key
from app.kernel.settings import current_settings

REPLAY_HEADER = "Idempotent-Replay"
KEEP_KEYS = timedelta(days=30)
ANSWER = "idempotency_key.answer"

Row = TypeVar("Row", bound=Base)
View = Callable[..., Any]


class EventReused(DomainError):
    """The id was used before with other content."""

    kind, code = ErrorKind.CONFLICT, "event_reused"


class KeyReused(DomainError):
    """The idempotency key was used before for another request."""

    kind, code = ErrorKind.CONFLICT, "idempotency_key_reused"


class KeyMissing(DomainError):
    """This request needs an idempotency key."""

    kind, code = ErrorKind.INVALID, "idempotency_key_missing"


class IdempotencyKey(Base):
    """A key, the request it was used for and its answer; rows may go after 30 days."""

    __tablename__ = "idempotency_key"
    __table_args__ = (regional(update=("status", "answer"), delete=True),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[bytes]
    status: Mapped[int | None]
    answer: Mapped[bytes | None]
    created_at: Mapped[datetime]


def insert_once(session: Session, model: type[Row], *, digest: bytes, **values: Any) -> tuple[Row, bool]:
    """Insert a row under its caller-made id, or find the row that is there already.

    Returns the row and True when it was inserted now, False for a resend. Raises EventReused when the id was used with
    other content. Needs READ COMMITTED, so that the row of a concurrent twin is seen after the wait.
    """
    statement = insert(model).values(command_digest=digest, **values)
    inserted = session.scalars(statement.on_conflict_do_nothing(index_elements=["id"]).returning(model)).one_or_none()
    if inserted is not None:
        return inserted, True
    stored = session.get_one(model, values["id"])
    if stored.command_digest != digest:  # type: ignore[attr-defined]  # every such model has the column
        raise EventReused(id=str(values["id"]))
    return stored, False


def insert_new(session: Session, model: type[Row], rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """As `insert_once`, of many rows by one statement; the ids of those that were inserted now.

    Raises EventReused also when two of the rows have one id and other content.
    """
    digests: dict[UUID, bytes] = {}
    for row in rows:
        if digests.setdefault(row["id"], row["command_digest"]) != row["command_digest"]:
            raise EventReused(id=str(row["id"]))
    if not rows:
        return set()
    table: Any = model.__table__  # not the class: one text for any number of rows
    statement = insert(table).on_conflict_do_nothing(index_elements=["id"]).returning(table.c.id)
    new = set(session.scalars(statement, list(rows)))
    if resent := digests.keys() - new:
        stored = select(table.c.id, table.c.command_digest).where(table.c.id.in_(resent))
        for row_id, digest in session.execute(stored):
            if digest != digests[row_id]:
                raise EventReused(id=str(row_id))
    return new


def mark_replay() -> None:
    """Say in the answer that it repeats an earlier one."""
    g.idempotent_replay = True


def forget_replay() -> None:
    """Say nothing of it: the answer is to many records, of which some may have come before."""
    g.idempotent_replay = False


def add_replay_header(response: Response) -> Response:
    """After each request: tell a resend's answer from the first."""
    if g.get("idempotent_replay"):
        response.headers[REPLAY_HEADER] = "true"
    return response


def idempotent(view: View) -> View:
    """Require `Idempotency-Key` on this route; below `@requires`, above `@bp.arguments`.

    The key, the effect and the answer commit in one transaction: a twin waits for it and then repeats the answer, a
    refusal leaves no key behind.
    """

    @wraps(view)
    def once(*args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(IDEMPOTENCY_HEADER, "").strip()
        if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
            raise KeyMissing(header=IDEMPOTENCY_HEADER)
        with transaction() as session:
            account_id = current_actor().account_id
            replay = _claim(session, account_id=account_id, key=key, digest=_request_digest())
            if replay is not None:
                return replay
            response = make_response(view(*args, **kwargs))
            session.execute(
                update(IdempotencyKey)
                .where(IdempotencyKey.account_id == account_id, IdempotencyKey.key == key)
                .values(status=response.status_code, answer=_seal(response.get_data(as_text=True)))
            )
            return response

    mark_key(once)
    return once


def clear_keys(*, at: datetime) -> None:
    """Delete keys that are older than anybody repeats a request. For jobs: it commits."""
    with transaction() as session:
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < at - KEEP_KEYS))


def _claim(session: Session, *, account_id: UUID, key: str, digest: bytes) -> Response | None:
    claimed = session.execute(
        insert(IdempotencyKey)
        .values(account_id=account_id, key=key, request_digest=digest, created_at=clock.now())
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).one_or_none()
    if claimed is not None:
        return None
    stored = session.scalars(
        select(IdempotencyKey).where(IdempotencyKey.account_id == account_id, IdempotencyKey.key == key)
    ).one()
    if stored.request_digest != digest:
        raise KeyReused(header=IDEMPOTENCY_HEADER)
    mark_replay()
    answer = "" if stored.answer is None else current_settings().key_ring.decrypt(stored.answer, context=ANSWER)
    return Response(answer, status=stored.status or 200, content_type="application/json")


def _seal(answer: str) -> bytes:
    """An answer may hold a binding code or a person's name: no reader of the table shall have it."""
    return current_settings().key_ring.encrypt(answer, context=ANSWER)


def _request_digest() -> bytes:
    content = {"method": request.method, "path": request.full_path, "body": request.get_data(cache=True)}
    return command_digest(content, key=current_settings().key_ring.command_key)
