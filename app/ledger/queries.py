"""Balances. The ledger is the fund's: only those whose scope is the whole fund read it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Subquery, cast, func, select, union_all
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.kernel.permissions import AnyActor, ScopeKind
from app.ledger.models import LedgerAccount, Transfer
from app.ledger.types import Balance, KindBalance, TrialBalance


def balances(session: Session, *, owner_ids: Sequence[UUID] | None = None) -> tuple[Balance, ...]:
    """Sums of each account, all of them or those of some owners. Unscoped: for other packages and jobs."""
    sides = _sides()
    names = (LedgerAccount.kind, LedgerAccount.owner_id)
    statement = select(*names, *_sums(sides)).outerjoin_from(LedgerAccount, sides, _is_side_of(sides))
    if owner_ids is not None:
        statement = statement.where(LedgerAccount.owner_id.in_(owner_ids))
    rows = session.execute(statement.group_by(LedgerAccount.id).order_by(*names))
    return tuple(Balance(*row) for row in rows)


def trial_balance(session: Session, *, actor: AnyActor) -> TrialBalance:
    """Sums by kind of account. Raises NotFound for an actor who does not see the whole fund."""
    if actor.scope.kind is not ScopeKind.FUND:
        raise NotFound
    sides = _sides()
    number = func.count(LedgerAccount.id.distinct())
    statement = select(LedgerAccount.kind, *_sums(sides), number).outerjoin_from(
        LedgerAccount, sides, _is_side_of(sides)
    )
    rows = session.execute(statement.group_by(LedgerAccount.kind).order_by(LedgerAccount.kind))
    return TrialBalance(tuple(KindBalance(*row) for row in rows))


def _sides() -> Subquery:
    """Each transfer twice: once for the account it debits, once for the one it credits."""
    nothing = cast(0, BigInteger)
    debits = select(
        Transfer.debit_id.label("account_id"),
        Transfer.amount_fen.label("debit_fen"),
        nothing.label("credit_fen"),
    )
    return union_all(debits, select(Transfer.credit_id, nothing, Transfer.amount_fen)).subquery()


def _is_side_of(sides: Subquery) -> ColumnElement[bool]:
    return sides.c.account_id == LedgerAccount.id


def _sums(sides: Subquery) -> tuple[ColumnElement[int], ColumnElement[int]]:
    debit, credit = (
        cast(func.coalesce(func.sum(each), 0), BigInteger) for each in (sides.c.debit_fen, sides.c.credit_fen)
    )
    return debit, credit
