"""Selects about carers who came and could not start."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.attempt_models import VisitAttempt
from app.checkin.shown import AttemptView
from app.kernel.permissions import AnyActor
from app.schedules.queries import get_visit


def list_attempts(session: Session, *, visit_id: UUID, actor: AnyActor) -> tuple[AttemptView, ...]:
    """Attempts at a visit, in order; NotFound when the visit is not the actor's to see."""
    get_visit(session, visit_id=visit_id, actor=actor)
    rows = session.scalars(
        select(VisitAttempt).where(VisitAttempt.visit_id == visit_id).order_by(VisitAttempt.counted_at, VisitAttempt.id)
    )
    return tuple(attempt_view(row) for row in rows)


def attempt_view(row: VisitAttempt) -> AttemptView:
    """An attempt as others see it."""
    return AttemptView(
        id=row.id,
        visit_id=row.visit_id,
        carer_id=row.carer_id,
        reason=row.reason,
        occurred_at=row.occurred_at,
        received_at=row.recorded_at,
        skew=timedelta(milliseconds=row.skew_ms),
        verdict=row.verdict,
        distance_m=row.distance_m,
    )
