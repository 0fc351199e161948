"""Writes what every fact has in common: its subject, what was found, its grade, its holds and their ends."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session

from app.checkin.models import (
    CareFact,
    ExceptionEnd,
    ExceptionFound,
    GradeEntry,
    Hold,
    HoldRelease,
    Review,
    ServiceRecord,
)
from app.checkin.queries import facts as queries
from app.checkin.queries.rule_stops import find_stopped
from app.checkin.reasons import ReviewReason
from app.checkin.rules.grading import due_on, may_stop, severity_of
from app.checkin.rules.visits import compare_findings
from app.checkin.types import Decision, ExceptionCode, FactSubject, Found, OpenException, ReviewStep, Severity
from app.kernel.canonical import command_digest
from app.kernel.ids import new_id
from app.kernel.resend import EventReused
from app.kernel.settings import current_settings
from app.kernel.statements import FixedStatement
from app.policies.codes import EvidenceGrade
from app.policies.types import Policy
from app.schedules.queries import find_visits

INSERT_SUBJECT = FixedStatement(insert_or_leave(CareFact.__table__).on_conflict_do_nothing())  # type: ignore[arg-type]  # a Table
INSERT_RECORD = FixedStatement(insert(ServiceRecord.__table__))  # type: ignore[arg-type]  # a Table
INSERT_EXCEPTION = FixedStatement(insert(ExceptionFound.__table__))  # type: ignore[arg-type]  # a Table
END_EXCEPTION = FixedStatement(insert_or_leave(ExceptionEnd.__table__).on_conflict_do_nothing())  # type: ignore[arg-type]  # a Table
INSERT_GRADE = FixedStatement(insert(GradeEntry.__table__))  # type: ignore[arg-type]  # a Table
INSERT_HOLD = FixedStatement(insert(Hold.__table__))  # type: ignore[arg-type]  # a Table

Row = dict[str, Any]


@dataclass(slots=True)
class Writes:
    """Rows about facts that are written together: by as many statements for many facts as for one."""

    session: Session
    at: datetime
    records: list[Row] = field(default_factory=list)
    subjects: list[Row] = field(default_factory=list)
    exceptions: list[Row] = field(default_factory=list)
    ends: list[Row] = field(default_factory=list)
    grades: list[Row] = field(default_factory=list)
    holds: list[Row] = field(default_factory=list)
    stopped: frozenset[ExceptionCode] | None = None

    def severity(self, code: ExceptionCode, *, policy: Policy) -> Severity:
        """Whether what was found holds money: asks once which rules are stopped, where one of them may be."""
        if self.stopped is None and may_stop(code):
            self.stopped = find_stopped(self.session, codes=[each for each in ExceptionCode if may_stop(each)])
        return severity_of(code, missing_item_holds=policy.visit.missing_item_holds, stopped=self.stopped or ())

    def add_found(
        self, fact_id: UUID, found: Iterable[Found], *, policy: Policy, event_id: UUID | None = None
    ) -> list[OpenException]:
        """Add what was found about a fact; `event_id` is the tap it came with."""
        source = {"event_id": str(event_id)} if event_id else {}
        added = [
            OpenException(
                new_id(at=self.at), each.code, self.severity(each.code, policy=policy), {**each.details, **source}
            )
            for each in found
        ]
        self.exceptions.extend(
            {
                "id": each.id,
                "fact_id": fact_id,
                "code": each.code,
                "severity": each.severity,
                "details": Jsonb(each.details),
                "policy_digest": policy.digest,
                "recorded_at": self.at,
            }
            for each in added
        )
        return added

    def write(self) -> None:
        """Write what was gathered since the last time."""
        for statement, rows in (
            (INSERT_RECORD, self.records),
            (INSERT_SUBJECT, self.subjects),
            (INSERT_EXCEPTION, self.exceptions),
            (END_EXCEPTION, self.ends),
            (INSERT_GRADE, self.grades),
            (INSERT_HOLD, self.holds),
        ):
            statement.change_all(self.session, rows)
            rows.clear()


def claim_subject(session: Session, subject: FactSubject, *, at: datetime) -> None:
    """Make a new fact judgeable whose id a phone chose. Raises EventReused for an id that is a visit's or another
    fact's: else a carer could open a second review of what already waits for one."""
    if find_visits(session, ids=[subject.id]) or not add_subject(session, subject, at=at):
        raise EventReused(id=str(subject.id))


def add_subject(session: Session, subject: FactSubject, *, at: datetime) -> bool:
    """Make a fact judgeable; once is enough, and again is harmless: False."""
    return INSERT_SUBJECT.change(session, subject_row(subject, at=at)) > 0


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
    writes = Writes(session, at)
    writes.add_found(fact_id, found, policy=policy, event_id=event_id)
    writes.write()


def end_exceptions(session: Session, *, exception_ids: Iterable[UUID], at: datetime) -> None:
    """Keep that exceptions no longer hold; another may find the same at this moment."""
    END_EXCEPTION.change_all(session, [{"exception_id": each, "recorded_at": at} for each in exception_ids])


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
    writes, known = Writes(session, at), queries.list_open_exceptions(session, fact_id=fact_id)
    new = compare_again(writes, known, fact_id=fact_id, codes=codes, found=found, policy=policy)
    writes.write()
    return new


def compare_again(
    writes: Writes,
    known: list[OpenException],
    *,
    fact_id: UUID,
    codes: Collection[ExceptionCode],
    found: Sequence[Found],
    policy: Policy,
) -> tuple[Found, ...]:
    """As `find_again`, of a fact whose open exceptions are known, and are changed; for `writes`."""
    ended, new = compare_findings([each for each in known if each.code in codes], found)
    end_known(writes, known, ended)
    known += writes.add_found(fact_id, new, policy=policy)
    return new


def end_known(writes: Writes, known: list[OpenException], ended: Collection[UUID]) -> None:
    """Keep that known exceptions no longer hold; for `writes`."""
    writes.ends.extend({"exception_id": each, "recorded_at": writes.at} for each in ended)
    known[:] = [each for each in known if each.id not in ended]


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
    INSERT_GRADE.change(session, grade_row(fact_id, grade, witnesses, before=before, policy=policy, at=at))


def hold(session: Session, *, fact_id: UUID, step: ReviewStep, today: date, policy: Policy, at: datetime) -> None:
    """Let a fact wait for a person at a step, until the policy's deadline."""
    INSERT_HOLD.change(session, hold_row(fact_id, step, today=today, policy=policy, at=at))


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


def subject_row(subject: FactSubject, *, at: datetime) -> Row:
    """A fact that becomes judgeable."""
    return {
        "id": subject.id,
        "kind": subject.kind,
        "client_id": subject.client_id,
        "carer_id": subject.carer_id,
        "agency_id": subject.agency_id,
        "district_code": subject.district_code,
        "recorded_at": at,
    }


def grade_row(
    fact_id: UUID, grade: EvidenceGrade, witnesses: Iterable[str], *, before: int, policy: Policy, at: datetime
) -> Row:
    """A grade with its witnesses after the `before` ones."""
    return {
        "id": new_id(at=at),
        "fact_id": fact_id,
        "grade": grade,
        "witnesses": sorted(str(each) for each in witnesses),
        "policy_digest": policy.digest,
        "seq": before + 1,
        "recorded_at": at,
    }


def hold_row(fact_id: UUID, step: ReviewStep, *, today: date, policy: Policy, at: datetime) -> Row:
    """A fact that waits at a step, until the policy's deadline."""
    return {
        "id": new_id(at=at),
        "fact_id": fact_id,
        "step": step,
        "due_on": due_on(step, today=today, terms=policy.grading),
        "policy_digest": policy.digest,
        "recorded_at": at,
    }
