"""Taps that name a client instead of a visit: a family carer's days, and visits of professionals nobody planned."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.rules import check_standing
from app.checkin.commands import FreeTap
from app.checkin.queries import door as doors
from app.checkin.queries.door import Door
from app.checkin.rules.devices import device_exceptions
from app.checkin.rules.location import withheld_exceptions
from app.checkin.rules.tags import tag_findings
from app.checkin.service import facts
from app.checkin.service.events import Judged, check_source, replay, store
from app.checkin.service.late_events import judge_days_again
from app.checkin.service.moves import (
    Moment,
    NotACarer,
    carer_kind_of,
    codes_of,
    content_of,
    hold_stray,
    judge_tap,
    moment_of,
)
from app.checkin.service.scans import take_scan
from app.checkin.service.settling import policy_on
from app.checkin.service.turns import take_turn
from app.checkin.service.unscheduled import tap_unscheduled
from app.checkin.shown import ClockEventView
from app.checkin.types import ExceptionCode, FactKind, FactSubject, Found
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.registry.types import CarerKind


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

    A professional's begins or ends an unscheduled visit. The tap is not linked to a client who is not the carer's.
    Raises as `taps.clock_in` does.
    """
    settings = current_settings()
    check_source(command.fix, settings=settings)
    moment = moment_of(command.occurred_at, sent_at=sent_at, region=actor.region, at=at)
    door = doors.load_client_door(
        session,
        account_id=actor.account_id,
        device_id=actor.device_id,
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
    tap = judge_tap(
        command.kind,
        command,
        carer_id=door.carer_id,
        client_id=door.client_id if is_own else None,
        visit_id=None,
        claimed_visit_id=None,
        places=door.places if is_own else (),
        location_withdrawn=door.location_withdrawn,
        moment=moment,
        policy=policy,
    )
    content = content_of(command.kind, command, carer_id=door.carer_id, visit_id=None)
    why = [Found(code) for code in withheld_exceptions(command.fix, is_withdrawn=door.location_withdrawn)]
    told: dict[str, Any] = {"content": content, "door": door, "policy": policy, "moment": moment, "actor": actor}
    if not is_own:
        return _stray(session, tap, why=why, **told)
    if carer_kind_of(actor) is CarerKind.FAMILY:
        take_turn(session, client_id=command.client_id)
        return _family(session, tap, why=why, **told)
    return tap_unscheduled(session, tap, client_id=command.client_id, why=why, **told)


def _stray(
    session: Session,
    tap: Judged,
    *,
    content: object,
    door: Door,
    why: Sequence[Found],
    policy: Policy,
    moment: Moment,
    actor: Actor,
) -> ClockEventView:
    settings = current_settings()
    event = store(session, tap, content=content, actor=actor, settings=settings, at=moment.at)
    if event is None:
        return replay(session, event_id=tap.event_id, content=content, settings=settings)
    found = [Found(ExceptionCode.NOT_ASSIGNED), *moment.judged.exceptions, *why]
    hold_stray(session, event=event, door=replace(door, client_id=None), found=found, policy=policy, moment=moment)
    return replace(event, exceptions=codes_of(found))


def _family(
    session: Session,
    tap: Judged,
    *,
    content: object,
    door: Door,
    why: Sequence[Found],
    policy: Policy,
    moment: Moment,
    actor: Actor,
) -> ClockEventView:
    """What is found about the tap's time is kept with it, and told of the care day that names it."""
    settings, at = current_settings(), moment.at
    event = store(session, tap, content=content, actor=actor, settings=settings, at=at)
    if event is None:
        return replay(session, event_id=tap.event_id, content=content, settings=settings)
    scan = take_scan(session, tap, places=door.places, moment=moment, policy=policy)
    found = [*why, *moment.judged.exceptions, *([Found(ExceptionCode.CLIENT_DIED)] if door.rights.died else [])]
    found += [Found(code) for code in device_exceptions(door.device_doubt)]
    found += tag_findings(scan, verdict=event.verdict)
    if found:
        subject = FactSubject(event.id, FactKind.EVENT, event.carer_id, event.client_id, None, door.district_code)
        facts.claim_subject(session, subject, at=at)
        facts.add_exceptions(session, fact_id=event.id, found=found, policy=policy, at=at, event_id=event.id)
    judge_days_again(session, event_id=event.id, carer_id=event.carer_id, region=moment.region, at=at)
    return replace(event, exceptions=codes_of(found))
