"""Clocking in and out of a visit. A known carer's tap is always stored; what does not fit becomes an exception.

A clean clock-in is five statements: the door, the event, the position, the visit, its history.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.rules import check_standing
from app.checkin.commands import ClockTap
from app.checkin.queries import door as doors
from app.checkin.queries.door import Door
from app.checkin.rules.clock import judge_clock, window_exceptions
from app.checkin.rules.location import judge_location, location_exceptions
from app.checkin.rules.visits import door_exceptions
from app.checkin.service import facts
from app.checkin.service.events import Judged, check_source, replay, store
from app.checkin.service.settling import policy_on, record_visit, settle_visit, subject_of
from app.checkin.shown import ClockEventView
from app.checkin.types import ClockJudgement, EventKind, ExceptionCode, FactKind, FactSubject, Found, ReviewStep, Rights
from app.kernel import clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor, Role
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.terms import CarerTerms
from app.policies.types import Policy
from app.registry.types import CarerKind
from app.schedules.queries import find_visits
from app.schedules.service import progress
from app.schedules.service.progress import VisitMoved
from app.schedules.types import VisitState, VisitView

TRIES = 3
UPCOMING = (VisitState.PLANNED, VisitState.MISSED, VisitState.ATTEMPTED)


class NotACarer(DomainError):
    """This account belongs to nobody who gives care."""

    kind, code = ErrorKind.FORBIDDEN, "not_a_carer"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a tap counts, on which local day, and under which rules."""

    counted_at: datetime
    day: date
    judged: ClockJudgement
    at: datetime
    region: str


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
    under the same id, NotACarer, SimulatedLocation in production, and what a locked or outdated account raises.
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


def moment_of(occurred_at: datetime, *, sent_at: datetime | None, region: str, at: datetime) -> Moment:
    """Judge the phone's time by the fund's rules of the day it arrived."""
    zone = zone_of(region)
    rules = policy_on(clock.local_date(at, zone), region=region, district=None, at=at)
    judged = judge_clock(
        occurred_at=occurred_at,
        received_at=at,
        sent_at=sent_at,
        terms=rules.clock,
        future_tolerance=rules.location.future_tolerance,
    )
    return Moment(judged.counted_at, clock.local_date(judged.counted_at, zone), judged, at, region)


def carer_kind_of(actor: Actor) -> CarerKind:
    """As which of his two carers an account acts."""
    return CarerKind.FAMILY if actor.role is Role.FAMILY_CARER else CarerKind.PROFESSIONAL


def content_of(kind: EventKind, command: object, *, carer_id: UUID, visit_id: UUID | None) -> dict[str, object]:
    """What makes a tap what it is: the same id from another carer, for another visit or of another kind is other."""
    return {"kind": kind, "command": command, "carer_id": carer_id, "visit_id": visit_id}


def lenient(rights: Rights, *, terms: CarerTerms, day: date) -> Rights:
    """Take a certificate as held where the policy asks for none, or not yet."""
    excused = not terms.certificate_required or (terms.uncertified_until is not None and day < terms.uncertified_until)
    return replace(rights, certified=True) if excused else rights


def hold_stray(
    session: Session, *, event: ClockEventView, door: Door, found: Iterable[Found], policy: Policy, moment: Moment
) -> None:
    """Let a person look at a tap that belongs to no visit: the carer's agency, or the operator without one."""
    subject = FactSubject(
        event.id, FactKind.EVENT, event.carer_id, event.client_id, door.employer_id, door.district_code
    )
    step = ReviewStep.AGENCY if door.employer_id else ReviewStep.OPERATOR
    today = clock.local_date(moment.at, zone_of(moment.region))
    facts.claim_subject(session, subject, at=moment.at)
    facts.add_exceptions(session, fact_id=event.id, found=found, policy=policy, at=moment.at, event_id=event.id)
    facts.hold(session, fact_id=event.id, step=step, today=today, policy=policy, at=moment.at)


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
        carer_kind=carer_kind_of(actor),
        visit_id=visit_id,
        day=moment.day,
        keys=settings.key_ring,
    )
    check_standing(door.standing, grants_version=grants_version)
    if door.carer_id is None:
        raise NotACarer
    policy = policy_on(moment.day, region=actor.region, district=door.district_code, at=at)
    visit = door.visit
    tap = Judged(
        event_id=command.id,
        kind=kind,
        carer_id=door.carer_id,
        client_id=visit.client_id if visit else None,
        visit_id=visit.id if visit else None,
        claimed_visit_id=None if visit else visit_id,
        occurred_at=command.occurred_at,
        counted_at=moment.counted_at,
        fix=command.fix,
        skew=moment.judged.skew,
        location=judge_location(
            command.fix, places=door.places, occurred_at=command.occurred_at, terms=policy.location
        ),
    )
    content = content_of(kind, command, carer_id=door.carer_id, visit_id=visit_id)
    event = store(session, tap, content=content, actor=actor, settings=settings, at=at)
    if event is None:
        return replay(session, event_id=command.id, content=content, settings=settings)
    if visit is None:
        stray = [Found(code) for code in (ExceptionCode.NOT_ASSIGNED, *moment.judged.exceptions)]
        hold_stray(session, event=event, door=door, found=stray, policy=policy, moment=moment)
        return replace(event, exceptions=codes_of(stray))
    found = _judge(event, door=door, visit=visit, policy=policy, moment=moment)
    return follow(session, event, door=door, visit=visit, found=found, policy=policy, moment=moment, actor=actor)


def _judge(event: ClockEventView, *, door: Door, visit: VisitView, policy: Policy, moment: Moment) -> list[Found]:
    """What a tap at its visit leaves to look into; the rights are told once, at the clock-in."""
    codes = [*location_exceptions(event.verdict, source=event.location_source), *moment.judged.exceptions]
    if event.kind is EventKind.IN:
        codes += door_exceptions(lenient(door.rights, terms=policy.carer, day=moment.day))
    found = [Found(code) for code in codes]
    if visit.planned_from is not None and visit.planned_to is not None:
        found += window_exceptions(
            event.kind,
            counted_at=moment.counted_at,
            planned_from=visit.planned_from,
            planned_to=visit.planned_to,
            terms=policy.clock,
        )
    return found


def follow(
    session: Session,
    event: ClockEventView,
    *,
    door: Door,
    visit: VisitView,
    found: list[Found],
    policy: Policy,
    moment: Moment,
    actor: Actor,
) -> ClockEventView:
    """Move the visit, keep what was found, and settle the record when both ends are known."""
    if visit.state is VisitState.CANCELLED:
        found = [Found(ExceptionCode.VISIT_CANCELLED), *found]
        hold_stray(session, event=event, door=door, found=found, policy=policy, moment=moment)
        return replace(event, exceptions=codes_of(found))
    moved = _move(session, event, visit=visit, moment=moment, actor=actor)
    if moved is None:
        progress.lock(session, visit_id=visit.id)  # before its facts, in the order of all who settle it
        found = [*found, Found(ExceptionCode.REPEATED_EVENT)]
    if found:
        facts.add_subject(session, subject_of(visit), at=moment.at)
        facts.add_exceptions(session, fact_id=visit.id, found=found, policy=policy, at=moment.at, event_id=event.id)
    if moved is not None and moved.state is VisitState.DONE and moved.began_at and moved.ended_at:
        record_visit(session, moved, region=moment.region, at=moment.at)
    elif moved is None:
        settle_visit(session, visit, region=moment.region, at=moment.at)  # its place may prove the first try's
    return replace(event, exceptions=codes_of(found))


def _move(
    session: Session, event: ClockEventView, *, visit: VisitView, moment: Moment, actor: Actor
) -> VisitView | None:
    """Move the visit by a tap; the visit as it is then, or None for a tap that changes nothing.

    Somebody else may move it at the same moment: it is read again and looked at anew.
    """
    for _ in range(TRIES):
        try:
            return _move_once(session, event, visit=visit, moment=moment, actor=actor)
        except VisitMoved:
            session.expire_all()
            visit = find_visits(session, ids=[visit.id])[visit.id]
    return None


def _move_once(
    session: Session, event: ClockEventView, *, visit: VisitView, moment: Moment, actor: Actor
) -> VisitView | None:
    counted_at, at = moment.counted_at, moment.at
    if event.kind is EventKind.IN:
        if visit.state in UPCOMING:
            progress.begin(session, visit, began_at=counted_at, cause_id=event.id, actor=actor, at=at)
            return replace(visit, state=VisitState.BEGUN, seq=visit.seq + 1, began_at=counted_at)
        if visit.state is VisitState.DONE and visit.began_at is None:
            progress.tell_begin(session, visit, began_at=counted_at)
            return replace(visit, began_at=counted_at)
        return None
    if visit.state in (VisitState.BEGUN, VisitState.PLANNED, VisitState.MISSED):
        progress.finish(session, visit, ended_at=counted_at, cause_id=event.id, actor=actor, at=at)
        return replace(visit, state=VisitState.DONE, seq=visit.seq + 1, ended_at=counted_at)
    if visit.state is VisitState.DONE and visit.ended_at is None:
        progress.tell_end(session, visit, ended_at=counted_at)
        return replace(visit, ended_at=counted_at)
    return None


def codes_of(found: Iterable[Found]) -> tuple[ExceptionCode, ...]:
    """What the answer to a tap tells."""
    return tuple(sorted(each.code for each in found))
