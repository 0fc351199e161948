"""What a month's rows come to and what payouts of them carry. Unscoped: for computing and preparing a whole fund."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from app.payouts.batch_types import SubsidyRow
from app.payouts.models import Payout, Subsidy
from app.payouts.types import LIVE_STATES

Pair = tuple[UUID, UUID | None]  # client and carer; without one it is the client's own


def list_rows(session: Session, *, month: date, client_ids: Collection[UUID] | None = None) -> Iterable[SubsidyRow]:
    """All rows of a month, or of some clients in it, in order of pair and seq."""
    statement = _rows().where(Subsidy.month == month)
    if client_ids is not None:
        statement = statement.where(Subsidy.client_id.in_(client_ids))
    return (SubsidyRow(*row) for row in session.execute(statement))


def list_rows_beside(session: Session, *, subsidy_ids: Collection[UUID]) -> Iterable[SubsidyRow]:
    """All rows of the months to which the subsidies belong, in order of pair and seq."""
    named = aliased(Subsidy)
    statement = _rows().where(exists().where(named.id.in_(subsidy_ids), same_month(named, Subsidy)))
    return (SubsidyRow(*row) for row in session.execute(statement))


def find_newest(session: Session, *, month: date, client_ids: Collection[UUID]) -> dict[Pair, Subsidy]:
    """The newest row of each pair of these clients that has one."""
    rows = session.scalars(
        select(Subsidy)
        .where(Subsidy.month == month, Subsidy.client_id.in_(client_ids))
        .ext(distinct_on(Subsidy.client_id, Subsidy.carer_id))
        .order_by(Subsidy.client_id, Subsidy.carer_id, Subsidy.seq.desc())
    )
    return {(row.client_id, row.carer_id): row for row in rows}


def list_pairs(
    session: Session, *, month: date, client_ids: Collection[UUID]
) -> tuple[tuple[UUID, UUID | None, UUID], ...]:
    """Client, carer and payee of the pairs of these clients that have a row of the month."""
    rows = session.execute(
        select(Subsidy.client_id, Subsidy.carer_id, Subsidy.payee_person_id)
        .where(Subsidy.month == month, Subsidy.client_id.in_(client_ids))
        .ext(distinct_on(Subsidy.client_id, Subsidy.carer_id))
        .order_by(Subsidy.client_id, Subsidy.carer_id, Subsidy.seq.desc())
    )
    return tuple((client_id, carer_id, payee_id) for client_id, carer_id, payee_id in rows)


def same_month(one: Any, other: Any) -> ColumnElement[bool]:
    """Condition: two rows are of the same client, carer (or none) and month."""
    return and_(
        one.client_id == other.client_id,
        one.month == other.month,
        one.carer_id.is_not_distinct_from(other.carer_id),
    )


def _rows() -> Any:
    """Rows, each with its live payout: `uq_payout_live` allows one, and is the index that finds it."""
    return (
        select(
            Subsidy.id,
            Subsidy.client_id,
            Subsidy.carer_id,
            Subsidy.payee_person_id,
            Subsidy.seq,
            Subsidy.amount_fen,
            func.coalesce(Payout.amount_fen, 0),
            Subsidy.pay_by,
        )
        .outerjoin(Payout, and_(Payout.subsidy_id == Subsidy.id, Payout.state.in_(LIVE_STATES)))
        .order_by(Subsidy.client_id, Subsidy.carer_id, Subsidy.month, Subsidy.seq)
    )
