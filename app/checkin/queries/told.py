"""Reads for what is told of visits beside their taps: items and checks, of one visit or of many."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.models import ServiceRecord
from app.kernel.errors import NotFound
from app.kernel.permissions import AnyActor
from app.schedules.models import Visit
from app.schedules.queries import view_of, visible_visits
from app.schedules.types import VisitView


def get_visits(session: Session, *, ids: Collection[UUID], actor: AnyActor) -> dict[UUID, VisitView]:
    """Visits by id; NotFound when one of them is absent or not the actor's to see."""
    rows = session.scalars(visible_visits(actor).where(Visit.id.in_(ids))).all()
    if len(rows) < len(set(ids)):
        raise NotFound(kind="visit")
    return {row.id: view_of(row) for row in rows}


def list_recorded(session: Session, *, visit_ids: Collection[UUID]) -> set[UUID]:
    """Which visits have a record, unscoped."""
    return set(session.scalars(select(ServiceRecord.visit_id).where(ServiceRecord.visit_id.in_(visit_ids))))
