"""Reminds carers and guardians by WeChat of what waits for them; each cause is told once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.queries import reminders as queries
from app.checkin.rules.reminders import overdue_at
from app.kernel import clock
from app.kernel.permissions import SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.messaging.rules import is_quiet
from app.messaging.service.reminding import remind
from app.messaging.types import Reminder, ReminderKind
from app.schedules.types import VisitView

LOOKED_BACK = timedelta(days=1)
"""What is older helps nobody any more."""

CONFIRMED_WITHIN = timedelta(hours=1)
"""The carer's phone may be handed over for it at the door."""


def remind_people(session: Session, *, actor: SystemActor, at: datetime) -> int:
    """Write the messages that are due; returns how many. What can wait for the morning does."""
    if not current_settings().wechat.templates:
        return 0
    zone, since = zone_of(actor.region), at - LOOKED_BACK
    found = _named(session, ReminderKind.CLOCK_OUT_OVERDUE, _overdue(session, since=since, at=at))
    if not is_quiet(at.astimezone(zone).time()):
        found += queries.list_refused(session, since=since, zone=zone)
        today, until = clock.local_date(at, zone), at - CONFIRMED_WITHIN
        waiting = queries.list_unconfirmed(session, since=since, until=until, today=today)
        found += _named(session, ReminderKind.CONFIRMATION_WAITING, waiting)
    return remind(session, found, zone=zone, at=at)


def _overdue(session: Session, *, since: datetime, at: datetime) -> list[tuple[VisitView, UUID]]:
    return [
        (visit, person_id)
        for visit, person_id in queries.list_open(session, since=since)
        if visit.began_at
        and overdue_at(planned_from=visit.planned_from, planned_to=visit.planned_to, began_at=visit.began_at) <= at
    ]


def _named(session: Session, kind: ReminderKind, found: Iterable[tuple[VisitView, UUID]]) -> list[Reminder]:
    visits = tuple(found)
    names = queries.find_client_names(session, client_ids={visit.client_id for visit, _ in visits}) if visits else {}
    return [
        Reminder(
            kind=kind,
            person_id=person_id,
            cause_id=visit.id,
            subject_id=visit.id,
            at=began_at,
            service_at=began_at,
            name=names[visit.client_id],
        )
        for visit, person_id in visits
        if (began_at := visit.planned_from or visit.began_at) is not None
    ]
