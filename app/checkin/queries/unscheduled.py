"""Reads for taps that name no visit of the carer's. Unscoped: asked about the tap's own carer."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.checkin.models import ClockEvent
from app.schedules.models import Visit
from app.schedules.queries import view_of
from app.schedules.types import VisitSource, VisitView


def is_stored(session: Session, *, event_id: UUID) -> bool:
    """True for a tap that arrived before."""
    return bool(session.scalar(select(exists().where(ClockEvent.id == event_id))))


def list_unscheduled_near(
    session: Session, *, carer_id: UUID, client_id: UUID, around: datetime, within: timedelta
) -> list[VisitView]:
    """Visits of a carer to a client that nobody planned and that began, or ended where the beginning is not known, at
    most `within` before or after an instant."""
    rows = session.scalars(
        select(Visit)
        .where(
            Visit.carer_id == carer_id,
            Visit.client_id == client_id,
            Visit.source == VisitSource.UNSCHEDULED,
            func.coalesce(Visit.began_at, Visit.ended_at).between(around - within, around + within),
        )
        .order_by(func.coalesce(Visit.began_at, Visit.ended_at), Visit.id)
    )
    return [view_of(row) for row in rows]
