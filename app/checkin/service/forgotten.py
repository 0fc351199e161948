"""Closes visits nobody ended, and records those whose beginning never arrived; a person settles them."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.checkin.queries import events
from app.checkin.service.settling import policy_on, record_visit
from app.checkin.types import ExceptionCode, Found
from app.kernel import clock
from app.kernel.permissions import SystemActor
from app.kernel.regions import zone_of
from app.schedules.queries import find_visits
from app.schedules.service import progress
from app.schedules.service.progress import VisitMoved
from app.schedules.types import VisitState, VisitView

AT_ONCE = 500
FORGOTTEN = "forgotten"


def close_forgotten(session: Session, *, actor: SystemActor, at: datetime) -> int:
    """Close visits open for longer than the policy's longest; returns how many. A late tap still counts afterwards.

    Safe to run twice: a visit with a record is not looked at again.
    """
    ids = events.list_without_record(session, limit=AT_ONCE)
    visits = find_visits(session, ids=ids)
    return sum(_close(session, visits[visit_id], actor=actor, at=at) for visit_id in ids)


def _close(session: Session, visit: VisitView, *, actor: SystemActor, at: datetime) -> bool:
    began_at = visit.began_at or visit.planned_from or visit.ended_at
    if began_at is None:
        return False
    on = clock.local_date(began_at, zone_of(actor.region))
    policy = policy_on(on, region=actor.region, district=visit.district_code, at=at)
    if at - began_at <= policy.clock.longest_visit:
        return False
    if visit.state is VisitState.BEGUN:
        try:
            progress.finish(session, visit, ended_at=None, cause_id=None, actor=actor, at=at, reason=FORGOTTEN)
        except VisitMoved:  # the carer has told just now
            return False
        found = Found(ExceptionCode.NO_CLOCK_OUT)
    else:
        found = Found(ExceptionCode.NO_CLOCK_IN)
    record_visit(session, visit, region=actor.region, at=at, found=(found,))
    return True
