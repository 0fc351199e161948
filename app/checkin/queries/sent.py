"""How many records of a phone the server holds, so that the phone can compare its own count."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.checkin.attempt_models import VisitAttempt
from app.checkin.card_models import Incident, ShiftNote, VitalSignsRow
from app.checkin.check_models import VisitCheck
from app.checkin.door_models import AwayWord
from app.checkin.help_models import HelpCall
from app.checkin.models import CareDay, ClockEvent, ItemDone
from app.checkin.photo_models import Photo, PhotoTaken
from app.checkin.photos import PhotoState
from app.checkin.rating_models import ServiceRating
from app.checkin.remark_models import Remark
from app.checkin.statement_models import VisitStatement
from app.checkin.tag_models import TagScan
from app.kernel.permissions import Actor, Role
from app.registry.models import Carer, Client
from app.registry.notice_models import ClientNotice
from app.registry.queries import visible_clients
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
    checks: int
    attempts: int
    statements: int  # confirmations and stated ends
    help_calls: int
    notices: int
    away_words: int
    tag_scans: int  # those that came after their taps
    vital_signs: int
    remarks: int
    ratings: int


def count_sent(session: Session, *, actor: Actor, begin: datetime, beyond: datetime) -> SentCounts:
    """What the actor told of `[begin, beyond)` by the phone's clock, as a carer or as a guardian; one statement a
    kind."""
    own = select(Carer.id).where(Carer.person_id == actor.person_id)
    carer_ids = tuple(session.scalars(own))
    visits = spoken_of = Visit.carer_id.in_(carer_ids)
    if actor.role is Role.GUARDIAN:
        spoken_of = Visit.client_id.in_(visible_clients(actor).with_only_columns(Client.id))

    def count(told_at: InstrumentedAttribute[Any], *whose: ColumnElement[bool]) -> int:
        statement = select(func.count()).where(told_at >= begin, told_at < beyond, *whose)
        return session.scalars(statement).one()

    of_photos = PhotoTaken.carer_id.in_(carer_ids)
    by_account = VisitStatement.account_id == actor.account_id
    return SentCounts(
        clock_events=count(ClockEvent.occurred_at, ClockEvent.carer_id.in_(carer_ids)),
        items=count(ItemDone.occurred_at, visits, ItemDone.visit_id == Visit.id),
        care_days=count(CareDay.occurred_at, CareDay.carer_id.in_(carer_ids)),
        photos=count(PhotoTaken.occurred_at, of_photos),
        photo_contents=count(
            PhotoTaken.occurred_at, of_photos, Photo.id == PhotoTaken.id, Photo.state != PhotoState.RECEIVING
        ),
        shift_notes=count(ShiftNote.occurred_at, visits, ShiftNote.visit_id == Visit.id),
        incidents=count(Incident.occurred_at, Incident.carer_id.in_(carer_ids)),
        checks=count(VisitCheck.occurred_at, visits, VisitCheck.visit_id == Visit.id),
        attempts=count(VisitAttempt.occurred_at, visits, VisitAttempt.visit_id == Visit.id),
        statements=count(VisitStatement.occurred_at, spoken_of, VisitStatement.visit_id == Visit.id, by_account),
        help_calls=count(HelpCall.occurred_at, HelpCall.carer_id.in_(carer_ids)),
        notices=count(ClientNotice.occurred_at, ClientNotice.account_id == actor.account_id),
        away_words=count(AwayWord.occurred_at, AwayWord.account_id == actor.account_id),
        tag_scans=count(TagScan.occurred_at, TagScan.carer_id.in_(carer_ids)),
        vital_signs=count(VitalSignsRow.occurred_at, visits, VitalSignsRow.visit_id == Visit.id),
        remarks=count(Remark.occurred_at, Remark.account_id == actor.account_id),
        ratings=count(ServiceRating.occurred_at, ServiceRating.account_id == actor.account_id),
    )
