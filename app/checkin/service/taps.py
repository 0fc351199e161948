"""Clocking in and out of a visit. A known carer's tap is always stored; what does not fit becomes an exception.

A clean clock-in is five statements: the door, the event, the position, the visit, its history.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.rules import check_standing
from app.checkin.commands import ClockTap
from app.checkin.queries import door as doors
from app.checkin.service.at_door import AtDoor, VisitTapping
from app.checkin.service.events import check_source, replay, replay_all, store, store_all
from app.checkin.service.moves import (
    NotACarer,
    carer_kind_of,
    codes_of,
    content_of,
    follow_all,
    hold_stray,
    judge_tap,
    moment_of,
)
from app.checkin.service.settling import policy_on
from app.checkin.service.unscheduled import tap_unscheduled
from app.checkin.shown import ClockEventView
from app.checkin.types import EventKind, ExceptionCode, Found
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.registry.types import CarerKind
from app.schedules.queries import find_visits
from app.schedules.types import VisitState


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
    taps = [VisitTapping(EventKind.IN, command, visit_id)]
    return take_taps(session, taps, sent_at=sent_at, actor=actor, grants_version=grants_version, at=at)[0]


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
    taps = [VisitTapping(EventKind.OUT, command, visit_id)]
    return take_taps(session, taps, sent_at=sent_at, actor=actor, grants_version=grants_version, at=at)[0]


def take_taps(
    session: Session,
    taps: Sequence[VisitTapping],
    *,
    sent_at: datetime | None,
    actor: Actor,
    grants_version: int,
    at: datetime,
) -> list[ClockEventView]:
    """Take taps in, each at a visit of its own, by as many statements as one; if several, under the visits' locks. Taps
    at no planned visit of the carer's follow one by one. Raises as `clock_in`.
    """
    settings = current_settings()
    for tap in taps:
        check_source(tap.command.fix, settings=settings)
    moments = [moment_of(tap.command.occurred_at, sent_at=sent_at, region=actor.region, at=at) for tap in taps]
    found = doors.load_visit_doors(
        session,
        account_id=actor.account_id,
        device_id=actor.device_id,
        carer_kind=carer_kind_of(actor),
        visits=[(tap.visit_id, moment.day) for tap, moment in zip(taps, moments, strict=True)],
        keys=settings.key_ring,
    )
    at_doors = [AtDoor(*each) for each in zip(taps, moments, found, strict=True)]
    for each in at_doors:
        check_standing(each.door.standing, grants_version=grants_version)
        if each.door.carer_id is None:
            raise NotACarer
    planned = [each for each in at_doors if each.visit is not None and each.visit.state is not VisitState.CANCELLED]
    views = _take_planned(session, planned, actor=actor)
    told = {each.tap.visit_id: view for each, view in zip(planned, views, strict=True)}
    return [told.get(each.tap.visit_id) or _take_astray(session, each, actor=actor) for each in at_doors]


def _take_planned(session: Session, taps: Sequence[AtDoor], *, actor: Actor) -> list[ClockEventView]:
    if not taps:
        return []
    settings, at = current_settings(), taps[0].moment.at
    judged = [(each, policy := each.policy(), each.judged(policy=policy)) for each in taps]
    contents = [(tap, each.content()) for each, _, tap in judged]
    events = store_all(session, contents, actor=actor, settings=settings, at=at)
    arrived = [
        each.arrived(event, each.scan(session, tap, policy=policy), policy=policy)
        for (each, policy, tap), event in zip(judged, events, strict=True)
        if event is not None
    ]
    told = {view.id: view for view in follow_all(session, arrived, actor=actor)}
    again = {tap.event_id: content for (tap, content), event in zip(contents, events, strict=True) if event is None}
    if again:
        told |= replay_all(session, again, settings=settings)
    return [told[each.tap.command.id] for each in taps]


def _take_astray(session: Session, each: AtDoor, *, actor: Actor) -> ClockEventView:
    """Take a tap at no planned visit of the carer's: of a visit nobody planned, or as one for a person to look at."""
    told = _tap_unplanned(session, each, actor=actor)
    if told is not None:
        return told
    settings, policy, moment, visit = current_settings(), each.policy(), each.moment, each.visit
    tap, content = each.judged(policy=policy), each.content()
    event = store(session, tap, content=content, actor=actor, settings=settings, at=moment.at)
    if event is None:
        return replay(session, event_id=tap.event_id, content=content, settings=settings)
    scan = each.scan(session, tap, policy=policy)
    if visit is None:
        found = [Found(ExceptionCode.NOT_ASSIGNED), *moment.judged.exceptions, *map(Found, each.withheld())]
    else:
        of_visit = each.found(event, scan, policy=policy)
        found = [Found(ExceptionCode.VISIT_CANCELLED), *of_visit]
    hold_stray(session, event=event, door=each.door, found=found, policy=policy, moment=moment)
    return replace(event, exceptions=codes_of(found))


def _tap_unplanned(session: Session, each: AtDoor, *, actor: Actor) -> ClockEventView | None:
    """Take a tap at a cancelled or a colleague's visit as one of a visit nobody planned, if the client is the carer's:
    the news did not reach the phone, or he stands in. None when it is no work of his."""
    own, kind, command, visit_id, moment = each.visit, each.tap.kind, each.tap.command, each.tap.visit_id, each.moment
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
        location_withdrawn=door.location_withdrawn,
        moment=moment,
        policy=policy,
    )
    why = [*map(Found, each.withheld()), *([] if own else [Found(ExceptionCode.CARER_CHANGED)])]
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
