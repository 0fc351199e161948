"""Taps that name a client instead of a visit: a family carer's days, and visits of professionals nobody planned."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.rules import check_standing
from app.checkin.commands import FreeTap
from app.checkin.queries import door as doors
from app.checkin.queries import events as event_queries
from app.checkin.queries.door import Door
from app.checkin.rules.location import judge_location, location_exceptions
from app.checkin.rules.visits import door_exceptions
from app.checkin.service import facts
from app.checkin.service.events import Judged, check_source, replay, store
from app.checkin.service.late_events import judge_days_again
from app.checkin.service.settling import policy_on, subject_of
from app.checkin.service.taps import (
    Moment,
    NotACarer,
    carer_kind_of,
    codes_of,
    content_of,
    follow,
    hold_stray,
    lenient,
    moment_of,
)
from app.checkin.shown import ClockEventView
from app.checkin.types import EventKind, ExceptionCode, Found
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.registry.types import CarerKind
from app.schedules.queries import find_visits
from app.schedules.service import progress
from app.schedules.types import VisitSource, VisitState, VisitView


def add_event(
    session: Session,
    command: FreeTap,
    *,
    sent_at: datetime | None,
    actor: Actor,
    grants_version: int,
    at: datetime,
) -> ClockEventView:
    """Store and judge a tap at a client. A family carer's waits for the care day that names it, or joins one that
    came before it.

    A professional's clock-in begins an unscheduled visit under the tap's own id; a clock-out ends the open one. The
    tap is not linked to a client who is not the carer's. Raises as `taps.clock_in` does.
    """
    settings = current_settings()
    check_source(command.fix, settings=settings)
    moment = moment_of(command.occurred_at, sent_at=sent_at, region=actor.region, at=at)
    door = doors.load_client_door(
        session,
        account_id=actor.account_id,
        carer_kind=carer_kind_of(actor),
        client_id=command.client_id,
        day=moment.day,
        keys=settings.key_ring,
    )
    check_standing(door.standing, grants_version=grants_version)
    if door.carer_id is None:
        raise NotACarer
    policy = policy_on(moment.day, region=actor.region, district=door.district_code, at=at)
    is_own = door.rights.assigned and door.client_id is not None
    tap = Judged(
        event_id=command.id,
        kind=command.kind,
        carer_id=door.carer_id,
        client_id=door.client_id if is_own else None,
        visit_id=None,
        claimed_visit_id=None,
        occurred_at=command.occurred_at,
        counted_at=moment.counted_at,
        fix=command.fix,
        skew=moment.judged.skew,
        location=judge_location(
            command.fix,
            places=door.places if is_own else (),
            occurred_at=command.occurred_at,
            terms=policy.location,
        ),
    )
    if is_own and carer_kind_of(actor) is CarerKind.PROFESSIONAL:
        return _unscheduled(session, command, tap=tap, door=door, policy=policy, moment=moment, actor=actor)
    content = content_of(command.kind, command, carer_id=door.carer_id, visit_id=None)
    event = store(session, tap, content=content, actor=actor, settings=settings, at=at)
    if event is None:
        return replay(session, event_id=command.id, content=content, settings=settings)
    if is_own:
        judge_days_again(session, event_id=event.id, carer_id=door.carer_id, region=actor.region, at=at)
        return event
    found = [Found(code) for code in (ExceptionCode.NOT_ASSIGNED, *moment.judged.exceptions)]
    hold_stray(session, event=event, door=replace(door, client_id=None), found=found, policy=policy, moment=moment)
    return replace(event, exceptions=codes_of(found))


def _unscheduled(
    session: Session,
    command: FreeTap,
    *,
    tap: Judged,
    door: Door,
    policy: Policy,
    moment: Moment,
    actor: Actor,
) -> ClockEventView:
    """Begin a visit under the tap's id, or end the open one; a clock-out that ends nothing waits for a person."""
    settings, at = current_settings(), moment.at
    content = content_of(command.kind, command, carer_id=tap.carer_id, visit_id=None)
    visit = _visit_for(session, command, tap=tap, door=door, moment=moment, actor=actor)
    linked = replace(tap, visit_id=visit.id) if visit else tap
    event = store(session, linked, content=content, actor=actor, settings=settings, at=at)
    if event is None:
        return replay(session, event_id=command.id, content=content, settings=settings)
    codes = [ExceptionCode.UNSCHEDULED, *moment.judged.exceptions]
    codes += location_exceptions(event.verdict, source=event.location_source)
    if command.kind is EventKind.IN:
        codes += door_exceptions(lenient(door.rights, terms=policy.carer, day=moment.day))
    found = [Found(code) for code in codes]
    if visit is None:
        hold_stray(session, event=event, door=door, found=found, policy=policy, moment=moment)
        return replace(event, exceptions=codes_of(found))
    if command.kind is EventKind.OUT:
        return follow(session, event, door=door, visit=visit, found=found, policy=policy, moment=moment, actor=actor)
    facts.add_subject(session, subject_of(visit), at=at)
    facts.add_exceptions(session, fact_id=visit.id, found=found, policy=policy, at=at, event_id=event.id)
    return replace(event, exceptions=codes_of(found))


def _visit_for(
    session: Session, command: FreeTap, *, tap: Judged, door: Door, moment: Moment, actor: Actor
) -> VisitView | None:
    """The visit a tap belongs to: a new one for a clock-in, the open one for a clock-out. None for a resend."""
    if command.kind is EventKind.OUT:
        open_id = event_queries.find_open_unscheduled(session, carer_id=tap.carer_id, client_id=command.client_id)
        return find_visits(session, ids=[open_id])[open_id] if open_id else None
    like = VisitView(
        id=command.id,
        client_id=command.client_id,
        carer_id=tap.carer_id,
        agency_id=door.employer_id,
        plan_id=None,
        team_slot=1,
        planned_from=None,
        planned_to=None,
        state=VisitState.BEGUN,
        seq=1,
        began_at=moment.counted_at,
        ended_at=None,
        source=VisitSource.UNSCHEDULED,
        district_code=door.district_code or "",
        street_code=None,
    )
    is_new = progress.add_unscheduled(session, like, cause_id=command.id, actor=actor, at=moment.at)
    return like if is_new else None
