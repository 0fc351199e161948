"""What every tap needs: when it counts, what it is judged by, and how it moves its visit or waits for a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeGuard
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.commands import ClockTap, FreeTap
from app.checkin.queries.away_words import list_taken_back
from app.checkin.queries.door import Door
from app.checkin.rules.clock import judge_clock
from app.checkin.rules.location import judge_location, kept_fix
from app.checkin.rules.visits import moved_by
from app.checkin.service import facts
from app.checkin.service.cases import subject_of
from app.checkin.service.events import Judged
from app.checkin.service.settling import policy_on, record_visits, settle_visits
from app.checkin.shown import ClockEventView
from app.checkin.types import (
    ClockJudgement,
    EventKind,
    ExceptionCode,
    FactKind,
    FactSubject,
    Found,
    Place,
    ReviewStep,
    Rights,
)
from app.kernel import clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor, Role
from app.kernel.regions import zone_of
from app.policies.terms import CarerTerms
from app.policies.types import Policy
from app.registry.rules import may_work_uncertified
from app.registry.types import CarerKind
from app.schedules.queries import find_visits
from app.schedules.service import progress
from app.schedules.service.progress import VisitMoved
from app.schedules.types import VisitState, VisitView

TRIES = 3


class NotACarer(DomainError):
    """This account belongs to nobody who gives care."""

    kind, code = ErrorKind.FORBIDDEN, "not_a_carer"


class VisitBusy(DomainError):
    """The visit changed at this very moment. Nothing was stored: sent again the tap finds the visit as it is then."""

    kind, code = ErrorKind.UNAVAILABLE, "visit_busy"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a tap counts, on which local day, and under which rules."""

    counted_at: datetime
    day: date
    judged: ClockJudgement
    at: datetime
    region: str
    policy_digest: str


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
    day = clock.local_date(judged.counted_at, zone)
    return Moment(judged.counted_at, day, judged, at, region, rules.digest)


def carer_kind_of(actor: Actor) -> CarerKind:
    """As which of his two carers an account acts."""
    return CarerKind.FAMILY if actor.role is Role.FAMILY_CARER else CarerKind.PROFESSIONAL


def content_of(kind: EventKind, command: object, *, carer_id: UUID, visit_id: UUID | None) -> dict[str, object]:
    """What makes a tap what it is: the same id from another carer, for another visit or of another kind is other."""
    return {"kind": kind, "command": command, "carer_id": carer_id, "visit_id": visit_id}


def lenient(rights: Rights, *, terms: CarerTerms, day: date, employed_since: date | None) -> Rights:
    """Take a certificate as held where the policy asks for none, or not yet."""
    excused = may_work_uncertified(terms, on=day, employed_since=employed_since)
    return replace(rights, certified=True) if excused else rights


def judge_tap(
    kind: EventKind,
    command: ClockTap | FreeTap,
    *,
    carer_id: UUID,
    client_id: UUID | None,
    visit_id: UUID | None,
    claimed_visit_id: UUID | None,
    places: Sequence[Place],
    location_withdrawn: bool,
    moment: Moment,
    policy: Policy,
) -> Judged:
    """A tap with what was found out about its time and place."""
    fix = kept_fix(command.fix, is_withdrawn=location_withdrawn)
    return Judged(
        event_id=command.id,
        kind=kind,
        carer_id=carer_id,
        client_id=client_id,
        visit_id=visit_id,
        claimed_visit_id=claimed_visit_id,
        occurred_at=command.occurred_at,
        counted_at=moment.counted_at,
        fix=fix,
        skew=moment.judged.skew,
        location=judge_location(fix, places=places, occurred_at=command.occurred_at, terms=policy.location),
        policy_digest=policy.digest,
        clock_policy_digest=moment.policy_digest,
        tag=command.tag,
    )


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


@dataclass(frozen=True, slots=True)
class Arrived:
    """A stored tap at its visit, with what was found."""

    event: ClockEventView
    visit: VisitView
    found: Sequence[Found]
    policy: Policy
    moment: Moment


def follow(
    session: Session,
    event: ClockEventView,
    *,
    visit: VisitView,
    found: Sequence[Found],
    policy: Policy,
    moment: Moment,
    actor: Actor,
) -> ClockEventView:
    """Move the visit, keep what was found, and settle the record when both ends are known."""
    return follow_all(session, [Arrived(event, visit, found, policy, moment)], actor=actor)[0]


def follow_all(session: Session, taps: Sequence[Arrived], *, actor: Actor) -> list[ClockEventView]:
    """As `follow`, of taps that arrived at one moment, each at a visit of its own; if several, under their locks."""
    if not taps:
        return []
    at, region = taps[0].moment.at, taps[0].moment.region
    moved = _move(session, taps, actor=actor)
    repeated = [tap.visit for tap, then in zip(taps, moved, strict=True) if then is None]
    if repeated:  # before their facts, in the order of all who settle them
        progress.lock_all(session, visit_ids=[visit.id for visit in repeated])
    over = [visit for visit in moved if _is_over(visit)]
    writes, told = facts.Writes(session, at), []
    for tap, then in zip(taps, moved, strict=True):
        found = tap.found if then is not None else [*tap.found, Found(ExceptionCode.REPEATED_EVENT)]
        told.append(replace(tap.event, exceptions=codes_of(found)))
        if found and not _is_over(then):  # the record of one that is over makes it judgeable
            writes.subjects.append(facts.subject_row(subject_of(tap.visit), at=at))
        writes.add_found(tap.visit.id, found, policy=tap.policy, event_id=tap.event.id)
    writes.write()
    if over:
        record_visits(session, over, region=region, at=at)
    if repeated:
        settle_visits(session, repeated, region=region, at=at)  # their places may prove the first tries'
    return told


def _is_over(visit: VisitView | None) -> TypeGuard[VisitView]:
    return (
        visit is not None
        and visit.state is VisitState.DONE
        and visit.began_at is not None
        and visit.ended_at is not None
    )


def _is_begun_again(tap: Arrived, visit: VisitView) -> bool:
    return tap.event.kind is EventKind.IN and visit.state is VisitState.BEGUN


def codes_of(found: Iterable[Found]) -> tuple[ExceptionCode, ...]:
    """What the answer to a tap tells."""
    return tuple(sorted(each.code for each in found))


def _move(session: Session, taps: Sequence[Arrived], *, actor: Actor) -> list[VisitView | None]:
    """Move visits by taps; the visits as they are then, or None for a tap that changes nothing.

    Somebody else may move one at the same moment: a single one is read again and looked at anew, several are locked.
    Raises VisitBusy when one was cancelled since the door was read, or moved again and again.
    """
    visits = [tap.visit for tap in taps]
    for _ in range(TRIES):
        if any(visit.state is VisitState.CANCELLED for visit in visits):
            break
        try:
            return _move_once(session, taps, visits, actor=actor)
        except VisitMoved:
            if len(visits) > 1:
                break
            session.expire_all()
            visits = [find_visits(session, ids=[visits[0].id])[visits[0].id]]
    raise VisitBusy(visit_id=str(visits[0].id))


def _move_once(
    session: Session, taps: Sequence[Arrived], visits: Sequence[VisitView], *, actor: Actor
) -> list[VisitView | None]:
    begun = [visit.id for tap, visit in zip(taps, visits, strict=True) if _is_begun_again(tap, visit)]
    taken_back = list_taken_back(session, visit_ids=begun) if begun else ()
    moved = [
        moved_by(tap.event.kind, visit, counted_at=tap.moment.counted_at, taken_back=visit.id in taken_back)
        for tap, visit in zip(taps, visits, strict=True)
    ]
    steps = []
    for tap, visit, then in zip(taps, visits, moved, strict=True):
        if then is None:
            continue
        if then.seq != visit.seq:
            steps.append(progress.Step(visit, then, tap.event.id))
        elif tap.event.kind is EventKind.IN:
            progress.tell_begin(session, visit, began_at=tap.moment.counted_at)
        else:
            progress.tell_end(session, visit, ended_at=tap.moment.counted_at)
    progress.advance_all(session, steps, actor=actor, at=taps[0].moment.at)
    return moved
