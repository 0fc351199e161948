"""Writes what every fact has in common: its subject, what was found, its grade, its holds and their ends."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session

from app.checkin.models import CareFact, ExceptionEnd, ExceptionFound, GradeEntry, Hold, HoldRelease, Review
from app.checkin.queries import facts as queries
from app.checkin.queries.rule_stops import find_stopped
from app.checkin.reasons import ReviewReason
from app.checkin.rules.grading import due_on, may_stop, severity_of
from app.checkin.rules.visits import compare_findings
from app.checkin.types import Decision, ExceptionCode, FactSubject, Found, ReviewStep, Severity
from app.kernel.canonical import command_digest
from app.kernel.ids import new_id
from app.kernel.resend import EventReused
from app.kernel.settings import current_settings
from app.kernel.statements import FixedStatement
from app.policies.codes import EvidenceGrade
from app.policies.types import Policy
from app.schedules.queries import find_visits

INSERT_SUBJECT = FixedStatement(insert_or_leave(CareFact.__table__).on_conflict_do_nothing())  # type: ignore[arg-type]  # a Table
INSERT_EXCEPTION = insert(ExceptionFound.__table__)  # type: ignore[arg-type]  # a Table: one text for any number


def claim_subject(session: Session, subject: FactSubject, *, at: datetime) -> None:
    """Make a new fact judgeable whose id a phone chose. Raises EventReused for an id that is a visit's or another
    fact's: else a carer could open a second review of what already waits for one."""
    if find_visits(session, ids=[subject.id]) or not add_subject(session, subject, at=at):
        raise EventReused(id=str(subject.id))


def add_subject(session: Session, subject: FactSubject, *, at: datetime) -> bool:
    """Make a fact judgeable; once is enough, and again is harmless: False."""
    row = {
        "id": subject.id,
        "kind": subject.kind,
        "client_id": subject.client_id,
        "carer_id": subject.carer_id,
        "agency_id": subject.agency_id,
        "district_code": subject.district_code,
        "recorded_at": at,
    }
    return INSERT_SUBJECT.change(session, row) > 0


def add_exceptions(
    session: Session,
    *,
    fact_id: UUID,
    found: Iterable[Found],
    policy: Policy,
    at: datetime,
    event_id: UUID | None = None,
) -> None:
    """Append what was found; `event_id` is the tap it came with."""
    found, source = tuple(found), {"event_id": str(event_id)} if event_id else {}
    severities = severities_of(session, found, policy=policy)
    rows = [
        {
            "id": new_id(at=at),
            "fact_id": fact_id,
            "code": each.code,
            "severity": severities[each.code],
            "details": {**each.details, **source},
            "policy_digest": policy.digest,
            "recorded_at": at,
        }
        for each in found
    ]
    if rows:
        session.execute(INSERT_EXCEPTION, rows)


def severities_of(session: Session, found: Iterable[Found], *, policy: Policy) -> dict[ExceptionCode, Severity]:
    """Which of what was found holds money: asks which rules are stopped only where one of them may be."""
    codes = {each.code for each in found}
    stopped = find_stopped(session, codes=[each for each in codes if may_stop(each)])
    holds = policy.visit.missing_item_holds
    return {each: severity_of(each, missing_item_holds=holds, stopped=stopped) for each in codes}


def end_exceptions(session: Session, *, exception_ids: Iterable[UUID], at: datetime) -> None:
    """Keep that exceptions no longer hold; another may find the same at this moment."""
    rows = [{"exception_id": each, "recorded_at": at} for each in exception_ids]
    if rows:
        session.execute(insert_or_leave(ExceptionEnd).values(rows).on_conflict_do_nothing())


def find_again(
    session: Session,
    *,
    fact_id: UUID,
    codes: Collection[ExceptionCode],
    found: Sequence[Found],
    policy: Policy,
    at: datetime,
) -> tuple[Found, ...]:
    """Keep what is found now of these codes: what no longer holds ends, what is new is added and returned."""
    known = [each for each in queries.list_open_exceptions(session, fact_id=fact_id) if each.code in codes]
    ended, new = compare_findings(known, found)
    end_exceptions(session, exception_ids=ended, at=at)
    add_exceptions(session, fact_id=fact_id, found=new, policy=policy, at=at)
    return new


def add_grade(
    session: Session,
    *,
    fact_id: UUID,
    grade: EvidenceGrade,
    witnesses: Iterable[str],
    before: int,
    policy: Policy,
    at: datetime,
) -> None:
    """Append a grade with its witnesses to the `before` ones; the last one counts. Of a visit under its lock."""
    session.execute(
        insert(GradeEntry).values(
            id=new_id(at=at),
            fact_id=fact_id,
            grade=grade,
            witnesses=sorted(str(each) for each in witnesses),
            policy_digest=policy.digest,
            seq=before + 1,
            recorded_at=at,
        )
    )


def hold(session: Session, *, fact_id: UUID, step: ReviewStep, today: date, policy: Policy, at: datetime) -> None:
    """Let a fact wait for a person at a step, until the policy's deadline."""
    session.execute(
        insert(Hold).values(
            id=new_id(at=at),
            fact_id=fact_id,
            step=step,
            due_on=due_on(step, today=today, terms=policy.grading),
            policy_digest=policy.digest,
            recorded_at=at,
        )
    )


def release(session: Session, *, hold_id: UUID, review_id: UUID, at: datetime) -> bool:
    """End a hold by a review; False when another review ended it first."""
    statement = insert_or_leave(HoldRelease).values(hold_id=hold_id, review_id=review_id, recorded_at=at)
    ended = session.execute(statement.on_conflict_do_nothing().returning(HoldRelease.hold_id)).one_or_none()
    return ended is not None


def release_by_machine(
    session: Session,
    *,
    hold_id: UUID,
    fact_id: UUID,
    decision: Decision,
    reason: ReviewReason,
    policy: Policy,
    at: datetime,
) -> bool:
    """Let the machine end a hold: accept or hand on, never refuse. False, and no review, when a person was faster."""
    review_id = new_id(at=at)
    attempt = session.begin_nested()
    key = current_settings().key_ring.command_key
    session.execute(
        insert(Review).values(
            id=review_id,
            fact_id=fact_id,
            step=ReviewStep.MACHINE,
            decision=decision,
            reason=reason,
            actor_id=None,
            command_digest=command_digest({"id": review_id, "reason": reason}, key=key),
            policy_digest=policy.digest,
            seq=queries.count_reviews(session, fact_id=fact_id) + 1,
            recorded_at=at,
        )
    )
    ended = release(session, hold_id=hold_id, review_id=review_id, at=at)
    (attempt.commit if ended else attempt.rollback)()
    return ended
