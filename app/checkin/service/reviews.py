"""Decisions of people on facts: on what is held, and that what was decided is looked into again."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.checkin.commands import Decided, Reopening
from app.checkin.models import Review
from app.checkin.note_models import ReviewNote
from app.checkin.queries import events
from app.checkin.queries import facts as queries
from app.checkin.queries.statements import is_entered_by
from app.checkin.reasons import ReopeningRefusal
from app.checkin.rules.grading import judge_reopening, may_review
from app.checkin.service import facts
from app.checkin.service.care_days import accept_care_day
from app.checkin.service.corrections import TimesKnown, state_times
from app.checkin.service.hours import tell_hours
from app.checkin.service.paying import (
    TimePaidElsewhere,
    end_overlap,
    find_paid_elsewhere,
    pay_visit,
    tell_overlap,
    withdraw,
    withdraw_day,
)
from app.checkin.service.records import OwnFact
from app.checkin.service.settling import policy_on
from app.checkin.service.turns import take_turn
from app.checkin.shown import FactView
from app.checkin.types import Decision, FactKind, FactSubject, ReviewStep
from app.kernel import audit, clock, resend
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind, NotFound
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.resend import insert_once
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.schedules.queries import find_visits
from app.schedules.service import progress


class NotHeld(DomainError):
    """The fact does not wait at this step: it was decided, or waits at another."""

    kind, code = ErrorKind.CONFLICT, "not_held"


class OwnEntry(DomainError):
    """Who entered a visit by hand does not decide about it."""

    kind, code = ErrorKind.CONFLICT, "own_entry"


class NotDecided(DomainError):
    """Only what was decided can be looked into again."""

    kind, code = ErrorKind.CONFLICT, "not_decided"


class RefusedBySamePerson(DomainError):
    """Who refused a fact once takes no further part in it."""

    kind, code = ErrorKind.CONFLICT, "refused_by_same_person"


class AppealOver(DomainError):
    """The days within which what was refused can be looked into again are over."""

    kind, code = ErrorKind.CONFLICT, "appeal_over"


REOPENING_REFUSALS: dict[ReopeningRefusal, type[DomainError]] = {
    ReopeningRefusal.NOT_DECIDED: NotDecided,
    ReopeningRefusal.SAME_PERSON: RefusedBySamePerson,
    ReopeningRefusal.TOO_LATE: AppealOver,
}


def review_for_agency(session: Session, command: Decided, *, fact_id: UUID, actor: Actor, at: datetime) -> FactView:
    """An agency's decision on its own held fact. Raises NotFound, OwnFact, OwnEntry, NotHeld, RefusedBySamePerson,
    EventReused, and for stated times what `state_times` raises. Accepted time that is paid elsewhere or over the limits
    is handed to the operator."""
    return _review(session, command, fact_id=fact_id, step=ReviewStep.AGENCY, actor=actor, at=at)


def review_for_operator(session: Session, command: Decided, *, fact_id: UUID, actor: Actor, at: datetime) -> FactView:
    """The operator's decision on a held fact of his scope; as `review_for_agency`, but raises TimePaidElsewhere."""
    return _review(session, command, fact_id=fact_id, step=ReviewStep.OPERATOR, actor=actor, at=at)


def reopen(session: Session, command: Reopening, *, fact_id: UUID, actor: Actor, at: datetime) -> FactView:
    """Let a decided fact wait for the operator again; what was accepted loses its right to be paid meanwhile.

    Raises NotFound, OwnFact, NotDecided, RefusedBySamePerson, AppealOver and EventReused.
    """
    step, decision = ReviewStep.OPERATOR, Decision.REOPENED
    subject = fact_to_review(session, fact_id=fact_id, step=step, actor=actor)
    policy = policy_of(session, subject, region=actor.region, at=at)
    if not keep_review(session, command, decision, fact_id=fact_id, step=step, policy=policy, actor=actor, at=at):
        return queries.get_fact(session, fact_id=fact_id, actor=actor)
    zone = zone_of(actor.region)
    today = clock.local_date(at, zone)
    refusal = judge_reopening(
        subject.kind,
        queries.get_fact(session, fact_id=fact_id, actor=actor).standing,
        refusals=queries.list_refusals(session, fact_id=fact_id, zone=zone),
        reviewer_id=actor.account_id,
        today=today,
        terms=policy.grading,
    )
    if refusal is not None:
        raise REOPENING_REFUSALS[refusal](fact_id=str(fact_id))
    withdraw(session, visit_id=fact_id)
    withdraw_day(session, care_day_id=fact_id)
    facts.hold(session, fact_id=fact_id, step=step, today=today, policy=policy, at=at)
    note_review(session, "fact.reopened", subject, {"reason": command.reason}, actor=actor, at=at)
    return queries.get_fact(session, fact_id=fact_id, actor=actor)


def _review(
    session: Session, command: Decided, *, fact_id: UUID, step: ReviewStep, actor: Actor, at: datetime
) -> FactView:
    subject = fact_to_review(session, fact_id=fact_id, step=step, actor=actor)
    policy = policy_of(session, subject, region=actor.region, at=at)
    earlier = queries.list_refusals(session, fact_id=fact_id, zone=zone_of(actor.region))
    if not keep_review(
        session, command, command.decision, fact_id=fact_id, step=step, policy=policy, actor=actor, at=at
    ):
        return queries.get_fact(session, fact_id=fact_id, actor=actor)
    hold = queries.find_open_hold(session, fact_id=fact_id)
    if hold is None or hold.step is not step:
        raise NotHeld(fact_id=str(fact_id))
    if actor.account_id in earlier:
        raise RefusedBySamePerson(fact_id=str(fact_id))
    if not facts.release(session, hold_id=hold.id, review_id=command.id, at=at):
        raise NotHeld(fact_id=str(fact_id))
    if subject.kind is FactKind.VISIT:
        _decide_visit(session, command, visit_id=fact_id, step=step, policy=policy, actor=actor, at=at)
    elif command.began_at or command.ended_at:
        raise TimesKnown(fact_id=str(fact_id))
    elif subject.kind is FactKind.CARE_DAY and command.decision is Decision.ACCEPTED:
        accept_care_day(session, care_day_id=subject.id, at=at)
    details = {"step": step, "decision": command.decision, "reason": command.reason}
    note_review(session, "fact.reviewed", subject, details, actor=actor, at=at)
    return queries.get_fact(session, fact_id=fact_id, actor=actor)


def fact_to_review(session: Session, *, fact_id: UUID, step: ReviewStep, actor: Actor) -> FactSubject:
    """The fact, under its lock, if this account may decide about it at this step."""
    subject, carer_person_id = queries.get_visible_subject(session, fact_id=fact_id, actor=actor)
    if actor.person_id is not None and actor.person_id == carer_person_id:
        raise OwnFact
    if not may_review(actor, fact=subject, step=step, carer_person_id=carer_person_id):
        raise NotFound(kind="fact")
    if is_entered_by(session, visit_id=fact_id, account_id=actor.account_id):
        raise OwnEntry(fact_id=str(fact_id))
    lock_fact(session, subject)
    return subject


def lock_fact(session: Session, subject: FactSubject) -> None:
    """Let nobody else decide about a fact until the end of this transaction."""
    if subject.kind is FactKind.VISIT:
        progress.lock(session, visit_id=subject.id)
    else:  # not settled again, but two reopenings at once would each find it decided
        take_turn(session, client_id=subject.client_id or subject.id)


def policy_of(session: Session, subject: FactSubject, *, region: str, at: datetime) -> Policy:
    """The rules by which a fact is decided: those of its day, or of today for a stray tap."""
    day = queries.find_service_day(session, subject=subject) or clock.local_date(at, zone_of(region))
    return policy_on(day, region=region, district=subject.district_code, at=at)


def keep_review(
    session: Session,
    command: Decided | Reopening,
    decision: Decision,
    *,
    fact_id: UUID,
    step: ReviewStep,
    policy: Policy,
    actor: Actor,
    at: datetime,
) -> bool:
    """Append a person's review with its note; False for a resend."""
    keys = current_settings().key_ring
    content = {"command": command, "fact_id": fact_id, "step": step, "account_id": actor.account_id}
    _, is_new = insert_once(
        session,
        Review,
        digest=command_digest(content, key=keys.command_key),
        id=command.id,
        fact_id=fact_id,
        step=step,
        decision=decision,
        reason=command.reason,
        actor_id=actor.account_id,
        policy_digest=policy.digest,
        seq=queries.count_reviews(session, fact_id=fact_id) + 1,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
    elif command.note is not None:
        sealed = keys.encrypt(command.note, context=queries.NOTE_CONTEXT)
        session.execute(insert(ReviewNote).values(review_id=command.id, text_enc=sealed))
    return is_new


def _decide_visit(
    session: Session,
    command: Decided,
    *,
    visit_id: UUID,
    step: ReviewStep,
    policy: Policy,
    actor: Actor,
    at: datetime,
) -> None:
    """Let an accepted visit be paid, by the times stated where a tap lacks; a refused one is not."""
    visit, record = find_visits(session, ids=[visit_id])[visit_id], events.find_record(session, visit_id=visit_id)
    if command.decision is not Decision.ACCEPTED:
        withdraw(session, visit_id=visit_id)
        return
    if record is None:
        return
    if command.began_at or command.ended_at:
        record = state_times(session, command, visit=visit, record=record, step=step, policy=policy, actor=actor, at=at)
    is_over = tell_hours(session, visit, record=record, policy=policy, at=at)
    if (step is ReviewStep.OPERATOR or not is_over) and pay_visit(session, visit, record=record, at=at):
        end_overlap(session, visit, at=at)
        return
    if step is ReviewStep.OPERATOR:
        other = find_paid_elsewhere(session, visit, record=record)
        raise TimePaidElsewhere(fact_id=None if other is None else str(other))
    if not is_over:
        tell_overlap(session, visit, record=record, policy=policy, at=at)
    today = clock.local_date(at, zone_of(actor.region))
    facts.hold(session, fact_id=visit_id, step=ReviewStep.OPERATOR, today=today, policy=policy, at=at)


def note_review(
    session: Session, action: str, subject: FactSubject, details: Mapping[str, object], *, actor: Actor, at: datetime
) -> None:
    about, keys = (subject.kind.value, subject.id), current_settings().key_ring
    audit.record(session, action, actor=actor, at=at, subject=about, details=details, keys=keys)
