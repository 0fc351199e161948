"""Books transfers set by set. Booking the same cause again changes nothing; booking it differently is refused."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.ledger.models import LedgerAccount, Transfer
from app.ledger.types import Account, Cause, Posting, Reversal, TransferKind

ROWS_AT_ONCE = 500


class PostingDiffers(DomainError):
    """This cause was booked before with another amount, account or day."""

    kind, code = ErrorKind.CONFLICT, "posting_differs"


class NotPosted(DomainError):
    """There is no posted transfer of this cause to reverse."""

    kind, code = ErrorKind.CONFLICT, "not_posted"


class AlreadyReversed(DomainError):
    """The transfer was reversed before, for another cause: a transfer is taken back once."""

    kind, code = ErrorKind.CONFLICT, "already_reversed"


def post(session: Session, postings: Sequence[Posting], *, at: datetime) -> int:
    """Book all postings, or none; returns how many are new.

    Accounts are opened on demand. A posting whose cause is booked already, with the same content, is left out; with
    other content PostingDiffers is raised. Three statements for each 500 postings.
    """
    return sum(_post(session, some, at=at) for some in _portions(postings))


def reverse(session: Session, reversals: Sequence[Reversal], *, at: datetime) -> int:
    """Take back posted transfers whole, each by a transfer the other way; returns how many are new.

    Raises NotPosted when there is nothing to take back and AlreadyReversed when another cause took it back before.
    """
    return sum(_reverse(session, some, at=at) for some in _portions(reversals))


def _portions(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + ROWS_AT_ONCE] for start in range(0, len(items), ROWS_AT_ONCE))


def _post(session: Session, postings: Sequence[Posting], *, at: datetime) -> int:
    accounts = _open_accounts(
        session, {each for posting in postings for each in (posting.debit, posting.credit)}, at=at
    )
    rows = [
        {
            "id": new_id(at=at),
            "debit_id": accounts[posting.debit],
            "credit_id": accounts[posting.credit],
            "amount_fen": posting.amount_fen,
            "kind": TransferKind.POSTED,
            "reverses_id": None,
            "cause_kind": posting.cause_kind,
            "cause_id": posting.cause_id,
            "booked_on": posting.booked_on,
            "recorded_at": at,
        }
        for posting in postings
    ]
    new = _insert(session, rows)
    if new < len(rows):
        _check_same(session, rows)
    return new


def _reverse(session: Session, reversals: Sequence[Reversal], *, at: datetime) -> int:
    booked = _find_posted(session, [reversal.of for reversal in reversals])
    missing = [reversal.of for reversal in reversals if reversal.of not in booked]
    if missing:
        raise NotPosted(causes=[f"{kind}:{cause_id}" for kind, cause_id in missing])
    rows = [
        {
            "id": new_id(at=at),
            "debit_id": original.credit_id,
            "credit_id": original.debit_id,
            "amount_fen": original.amount_fen,
            "kind": TransferKind.REVERSAL,
            "reverses_id": original.id,
            "cause_kind": reversal.cause_kind,
            "cause_id": reversal.cause_id,
            "booked_on": reversal.booked_on,
            "recorded_at": at,
        }
        for reversal in reversals
        for original in (booked[reversal.of],)
    ]
    new = _insert(session, rows)
    if new < len(rows):
        _check_reversed_alike(session, rows)
    return new


def _open_accounts(session: Session, accounts: set[Account], *, at: datetime) -> dict[Account, UUID]:
    """Ids of all accounts, opened where there was none. The order keeps two at once from waiting for each other."""
    ordered = sorted(accounts, key=lambda account: (account[0].value, str(account[1])))
    table = LedgerAccount.__table__
    statement = insert(table).on_conflict_do_nothing(index_elements=["kind", "owner_id"])  # type: ignore[arg-type]  # a mapped class's table is a Table
    session.execute(
        statement.returning(table.c.id),  # so that the rows go together
        [{"id": new_id(at=at), "kind": kind, "owner_id": owner, "recorded_at": at} for kind, owner in ordered],
    )
    owners = {owner for _, owner in ordered if owner is not None}
    found = session.scalars(
        select(LedgerAccount).where(LedgerAccount.owner_id.in_(owners) | LedgerAccount.owner_id.is_(None))
    )
    return {(row.kind, row.owner_id): row.id for row in found}


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """How many rows are new. The rows go beside the statement: written into it they would be compiled each time."""
    table = Transfer.__table__
    statement = insert(table).on_conflict_do_nothing().returning(table.c.id)  # type: ignore[arg-type]  # a mapped class's table is a Table
    return len(session.scalars(statement, rows).all())


def _find_posted(session: Session, causes: Sequence[Cause]) -> dict[Cause, Transfer]:
    found = session.scalars(
        select(Transfer).where(
            tuple_(Transfer.cause_kind, Transfer.cause_id).in_(causes), Transfer.kind == TransferKind.POSTED
        )
    )
    return {(row.cause_kind, row.cause_id): row for row in found}


def _check_same(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    booked = _find_posted(session, [(row["cause_kind"], row["cause_id"]) for row in rows])
    compared = ("debit_id", "credit_id", "amount_fen", "booked_on")
    for row in rows:
        stored = booked[row["cause_kind"], row["cause_id"]]
        if any(getattr(stored, name) != row[name] for name in compared):
            raise PostingDiffers(cause_kind=row["cause_kind"], cause_id=row["cause_id"])


def _check_reversed_alike(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    found = session.scalars(select(Transfer).where(Transfer.reverses_id.in_([row["reverses_id"] for row in rows])))
    taken_back = {each.reverses_id: (each.cause_kind, each.cause_id) for each in found}
    for row in rows:
        if taken_back.get(row["reverses_id"]) != (row["cause_kind"], row["cause_id"]):
            raise AlreadyReversed(cause_kind=row["cause_kind"], cause_id=row["cause_id"])
