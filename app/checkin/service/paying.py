"""The right to be paid for a visit or care day: given once, where no time is paid already, and taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.orm import Session

from app.checkin.models import PayableCareDay, PayableTime
from app.checkin.queries import facts as queries
from app.checkin.service import facts
from app.checkin.shown import RecordView
from app.checkin.types import ExceptionCode, Found
from app.kernel.errors import DomainError, ErrorKind
from app.policies.types import Policy
from app.schedules.types import VisitView

PAYABLE: Any = PayableTime.__table__  # not the class: one text for any number of rows
# Without a target the database's exclusion constraints decide: carer or client and slot paid already.
PAY = insert(PAYABLE).on_conflict_do_nothing().returning(PAYABLE.c.visit_id)
MINUTE = timedelta(minutes=1)


class TimePaidElsewhere(DomainError):
    """The carer, or the client and team slot, is paid for some of this time by another visit."""

    kind, code = ErrorKind.CONFLICT, "time_paid_elsewhere"


def pay_visit(session: Session, visit: VisitView, *, record: RecordView, at: datetime) -> bool:
    """Let a visit be paid by its record; False, and nothing done, where some of its paid time is paid by another visit.

    What collides is the time that is paid, not how long somebody stayed. Of a visit under its lock.
    """
    paid_by = queries.find_payable_record(session, visit_id=visit.id)
    return bool(pay_visits(session, [(visit, record, paid_by)], at=at))


def pay_visits(
    session: Session, visits: Sequence[tuple[VisitView, RecordView, UUID | None]], *, at: datetime
) -> set[UUID]:
    """As `pay_visit`, of visits with their records and those by which they are paid so far: where two collide, of the
    one that comes first. Gives the ids of those that are paid now."""
    paid, rows = set[UUID](), []
    for visit, record, paid_by in visits:
        if paid_by == record.id:
            paid.add(visit.id)
            continue
        if paid_by is not None:
            withdraw(session, visit_id=visit.id)  # by a record that another has superseded
        rows.append(
            {
                "record_id": record.id,
                "visit_id": visit.id,
                "carer_id": visit.carer_id,
                "client_id": visit.client_id,
                "slot": visit.team_slot,
                "during": paid_time(record),
                "minutes": record.minutes,
                "recorded_at": at,
            }
        )
    if rows:
        paid |= set(session.scalars(PAY, rows))
    return paid


def paid_time(record: RecordView) -> Range[datetime]:
    """The payable minutes from the beginning on; empty without any."""
    if record.began_at is None:
        return Range(empty=True)
    return Range(record.began_at, record.began_at + record.minutes * MINUTE)


def find_paid_elsewhere(session: Session, visit: VisitView, *, record: RecordView) -> UUID | None:
    """The visit that is paid for some of this one's time."""
    return queries.find_paid_elsewhere(session, visit=visit, during=paid_time(record))


def tell_overlap(session: Session, visit: VisitView, *, record: RecordView, policy: Policy, at: datetime) -> None:
    """Keep, once, that the time of a visit is paid elsewhere."""
    known = queries.list_open_exceptions(session, fact_id=visit.id)
    if all(each.code is not ExceptionCode.OVERLAP for each in known):
        other = find_paid_elsewhere(session, visit, record=record)
        found = Found(ExceptionCode.OVERLAP, {"fact_id": str(other)} if other else {})
        facts.add_exceptions(session, fact_id=visit.id, found=(found,), policy=policy, at=at)


def end_overlap(session: Session, visit: VisitView, *, at: datetime) -> None:
    """Keep that the time of a visit is paid elsewhere no longer."""
    known = queries.list_open_exceptions(session, fact_id=visit.id)
    ended = [each.id for each in known if each.code is ExceptionCode.OVERLAP]
    facts.end_exceptions(session, exception_ids=ended, at=at)


def withdraw(session: Session, *, visit_id: UUID) -> bool:
    """Take a visit's right to be paid back, while it is looked into after all; False when it has none."""
    taken = delete(PayableTime).where(PayableTime.visit_id == visit_id).returning(PayableTime.visit_id)
    return session.execute(taken).one_or_none() is not None


def withdraw_day(session: Session, *, care_day_id: UUID) -> bool:
    """Take a care day's right to be paid back; False when it has none."""
    days = delete(PayableCareDay).where(PayableCareDay.care_day_id == care_day_id)
    return session.execute(days.returning(PayableCareDay.care_day_id)).one_or_none() is not None
