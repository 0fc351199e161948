"""Closes visits nobody ended, and records those whose beginning never arrived; a person settles them."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.queries import events
from app.checkin.service.settling import policy_on, record_visit
from app.checkin.types import ExceptionCode, Found
from app.kernel import clock
from app.kernel.permissions import SystemActor
from app.kernel.regions import zone_of
from app.schedules.queries import find_visits
from app.schedules.service import progress
from app.schedules.types import VisitState, VisitView

AT_ONCE = 500
FORGOTTEN = "forgotten"


def list_forgotten(session: Session, *, actor: SystemActor, at: datetime) -> list[UUID]:
    """Visits open for longer than the policy's longest, the longest open first."""
    return [visit.id for visit in _list_open(session) if _is_over(visit, actor=actor, at=at)]


def close_forgotten(session: Session, *, visit_id: UUID, actor: SystemActor, at: datetime) -> bool:
    """Close a forgotten visit; False when its carer has told meanwhile. A late tap still counts afterwards.

    Safe to run twice: a visit with a record is not looked at again.
    """
    if not progress.lock(session, visit_id=visit_id, wait=False):
        return False  # somebody tells something about it just now; the next run looks again
    session.expire_all()
    visit = find_visits(session, ids=[visit_id])[visit_id]
    is_recorded = events.find_record(session, visit_id=visit_id) is not None
    if is_recorded or visit.state not in (VisitState.BEGUN, VisitState.DONE) or not _is_over(visit, actor=actor, at=at):
        return False
    if visit.state is VisitState.BEGUN:
        progress.finish(session, visit, ended_at=None, cause_id=None, actor=actor, at=at, reason=FORGOTTEN)
        found = Found(ExceptionCode.NO_CLOCK_OUT)
    else:
        found = Found(ExceptionCode.NO_CLOCK_IN)
    record_visit(session, visit, region=actor.region, at=at, found=(found,))
    return True


def _list_open(session: Session) -> Iterator[VisitView]:
    after = None
    while page := events.list_without_record(session, after=after, limit=AT_ONCE):
        visits = find_visits(session, ids=[visit_id for _, visit_id in page])
        yield from (visits[visit_id] for _, visit_id in page)
        after = page[-1]


def _is_over(visit: VisitView, *, actor: SystemActor, at: datetime) -> bool:
    began_at = visit.began_at or visit.planned_from or visit.ended_at
    if began_at is None:
        return False
    on = clock.local_date(began_at, zone_of(actor.region))
    policy = policy_on(on, region=actor.region, district=visit.district_code, at=at)
    return at - began_at > policy.clock.longest_visit
