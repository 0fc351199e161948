"""How many records of a carer's phone the server holds, so that the phone can compare its own count."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.checkin.card_models import Incident, ShiftNote, VitalSignsRow
from app.checkin.models import CareDay, ClockEvent, ItemDone
from app.checkin.photo_models import Photo, PhotoTaken
from app.checkin.photos import PhotoState
from app.kernel.permissions import Actor
from app.registry.models import Carer
from app.schedules.models import Visit


@dataclass(frozen=True, slots=True)
class SentFilter:
    """Local days by the phone's clock, both included."""

    day_from: date
    day_to: date


@dataclass(frozen=True, slots=True)
class SentCounts:
    """Records by kind, each counted once, however often it was sent."""

    clock_events: int
    items: int
    care_days: int
    photos: int
    photo_contents: int  # of those photos whose bytes came too
    shift_notes: int
    incidents: int
    vital_signs: int


def count_sent(session: Session, *, actor: Actor, begin: datetime, beyond: datetime) -> SentCounts:
    """What the actor's own carers told of `[begin, beyond)` by the phone's clock; one statement a kind."""
    own = select(Carer.id).where(Carer.person_id == actor.person_id)
    carer_ids = tuple(session.scalars(own))

    def count(told_at: InstrumentedAttribute[datetime], whose: InstrumentedAttribute[UUID], *more: Any) -> int:
        statement = select(func.count()).where(told_at >= begin, told_at < beyond, whose.in_(carer_ids), *more)
        return session.scalars(statement).one()

    return SentCounts(
        clock_events=count(ClockEvent.occurred_at, ClockEvent.carer_id),
        items=count(ItemDone.occurred_at, Visit.carer_id, ItemDone.visit_id == Visit.id),
        care_days=count(CareDay.occurred_at, CareDay.carer_id),
        photos=count(PhotoTaken.occurred_at, PhotoTaken.carer_id),
        photo_contents=count(
            PhotoTaken.occurred_at, PhotoTaken.carer_id, Photo.id == PhotoTaken.id, Photo.state != PhotoState.RECEIVING
        ),
        shift_notes=count(ShiftNote.occurred_at, Visit.carer_id, ShiftNote.visit_id == Visit.id),
        incidents=count(Incident.occurred_at, Incident.carer_id),
        vital_signs=count(VitalSignsRow.occurred_at, Visit.carer_id, VitalSignsRow.visit_id == Visit.id),
    )
