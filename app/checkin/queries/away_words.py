"""Reads about carers' words on taps away from the home; unscoped but where they take an actor."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.door_models import AwayWord
from app.checkin.door_words import AwayCase, AwayView
from app.checkin.models import ClockEvent
from app.checkin.types import EventKind
from app.kernel.permissions import Actor
from app.registry.models import Carer
from app.schedules.models import Visit


def find_fact_of_own_tap(session: Session, *, event_id: UUID, actor: Actor) -> UUID | None:
    """The fact that a tap of the actor's belongs to: its visit, or itself where it has none."""
    own = select(Carer.id).where(Carer.person_id == actor.person_id)
    statement = select(func.coalesce(ClockEvent.visit_id, ClockEvent.id))
    return session.scalar(statement.where(ClockEvent.id == event_id, ClockEvent.carer_id.in_(own)))


def list_words(session: Session, *, fact_id: UUID) -> tuple[AwayView, ...]:
    """What was said of the taps of a fact, the last told last."""
    rows = session.scalars(
        select(AwayWord).where(AwayWord.fact_id == fact_id).order_by(AwayWord.recorded_at, AwayWord.id)
    )
    return tuple(view_of(row) for row in rows)


def list_taken_back(session: Session, *, visit_ids: Collection[UUID]) -> set[UUID]:
    """Those of these visits whose beginning is a clock-in of which the carer said that he was not there yet."""
    statement = (
        select(Visit.id)
        .join(ClockEvent, ClockEvent.visit_id == Visit.id)
        .join(AwayWord, AwayWord.event_id == ClockEvent.id)
        .where(Visit.id.in_(visit_ids), AwayWord.fact_id == Visit.id, AwayWord.case == AwayCase.NOT_THERE_YET)
        .where(ClockEvent.kind == EventKind.IN, ClockEvent.counted_at == Visit.began_at)
    )
    return set(session.scalars(statement))


def view_of(row: AwayWord) -> AwayView:
    """A word as others see it."""
    return AwayView(
        id=row.id, event_id=row.event_id, case=row.case, occurred_at=row.occurred_at, received_at=row.recorded_at
    )
