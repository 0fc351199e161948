"""Reads of what is said of visits; unscoped, the caller has found the visit by his actor."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Account, Device
from app.checkin.models import ServiceRecord
from app.checkin.statement_models import VisitStatement
from app.checkin.statements import Speaker, StatementView


def find_known_since(session: Session, *, visit_id: UUID) -> datetime | None:
    """When a visit's first record was made."""
    return session.scalar(select(func.min(ServiceRecord.recorded_at)).where(ServiceRecord.visit_id == visit_id))


def is_carers_phone(session: Session, *, device_id: UUID | None, person_id: UUID, since: datetime) -> bool:
    """Say whether an account's phone is one from which this person acted at `since` or later, under another account.

    A phone calls itself the same whoever logs in; one that was the carer's before only is nobody's fault.
    """
    if device_id is None:
        return False
    own, other = aliased(Device), aliased(Device)
    shared = (
        select(other.id)
        .join(own, own.phone_key == other.phone_key)
        .join(Account, Account.id == other.account_id)
        .where(own.id == device_id, Account.person_id == person_id)
        .where(or_(other.replaced_at.is_(None), other.replaced_at >= since))
    )
    return bool(session.scalar(select(exists(shared))))


def list_statements(session: Session, *, visit_id: UUID) -> tuple[StatementView, ...]:
    """All that is said of a visit, in the order in which it arrived."""
    rows = session.scalars(
        select(VisitStatement)
        .where(VisitStatement.visit_id == visit_id)
        .order_by(VisitStatement.recorded_at, VisitStatement.id)
    )
    return tuple(
        StatementView(
            id=row.id,
            speaker=row.speaker,
            times=row.times,
            items=row.items,
            service=row.service,
            signature=row.signature,
            reason=row.reason,
            began_at=row.began_at,
            ended_at=row.ended_at,
            holds=row.holds,
            occurred_at=row.occurred_at,
            received_at=row.recorded_at,
        )
        for row in rows
    )


def is_entered_by(session: Session, *, visit_id: UUID, account_id: UUID) -> bool:
    """Say whether this account entered times of a visit by hand for its agency."""
    entered = select(VisitStatement.id).where(
        VisitStatement.visit_id == visit_id,
        VisitStatement.speaker == Speaker.AGENCY,
        VisitStatement.account_id == account_id,
    )
    return bool(session.scalar(select(exists(entered))))
