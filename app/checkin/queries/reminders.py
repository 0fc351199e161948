"""What carers and guardians are to be reminded of by WeChat, of whom a message may be sent to. Unscoped: for jobs."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from app.checkin.models import CareDay, CareFact, Review
from app.checkin.reasons import ReviewReason
from app.checkin.statement_models import VisitStatement
from app.checkin.statements import Speaker
from app.checkin.types import Decision
from app.kernel import clock
from app.kernel.settings import current_settings
from app.messaging.queries import granted_people
from app.messaging.types import Reminder, ReminderKind
from app.registry.conditions import holds
from app.registry.history_models import GuardianApproval
from app.registry.models import Carer, Client, Guardian, Person
from app.registry.views import name_of
from app.schedules.models import STARTS_AT, Visit, VisitChange
from app.schedules.queries import view_of
from app.schedules.types import VisitState, VisitView

BEGUN: ColumnElement[str] = literal_column(
    "'begun'"
)  # not bound: only so the index of what is unfinished serves every plan
BEGUN_AT = func.coalesce(Visit.began_at, Visit.ended_at)  # as in the index of what is unfinished


def list_open(session: Session, *, since: datetime) -> list[tuple[VisitView, UUID]]:
    """Visits begun since and not ended, with the person of the carer."""
    statement = (
        select(Visit, Carer.person_id)
        .join(Carer, Carer.id == Visit.carer_id)
        .where(Visit.state == BEGUN, since <= BEGUN_AT)
        .where(Carer.person_id.in_(granted_people(ReminderKind.CLOCK_OUT_OVERDUE)))
    )
    return [(view_of(row), person_id) for row, person_id in session.execute(statement)]


def list_refused(session: Session, *, since: datetime, zone: ZoneInfo) -> list[Reminder]:
    """Refusals since that are the last word; whoever contested one before cannot do so again."""
    later, before = aliased(Review), aliased(Review)
    contested = exists().where(before.fact_id == Review.fact_id, before.reason == ReviewReason.APPEALED)
    statement = (
        select(Review.id, Review.fact_id, Review.recorded_at, Carer.person_id, STARTS_AT, CareDay.day, contested)
        .join(CareFact, CareFact.id == Review.fact_id)
        .join(Carer, Carer.id == CareFact.carer_id)
        .outerjoin(Visit, Visit.id == CareFact.id)
        .outerjoin(CareDay, CareDay.id == CareFact.id)
        .where(
            Review.recorded_at >= since,
            Review.decision == Decision.REFUSED,
            ~exists().where(later.fact_id == Review.fact_id, later.seq > Review.seq),
            Carer.person_id.in_(granted_people(ReminderKind.WORK_REFUSED)),
        )
    )
    return [
        Reminder(
            kind=ReminderKind.WORK_REFUSED,
            person_id=person_id,
            cause_id=review_id,
            subject_id=fact_id,
            at=at,
            service_at=clock.local_midnight(day, zone) if day else began,
            may_appeal=not is_contested,
        )
        for review_id, fact_id, at, person_id, began, day, is_contested in session.execute(statement)
    ]


def list_unconfirmed(
    session: Session, *, since: datetime, until: datetime, today: date
) -> list[tuple[VisitView, UUID]]:
    """Visits told as done in the span, of which client and guardian said nothing, with each guardian's person."""
    said = exists().where(VisitStatement.visit_id == Visit.id, VisitStatement.speaker == Speaker.CLIENT)
    statement = (
        select(Visit, Guardian.person_id)
        .join(VisitChange, VisitChange.visit_id == Visit.id)
        .join(Guardian, Guardian.client_id == Visit.client_id)
        .where(
            VisitChange.recorded_at.between(since, until),
            VisitChange.to_state == VisitState.DONE.value,
            Visit.state == VisitState.DONE,
            ~said,
            holds(Guardian, on=today),
            exists().where(GuardianApproval.guardian_id == Guardian.id),
            Guardian.person_id.in_(granted_people(ReminderKind.CONFIRMATION_WAITING)),
        )
    )
    return [(view_of(row), person_id) for row, person_id in session.execute(statement)]


def find_client_names(session: Session, *, client_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of clients in clear text, for messages to who cares for them."""
    keys = current_settings().key_ring
    rows = session.execute(
        select(Client.id, Person).join(Person, Person.id == Client.person_id).where(Client.id.in_(client_ids))
    )
    return {client_id: name_of(person, keys=keys) for client_id, person in rows}
