"""What a month's rows come to and what payouts of them carry. Unscoped: for computing and preparing a whole fund."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.payouts.batch_types import SubsidyRow
from app.payouts.models import Payout, Subsidy
from app.payouts.types import LIVE_STATES

Pair = tuple[UUID, UUID]  # client and carer


def list_rows(session: Session, *, month: date, pairs: Collection[Pair] | None = None) -> Iterable[SubsidyRow]:
    """All rows of a month, or of some pairs in it, in order of pair and seq."""
    statement = _rows().where(Subsidy.month == month)
    if pairs is not None:
        statement = statement.where(tuple_(Subsidy.client_id, Subsidy.carer_id).in_(pairs))
    return (SubsidyRow(*row) for row in session.execute(statement))


def list_rows_beside(session: Session, *, subsidy_ids: Collection[UUID]) -> Iterable[SubsidyRow]:
    """All rows of the months to which the subsidies belong, in order of pair and seq."""
    months = select(Subsidy.client_id, Subsidy.carer_id, Subsidy.month).where(Subsidy.id.in_(subsidy_ids))
    statement = _rows().where(tuple_(Subsidy.client_id, Subsidy.carer_id, Subsidy.month).in_(months))
    return (SubsidyRow(*row) for row in session.execute(statement))


def find_newest(session: Session, *, month: date, pairs: Collection[Pair]) -> dict[Pair, Subsidy]:
    """The newest row of each pair that has one."""
    rows = session.scalars(
        select(Subsidy)
        .where(Subsidy.month == month, tuple_(Subsidy.client_id, Subsidy.carer_id).in_(pairs))
        .ext(distinct_on(Subsidy.client_id, Subsidy.carer_id))
        .order_by(Subsidy.client_id, Subsidy.carer_id, Subsidy.seq.desc())
    )
    return {(row.client_id, row.carer_id): row for row in rows}


def list_pairs(session: Session, *, month: date, client_ids: Collection[UUID]) -> tuple[tuple[UUID, UUID, UUID], ...]:
    """Client, carer and payee of the pairs of these clients that have a row of the month."""
    rows = session.execute(
        select(Subsidy.client_id, Subsidy.carer_id, Subsidy.payee_person_id)
        .where(Subsidy.month == month, Subsidy.client_id.in_(client_ids))
        .ext(distinct_on(Subsidy.client_id, Subsidy.carer_id))
        .order_by(Subsidy.client_id, Subsidy.carer_id, Subsidy.seq.desc())
    )
    return tuple((client_id, carer_id, payee_id) for client_id, carer_id, payee_id in rows)


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
