"""A carer who forgot to clock out says when he left; with a second witness it is the end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.queries import events, facts
from app.checkin.reasons import ReviewReason
from app.checkin.service.corrections import TimesImpossible
from app.checkin.service.settling import record_visit, settle_visit
from app.checkin.service.statements import keep_times, times_of
from app.checkin.statements import Speaker, StatedEnd
from app.checkin.types import ExceptionCode, Found
from app.kernel.permissions import Actor
from app.schedules.queries import find_visits, get_visit
from app.schedules.service import progress
from app.schedules.types import VisitState, VisitView

END_STATED = "end_stated"


def state_end(session: Session, command: StatedEnd, *, visit_id: UUID, actor: Actor, at: datetime) -> StatedEnd:
    """Keep when a carer says his visit ended, or that he does not remember. One that is still open is closed, with no
    end time of its own: his word alone pays nothing, with the client's it does, and where he does not remember a person
    looks. Where he tapped, the tap stands.

    Raises NotFound for a visit that is not his, TimesImpossible for an end that lies ahead, EventReused.
    """
    get_visit(session, visit_id=visit_id, actor=actor)
    if command.ended_at is not None and command.ended_at > at:
        raise TimesImpossible(fact_id=str(visit_id))
    progress.lock(session, visit_id=visit_id)
    session.expire_all()
    visit = find_visits(session, ids=[visit_id])[visit_id]
    said_at = command.occurred_at
    if not keep_times(
        session, command, speaker=Speaker.CARER, occurred_at=said_at, visit_id=visit_id, actor=actor, at=at
    ):
        return command
    if visit.state is VisitState.BEGUN:
        progress.finish(session, visit, ended_at=None, cause_id=command.id, actor=actor, at=at, reason=END_STATED)
        found = (Found(ExceptionCode.NO_CLOCK_OUT),)
        record_visit(session, visit, region=actor.region, at=at, found=found)
    else:
        settle_stated(session, visit, region=actor.region, at=at)
    return command


def settle_stated(session: Session, visit: VisitView, *, region: str, at: datetime, news: Sequence[Found] = ()) -> None:
    """As `settle_visit`, when something was said of a visit: one without a clock-out is recorded anew by the end that
    people now attest, unless a person has decided about it. A tap that came at this moment stands."""
    progress.lock(session, visit_id=visit.id)
    session.expire_all()
    visit = find_visits(session, ids=[visit.id])[visit.id]
    record, told = events.find_record(session, visit_id=visit.id), times_of(session, visit)
    if (
        record is None
        or not told.change(recorded_end=record.ended_at, is_lacking=_lacks_end(session, visit))
        or facts.find_last_word(session, fact_id=visit.id) is not None
    ):
        settle_visit(session, visit, region=region, at=at, news=news)
        return
    found = (Found(ExceptionCode.NO_CLOCK_OUT),)
    record_visit(session, visit, region=region, at=at, found=found, reason=ReviewReason.TIMES_STATED)


def _lacks_end(session: Session, visit: VisitView) -> bool:
    known = facts.list_open_exceptions(session, fact_id=visit.id)
    return any(each.code is ExceptionCode.NO_CLOCK_OUT for each in known)
