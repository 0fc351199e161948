"""Clocking in and out of a visit. A known carer's tap is always stored; what does not fit becomes an exception.

A clean clock-in is five statements: the door, the event, the position, the visit, its history.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.rules import check_standing
from app.checkin.commands import ClockTap
from app.checkin.queries import door as doors
from app.checkin.queries.door import Door
from app.checkin.rules.clock import window_exceptions
from app.checkin.rules.devices import device_exceptions
from app.checkin.rules.tags import ScanJudgement, place_exceptions, tag_findings
from app.checkin.rules.visits import door_exceptions
from app.checkin.service.events import check_source, replay, store
from app.checkin.service.moves import (
    Moment,
    NotACarer,
    carer_kind_of,
    codes_of,
    content_of,
    follow,
    hold_stray,
    judge_tap,
    lenient,
    moment_of,
)
from app.checkin.service.scans import take_scan
from app.checkin.service.settling import policy_on
from app.checkin.service.unscheduled import tap_unscheduled
from app.checkin.shown import ClockEventView
from app.checkin.types import EventKind, ExceptionCode, Found
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.registry.types import CarerKind
from app.schedules.queries import find_visits
from app.schedules.types import VisitState, VisitView


def clock_in(
    session: Session,
    command: ClockTap,
    *,
    visit_id: UUID,
    sent_at: datetime | None,
    actor: Actor,
    grants_version: int,
    at: datetime,
) -> ClockEventView:
    """Store and judge a clock-in, and begin the visit. `sent_at` is the phone's clock when it sent this.

    A resend is answered with the first facts, also when the visit has moved on. Raises EventReused for other content
    under the same id, NotACarer, VisitBusy, SimulatedLocation in production, and what a locked or outdated account
    raises.
    """
    return _tap(session, EventKind.IN, command, visit_id, sent_at, actor, grants_version, at)


def clock_out(
    session: Session,
    command: ClockTap,
    *,
    visit_id: UUID,
    sent_at: datetime | None,
    actor: Actor,
    grants_version: int,
    at: datetime,
) -> ClockEventView:
    """Store and judge a clock-out, end the visit and settle its record; as `clock_in`."""
    return _tap(session, EventKind.OUT, command, visit_id, sent_at, actor, grants_version, at)


def _tap(
    session: Session,
    kind: EventKind,
    command: ClockTap,
    visit_id: UUID,
    sent_at: datetime | None,
    actor: Actor,
    grants_version: int,
    at: datetime,
) -> ClockEventView:
    settings = current_settings()
    check_source(command.fix, settings=settings)
    moment = moment_of(command.occurred_at, sent_at=sent_at, region=actor.region, at=at)
    door = doors.load_visit_door(
        session,
        account_id=actor.account_id,
        device_id=actor.device_id,
        carer_kind=carer_kind_of(actor),
        visit_id=visit_id,
        day=moment.day,
        keys=settings.key_ring,
    )
    check_standing(door.standing, grants_version=grants_version)
    if door.carer_id is None:
        raise NotACarer
    visit = door.visit
    if visit is None or visit.state is VisitState.CANCELLED:
        told = _tap_unplanned(session, kind, command, visit_id=visit_id, own=visit, moment=moment, actor=actor)
        if told is not None:
            return told
    policy = policy_on(moment.day, region=actor.region, district=door.district_code, at=at)
    tap = judge_tap(
        kind,
        command,
        carer_id=door.carer_id,
        client_id=visit.client_id if visit else None,
        visit_id=visit.id if visit else None,
        claimed_visit_id=None if visit else visit_id,
        places=door.places,
        moment=moment,
        policy=policy,
    )
    content = content_of(kind, command, carer_id=door.carer_id, visit_id=visit_id)
    event = store(session, tap, content=content, actor=actor, settings=settings, at=at)
    if event is None:
        return replay(session, event_id=command.id, content=content, settings=settings)
    scan = take_scan(session, tap, places=door.places, moment=moment, policy=policy)
    if visit is None:
        found = [Found(ExceptionCode.NOT_ASSIGNED), *moment.judged.exceptions]
    else:
        found = _judge(event, scan, door=door, visit=visit, policy=policy, moment=moment)
        if visit.state is not VisitState.CANCELLED:
            return follow(session, event, visit=visit, found=found, policy=policy, moment=moment, actor=actor)
        found = [Found(ExceptionCode.VISIT_CANCELLED), *found]
    hold_stray(session, event=event, door=door, found=found, policy=policy, moment=moment)
    return replace(event, exceptions=codes_of(found))


def _tap_unplanned(
    session: Session,
    kind: EventKind,
    command: ClockTap,
    *,
    visit_id: UUID,
    own: VisitView | None,
    moment: Moment,
    actor: Actor,
) -> ClockEventView | None:
    """Take a tap at a cancelled or a colleague's visit as one of a visit nobody planned, if the client is the carer's:
    the news did not reach the phone, or he stands in. None when it is no work of his."""
    visit = own or find_visits(session, ids=[visit_id]).get(visit_id)
    if visit is None or carer_kind_of(actor) is CarerKind.FAMILY:
        return None
    door = doors.load_client_door(
        session,
        account_id=actor.account_id,
        device_id=actor.device_id,
        carer_kind=CarerKind.PROFESSIONAL,
        client_id=visit.client_id,
        day=moment.day,
        keys=current_settings().key_ring,
    )
    if door.carer_id is None or not door.rights.assigned:
        return None
    policy = policy_on(moment.day, region=actor.region, district=door.district_code, at=moment.at)
    tap = judge_tap(
        kind,
        command,
        carer_id=door.carer_id,
        client_id=visit.client_id,
        visit_id=None,
        claimed_visit_id=visit_id,
        places=door.places,
        moment=moment,
        policy=policy,
    )
    why = [] if own else [Found(ExceptionCode.CARER_CHANGED)]
    if visit.state is VisitState.CANCELLED:
        why.append(Found(ExceptionCode.VISIT_CANCELLED))
    content = content_of(kind, command, carer_id=door.carer_id, visit_id=visit_id)
    return tap_unscheduled(
        session,
        tap,
        client_id=visit.client_id,
        content=content,
        door=door,
        why=why,
        policy=policy,
        moment=moment,
        actor=actor,
    )


def _judge(
    event: ClockEventView,
    scan: ScanJudgement | None,
    *,
    door: Door,
    visit: VisitView,
    policy: Policy,
    moment: Moment,
) -> list[Found]:
    """What a tap at its visit leaves to look into; the rights are told once, at the clock-in."""
    codes = [*place_exceptions(event.verdict, source=event.location_source, scan=scan)]
    codes += device_exceptions(door.device_doubt)
    if event.kind is EventKind.IN:
        rights = lenient(door.rights, terms=policy.carer, day=moment.day, employed_since=door.employed_since)
        codes += door_exceptions(rights)
    found = [*moment.judged.exceptions, *(Found(code) for code in codes), *tag_findings(scan, verdict=event.verdict)]
    if visit.planned_from is not None and visit.planned_to is not None:
        found += window_exceptions(
            event.kind,
            counted_at=moment.counted_at,
            planned_from=visit.planned_from,
            planned_to=visit.planned_to,
            terms=policy.clock,
        )
    return found
