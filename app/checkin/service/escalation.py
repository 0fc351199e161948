"""What the machine does when nobody decides in time. Silence never costs the carer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.queries import events
from app.checkin.queries import facts as queries
from app.checkin.reasons import ReviewReason
from app.checkin.rules.grading import next_step
from app.checkin.service import facts
from app.checkin.service.care_days import accept_care_day
from app.checkin.service.hours import tell_hours
from app.checkin.service.paying import end_overlap, pay_visit, tell_overlap
from app.checkin.service.settling import policy_on
from app.checkin.service.turns import take_turn
from app.checkin.types import Decision, FactKind, FactSubject, ReviewStep
from app.kernel import audit, clock
from app.kernel.permissions import SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.schedules.queries import find_visits
from app.schedules.service import progress

Overdue = tuple[UUID, UUID, ReviewStep]  # hold, fact, step


def escalate(session: Session, *, overdue: Overdue, actor: SystemActor, at: datetime) -> bool:
    """Hand a fact up that nobody decided in time; after the last step it is paid, and marked by the machine's review.

    False for a hold that stays: somebody is at it just now, or its time is paid elsewhere, which no silence can change:
    that is told once, and each run tries again. Safe to run twice: a hold ends once.
    """
    hold_id, fact_id, step = overdue
    subject, above = queries.find_subject(session, fact_id=fact_id), next_step(step)
    if subject is None or not _lock(session, subject):
        return False
    held = queries.find_open_hold(session, fact_id=fact_id)
    if held is None or held.id != hold_id:  # decided since it was listed
        return False
    today = clock.local_date(at, zone_of(actor.region))
    policy = policy_on(today, region=actor.region, district=subject.district_code, at=at)
    if above is None and subject.kind is FactKind.VISIT and not _pay(session, fact_id, policy=policy, at=at):
        return False
    decision, reason = Decision.ESCALATED if above else Decision.ACCEPTED, ReviewReason.DEADLINE_PASSED
    if not facts.release_by_machine(
        session, hold_id=hold_id, fact_id=fact_id, decision=decision, reason=reason, policy=policy, at=at
    ):
        return False
    if above is not None:
        facts.hold(session, fact_id=fact_id, step=above, today=today, policy=policy, at=at)
    elif subject.kind is FactKind.CARE_DAY:
        accept_care_day(session, care_day_id=fact_id, at=at)
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


def _lock(session: Session, subject: FactSubject) -> bool:
    """False for a visit that somebody is at. Who finds something of a care day at this moment sees whether it is
    paid."""
    if subject.kind is FactKind.VISIT:
        return progress.lock(session, visit_id=subject.id, wait=False)
    take_turn(session, client_id=subject.client_id or subject.id)
    return True


def _pay(session: Session, visit_id: UUID, *, policy: Policy, at: datetime) -> bool:
    record = events.find_record(session, visit_id=visit_id)
    if record is None:
        return True
    visit = find_visits(session, ids=[visit_id])[visit_id]
    tell_hours(session, visit, record=record, policy=policy, at=at)  # told, though silence pays
    if not pay_visit(session, visit, record=record, at=at):
        tell_overlap(session, visit, record=record, policy=policy, at=at)
        return False
    end_overlap(session, visit, at=at)
    return True
