"""What a visit comes to: its record, its grade, and whether it is paid, drawn or held."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session

from app.careplans.queries import catalogue, find_live_plan
from app.careplans.types import StaffKind
from app.checkin.models import PayableTime, ServiceRecord
from app.checkin.queries import events
from app.checkin.queries import facts as fact_queries
from app.checkin.rules.grading import decide, grade, moves, severity_of, step_of
from app.checkin.rules.location import witnesses_place
from app.checkin.rules.visits import (
    OF_ITEMS,
    OF_RECORD,
    compare_findings,
    find_deviations,
    newest_outcomes,
    payable_minutes,
)
from app.checkin.service import facts
from app.checkin.shown import ClockEventView, RecordView
from app.checkin.types import (
    Decision,
    EventKind,
    ExceptionCode,
    FactKind,
    FactSubject,
    Found,
    LoggedItem,
    ReviewStep,
    Severity,
    Witness,
)
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.codes import EvidenceGrade
from app.policies.service import current_book
from app.policies.types import NoPolicy, Policy
from app.schedules.service import progress
from app.schedules.types import VisitView

WITNESS_CAME = "witness_came"


def subject_of(visit: VisitView) -> FactSubject:
    """A visit as the subject of exceptions, grades and reviews."""
    return FactSubject(visit.id, FactKind.VISIT, visit.carer_id, visit.client_id, visit.agency_id, visit.district_code)


def policy_on(day: date, *, region: str, district: str | None, at: datetime) -> Policy:
    """The rules of a service date; for a day before the first rule, told by a phone of 1970, those of today."""
    book = current_book()
    try:
        return book.policy_or_last(region=region, district=district, on=day)
    except NoPolicy:
        return book.policy_or_last(region=region, district=district, on=clock.local_date(at, zone_of(region)))


def record_visit(session: Session, visit: VisitView, *, region: str, at: datetime, found: Sequence[Found] = ()) -> None:
    """Make the record of a visit whose taps are known, and settle it. Its day is the local date of its start.

    A visit that lacks a tap, closed by a job, gets the planned time, and is held: a person settles it. A tap that comes
    after all makes a record that supersedes.
    """
    taps = events.list_visit_events(session, visit_id=visit.id)
    first_in, first_out = _first(taps, EventKind.IN), _first(taps, EventKind.OUT)
    began_at, ended_at = visit.began_at, visit.ended_at
    began_at = began_at or visit.planned_from or ended_at
    ended_at = ended_at or visit.planned_to or began_at
    if began_at is None or ended_at is None:
        return
    policy = policy_on(clock.local_date(began_at, zone_of(region)), region=region, district=visit.district_code, at=at)
    planned = visit.planned_to - visit.planned_from if visit.planned_from and visit.planned_to else None
    worked = payable_minutes(
        began_at=began_at, ended_at=ended_at, planned=planned, clock=policy.clock, visit=policy.visit
    )
    before = events.find_record(session, visit_id=visit.id)
    service_on = clock.local_date(worked.began_at, zone_of(region))
    session.execute(
        insert(ServiceRecord).values(
            id=new_id(at=at),
            visit_id=visit.id,
            clock_in_id=first_in.id if first_in else None,
            clock_out_id=first_out.id if first_out else None,
            began_at=worked.began_at,
            ended_at=worked.ended_at,
            minutes=worked.minutes,
            service_on=service_on,
            supersedes_id=before.id if before else None,
            reason="tap_came_late" if before else None,
            policy_digest=policy.digest,
            recorded_at=at,
        )
    )
    facts.add_subject(session, subject_of(visit), at=at)
    all_found = (*found, *worked.exceptions, *_deviations(session, visit, on=service_on))
    news = _find_again(session, visit, codes=OF_RECORD, found=all_found, policy=policy, at=at)
    settle_visit(session, visit, region=region, at=at, news=news)


def judge_items_again(session: Session, visit: VisitView, *, region: str, at: datetime) -> None:
    """Compare a recorded visit's items with the plan again, since some were logged after its record was made."""
    progress.lock(session, visit_id=visit.id)
    record = events.find_record(session, visit_id=visit.id)
    if record is None:
        return
    policy = policy_on(record.service_on, region=region, district=visit.district_code, at=at)
    deviations = _deviations(session, visit, on=record.service_on)
    news = _find_again(session, visit, codes=OF_ITEMS, found=deviations, policy=policy, at=at)
    settle_visit(session, visit, region=region, at=at, news=news)


def settle_visit(session: Session, visit: VisitView, *, region: str, at: datetime, news: Sequence[Found] = ()) -> None:
    """Grade a recorded visit by the witnesses there are, and let it be paid, or wait for a person.

    May be called again when a witness comes: a hold of its own then ends, or moves to the step that now follows. What
    was accepted by a person, or for want of one, stays so, unless `news` must be settled, or the record is another
    than the one accepted: then it waits for the operator. What a person refused stays refused.
    """
    progress.lock(session, visit_id=visit.id)
    record = events.find_record(session, visit_id=visit.id)
    if record is None:
        return
    policy = policy_on(record.service_on, region=region, district=visit.district_code, at=at)
    graded = _grade(session, visit, record=record, policy=policy, at=at)
    last_word = fact_queries.find_last_word(session, fact_id=visit.id)
    if last_word is not None:
        if last_word is Decision.ACCEPTED and _is_news(session, record, news=news, policy=policy):
            _wait(session, visit, step=ReviewStep.OPERATOR, region=region, policy=policy, at=at)
        return
    route = decide(
        visit.id,
        graded=graded,
        found=[(each.code, each.severity) for each in fact_queries.list_open_exceptions(session, fact_id=visit.id)],
        terms=policy.grading,
        has_agency=visit.agency_id is not None,
        key=current_settings().key_ring.command_key,
    )
    step = step_of(route)
    if step is not None:
        _wait(session, visit, step=step, region=region, policy=policy, at=at)
        return
    held = fact_queries.find_open_hold(session, fact_id=visit.id)
    if held is None or facts.release_by_machine(
        session, hold_id=held.id, fact_id=visit.id, decision=Decision.ACCEPTED, reason=WITNESS_CAME, at=at
    ):
        accept_visit(session, subject_of(visit), record=record, team_slot=visit.team_slot, region=region, at=at)


def accept_visit(
    session: Session, subject: FactSubject, *, record: RecordView, team_slot: int, region: str, at: datetime
) -> bool:
    """Let a visit be paid. Where another accepted time overlaps it is held with an exception instead: False."""
    if subject.client_id is None or record.began_at is None or record.ended_at is None:
        return False
    if fact_queries.find_payable_record(session, visit_id=subject.id) not in (None, record.id):
        withdraw(session, visit_id=subject.id)  # by a record that another has superseded
    statement = insert_or_leave(PayableTime).values(
        record_id=record.id,
        visit_id=subject.id,
        carer_id=subject.carer_id,
        client_id=subject.client_id,
        slot=team_slot,
        during=Range(record.began_at, record.ended_at),
        minutes=record.minutes,
        recorded_at=at,
    )
    # Without a target the database's exclusion constraints decide: carer or client and slot paid already.
    made = session.scalars(statement.on_conflict_do_nothing().returning(PayableTime.record_id)).one_or_none()
    if made is not None or fact_queries.find_payable_record(session, visit_id=subject.id):
        return True
    policy = policy_on(record.service_on, region=region, district=subject.district_code, at=at)
    facts.add_exceptions(session, fact_id=subject.id, found=(Found(ExceptionCode.OVERLAP),), policy=policy, at=at)
    today = clock.local_date(at, zone_of(region))
    facts.hold(session, fact_id=subject.id, step=ReviewStep.OPERATOR, today=today, policy=policy, at=at)
    return False


def withdraw(session: Session, *, visit_id: UUID) -> None:
    """Take the right to be paid back, while a fact is looked into after all."""
    session.execute(delete(PayableTime).where(PayableTime.visit_id == visit_id))


def _wait(session: Session, visit: VisitView, *, step: ReviewStep, region: str, policy: Policy, at: datetime) -> None:
    """Let a visit wait at a step, and not be paid meanwhile; one that waits already may move there."""
    withdraw(session, visit_id=visit.id)
    held = fact_queries.find_open_hold(session, fact_id=visit.id)
    if held is not None:
        was_escalated = fact_queries.was_escalated(session, fact_id=visit.id)
        if not moves(held.step, to=step, was_escalated=was_escalated) or not facts.release_by_machine(
            session, hold_id=held.id, fact_id=visit.id, decision=Decision.MOVED, reason=WITNESS_CAME, at=at
        ):
            return
    today = clock.local_date(at, zone_of(region))
    facts.hold(session, fact_id=visit.id, step=step, today=today, policy=policy, at=at)


def _is_news(session: Session, record: RecordView, *, news: Iterable[Found], policy: Policy) -> bool:
    holds = policy.visit.missing_item_holds
    if any(severity_of(each.code, missing_item_holds=holds) is Severity.MUST_FIX for each in news):
        return True
    return fact_queries.find_payable_record(session, visit_id=record.visit_id) not in (None, record.id)


def _find_again(
    session: Session,
    visit: VisitView,
    *,
    codes: Collection[ExceptionCode],
    found: Sequence[Found],
    policy: Policy,
    at: datetime,
) -> tuple[Found, ...]:
    """Keep what is found now of these codes: what no longer holds ends, what is new is added and returned."""
    known = [each for each in fact_queries.list_open_exceptions(session, fact_id=visit.id) if each.code in codes]
    ended, new = compare_findings(known, found)
    facts.end_exceptions(session, exception_ids=ended, at=at)
    facts.add_exceptions(session, fact_id=visit.id, found=new, policy=policy, at=at)
    return new


def _grade(session: Session, visit: VisitView, *, record: RecordView, policy: Policy, at: datetime) -> EvidenceGrade:
    witnesses = set[Witness]()
    taps = events.list_visit_events(session, visit_id=visit.id)
    if witnesses_place([tap.verdict for tap in taps]):
        witnesses.add(Witness.POSITION)
    if record.began_at is not None and events.is_confirmed(session, fact_id=visit.id, since=record.began_at):
        witnesses.add(Witness.CLIENT)
    graded = grade(witnesses)
    if graded is not fact_queries.find_grade(session, fact_id=visit.id):
        facts.add_grade(session, fact_id=visit.id, grade=graded, witnesses=witnesses, policy=policy, at=at)
    return graded


def _deviations(session: Session, visit: VisitView, *, on: date) -> tuple[Found, ...]:
    plan = find_live_plan(session, client_id=visit.client_id, on=on)
    items = events.list_items(session, visit_id=visit.id)
    logged = newest_outcomes([LoggedItem(i.item_code, i.outcome, i.minutes, i.consented) for i in items])
    known = catalogue(session, codes={item.item_code for item in logged})
    return find_deviations(plan.items if plan else (), logged, catalogue=known, staff=StaffKind.CARER)


def _first(taps: Iterable[ClockEventView], kind: EventKind) -> ClockEventView | None:
    return next((tap for tap in taps if tap.kind is kind), None)
