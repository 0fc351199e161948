"""Decisions of people on held facts, and what the machine does when nobody decides in time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.commands import Decided
from app.checkin.models import Review
from app.checkin.queries import events
from app.checkin.queries import facts as queries
from app.checkin.queries.facts import DEADLINE_PASSED
from app.checkin.rules.grading import may_review, next_step
from app.checkin.service import facts
from app.checkin.service.care_days import accept_care_day
from app.checkin.service.records import OwnFact
from app.checkin.service.settling import accept_visit, policy_on, withdraw
from app.checkin.shown import FactView
from app.checkin.types import Decision, FactKind, FactSubject, ReviewStep
from app.kernel import audit, clock, resend
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind, NotFound
from app.kernel.permissions import Actor, SystemActor
from app.kernel.regions import zone_of
from app.kernel.resend import insert_once
from app.kernel.settings import current_settings
from app.schedules.queries import find_visits
from app.schedules.service import progress

AT_ONCE = 200


class NotHeld(DomainError):
    """The fact does not wait at this step: it was decided, or waits at another."""

    kind, code = ErrorKind.CONFLICT, "not_held"


def review_for_agency(session: Session, command: Decided, *, fact_id: UUID, actor: Actor, at: datetime) -> FactView:
    """An agency's decision on its own held fact. Raises NotFound, OwnFact, NotHeld and EventReused."""
    return _review(session, command, fact_id=fact_id, step=ReviewStep.AGENCY, actor=actor, at=at)


def review_for_operator(session: Session, command: Decided, *, fact_id: UUID, actor: Actor, at: datetime) -> FactView:
    """The operator's decision on a held fact of his scope; as `review_for_agency`."""
    return _review(session, command, fact_id=fact_id, step=ReviewStep.OPERATOR, actor=actor, at=at)


def escalate_overdue(session: Session, *, actor: SystemActor, at: datetime) -> int:
    """Hand facts up that nobody decided in time; after the last step they are paid, and marked by the machine's review.

    Silence never costs the carer. Safe to run twice: a hold ends once. Returns how many holds ended.
    """
    today = clock.local_date(at, zone_of(actor.region))
    overdue = queries.list_overdue_holds(session, today=today, limit=AT_ONCE)
    return sum(_escalate(session, hold, actor=actor, at=at) for hold in overdue)


def _review(
    session: Session, command: Decided, *, fact_id: UUID, step: ReviewStep, actor: Actor, at: datetime
) -> FactView:
    subject, carer_person_id = queries.get_visible_subject(session, fact_id=fact_id, actor=actor)
    if actor.person_id is not None and actor.person_id == carer_person_id:
        raise OwnFact
    if not may_review(actor, fact=subject, step=step, carer_person_id=carer_person_id):
        raise NotFound(kind="fact")
    _lock(session, subject)
    keys = current_settings().key_ring
    content = {"command": command, "fact_id": fact_id, "step": step, "account_id": actor.account_id}
    _, is_new = insert_once(
        session,
        Review,
        digest=command_digest(content, key=keys.command_key),
        id=command.id,
        fact_id=fact_id,
        step=step,
        decision=command.decision,
        reason=command.reason,
        actor_id=actor.account_id,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
        return queries.get_fact(session, fact_id=fact_id, actor=actor)
    hold = queries.find_open_hold(session, fact_id=fact_id)
    if hold is None or hold.step is not step:
        raise NotHeld(fact_id=str(fact_id))
    if not facts.release(session, hold_id=hold.id, review_id=command.id, at=at):
        raise NotHeld(fact_id=str(fact_id))
    if command.decision is Decision.ACCEPTED:
        _accept(session, subject, region=actor.region, at=at)
    elif subject.kind is FactKind.VISIT:
        withdraw(session, visit_id=fact_id)
    audit.record(
        session,
        "fact.reviewed",
        actor=actor,
        at=at,
        subject=(subject.kind.value, fact_id),
        details={"step": step, "decision": command.decision, "reason": command.reason},
        keys=keys,
    )
    return queries.get_fact(session, fact_id=fact_id, actor=actor)


def _escalate(session: Session, overdue: tuple[UUID, UUID, ReviewStep], *, actor: SystemActor, at: datetime) -> bool:
    hold_id, fact_id, step = overdue
    subject, above = queries.find_subject(session, fact_id=fact_id), next_step(step)
    if subject is not None and not _lock(session, subject, wait=False):
        return False  # somebody decides or tells something about it just now; the next run looks again
    decision = Decision.ACCEPTED if above is None else Decision.ESCALATED
    ended = facts.release_by_machine(
        session, hold_id=hold_id, fact_id=fact_id, decision=decision, reason=DEADLINE_PASSED, at=at
    )
    if not ended or subject is None:
        return ended
    if above is None:
        _accept(session, subject, region=actor.region, at=at)
    else:
        today = clock.local_date(at, zone_of(actor.region))
        policy = policy_on(today, region=actor.region, district=subject.district_code, at=at)
        facts.hold(session, fact_id=fact_id, step=above, today=today, policy=policy, at=at)
    audit.record(
        session,
        "fact.escalated",
        actor=actor,
        at=at,
        subject=(subject.kind.value, fact_id),
        details={"step": step, "decision": decision},
        keys=current_settings().key_ring,
    )
    return True


def _lock(session: Session, subject: FactSubject, *, wait: bool = True) -> bool:
    """Let nobody else settle a visit meanwhile; other facts are not settled again."""
    return subject.kind is not FactKind.VISIT or progress.lock(session, visit_id=subject.id, wait=wait)


def _accept(session: Session, subject: FactSubject, *, region: str, at: datetime) -> None:
    """Give an accepted fact the right to be paid. A stray event has none: accepting it closes the question."""
    if subject.kind is FactKind.CARE_DAY:
        accept_care_day(session, care_day_id=subject.id, at=at)
    if subject.kind is not FactKind.VISIT:
        return
    record = events.find_record(session, visit_id=subject.id)
    if record is not None:
        slot = find_visits(session, ids=[subject.id])[subject.id].team_slot
        accept_visit(session, subject, record=record, team_slot=slot, region=region, at=at)
