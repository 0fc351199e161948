"""What a visit comes to: its record, its grade, and whether it is paid, drawn or held."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.careplans.types import CatalogueItem, StaffKind
from app.checkin.queries import events
from app.checkin.queries import facts as fact_queries
from app.checkin.queries.checks import find_checks
from app.checkin.reasons import ReviewReason
from app.checkin.rules.checks import asks_for_checks, find_missing_checks
from app.checkin.rules.grading import decide, grade, lowered, moves, step_of
from app.checkin.rules.tags import place_witnesses
from app.checkin.rules.visits import (
    OF_DOUBT,
    OF_MINUTES,
    OF_RECORD,
    OF_TOLD,
    find_deviations,
    proven_later,
    span_of,
    span_of_taps,
    taps_of_visit,
)
from app.checkin.service import facts
from app.checkin.service.addresses import doubt_address
from app.checkin.service.hours import tell_hours
from app.checkin.service.paying import pay_visit, tell_overlap, withdraw
from app.checkin.service.recording import add_record, worked_time
from app.checkin.service.shares import tell_share
from app.checkin.service.statements import times_of
from app.checkin.service.told import ToldItems, items_told
from app.checkin.shown import RecordView
from app.checkin.types import (
    Decision,
    EventKind,
    FactKind,
    FactSubject,
    Found,
    ReviewStep,
    Severity,
    VisitTap,
    Witness,
)
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.codes import EvidenceGrade
from app.policies.service import current_book
from app.policies.types import NoPolicy, Policy
from app.registry.queries import has_certificate
from app.registry.types import CertificateKind
from app.schedules.service import progress
from app.schedules.types import VisitView

CAME_LATE = "tap_came_late"
EXTRAS_TOLD = "extras_told"


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


def record_visit(
    session: Session,
    visit: VisitView,
    *,
    region: str,
    at: datetime,
    found: Sequence[Found] = (),
    reason: str = CAME_LATE,
    author_id: UUID | None = None,
) -> None:
    """Make the record of a visit whose taps are known, and settle it. Its day is the local date of its start.

    A visit that lacks a tap, closed by a job, gets the time that people's words attest, or the planned one and is held:
    a person settles it. A tap that comes after all makes a record that supersedes, for this `reason`.
    """
    progress.lock(session, visit_id=visit.id)
    stated = times_of(session, visit)
    found = [each for each in found if each.code not in stated.settled]
    span = span_of(
        began_at=visit.began_at or stated.began_at,
        ended_at=visit.ended_at or stated.ended_at,
        planned_from=visit.planned_from,
        planned_to=min((each for each in (visit.planned_to, stated.latest) if each), default=None),
    )
    if span is None:
        return
    on = clock.local_date(min(span), zone_of(region))
    policy = policy_on(on, region=region, district=visit.district_code, at=at)
    taps = events.list_taps(session, visit_id=visit.id)
    before = events.find_record(session, visit_id=visit.id)
    told = items_told(session, visit, on=on)
    worked = worked_time(visit, *span, told=told, policy=policy)
    record = RecordView(
        id=new_id(at=at),
        visit_id=visit.id,
        clock_in_id=_first(taps, EventKind.IN),
        clock_out_id=_first(taps, EventKind.OUT),
        began_at=worked.began_at,
        ended_at=worked.ended_at,
        minutes=worked.minutes,
        service_on=on,
    )
    why, earlier = reason if before or author_id else None, before.id if before else None
    add_record(session, record, supersedes_id=earlier, reason=why, policy=policy, at=at, author_id=author_id)
    facts.add_subject(session, subject_of(visit), at=at)
    all_found = (*found, *worked.exceptions, *_deviations(session, visit, told=told, on=on, policy=policy))
    news = facts.find_again(session, fact_id=visit.id, codes=OF_RECORD, found=all_found, policy=policy, at=at)
    _settle(session, visit, record=record, taps=taps, region=region, at=at, news=news)


def judge_again(session: Session, visit: VisitView, *, region: str, at: datetime) -> None:
    """Compare items and checks of a recorded visit with plan and policy again, since some were told after its record
    was made. Extras that change the payable minutes make a record that supersedes."""
    progress.lock(session, visit_id=visit.id)
    record = events.find_record(session, visit_id=visit.id)
    if record is None:
        return
    policy = policy_on(record.service_on, region=region, district=visit.district_code, at=at)
    told = items_told(session, visit, on=record.service_on)
    found, codes = _deviations(session, visit, told=told, on=record.service_on, policy=policy), OF_TOLD
    if record.began_at is not None and record.ended_at is not None:
        worked = worked_time(visit, record.began_at, record.ended_at, told=told, policy=policy)
        if worked.minutes != record.minutes:
            before, record = record, replace(record, id=new_id(at=at), minutes=worked.minutes)
            add_record(session, record, supersedes_id=before.id, reason=EXTRAS_TOLD, policy=policy, at=at)
            found, codes = (*found, *worked.exceptions), codes | OF_MINUTES
    news = facts.find_again(session, fact_id=visit.id, codes=codes, found=found, policy=policy, at=at)
    taps = events.list_taps(session, visit_id=visit.id)
    _settle(session, visit, record=record, taps=taps, region=region, at=at, news=news)


def settle_visit(session: Session, visit: VisitView, *, region: str, at: datetime, news: Sequence[Found] = ()) -> None:
    """Grade a recorded visit by the witnesses there are, and let it be paid, or wait for a person.

    May be called again when a witness comes: a hold of its own then ends, or moves to the step that now follows. What
    was accepted by a person, or for want of one, stays so, unless `news` must be settled, or the record is another
    than the one accepted: then it waits for the operator. What a person refused stays refused.
    """
    progress.lock(session, visit_id=visit.id)
    record = events.find_record(session, visit_id=visit.id)
    if record is not None:
        taps = events.list_taps(session, visit_id=visit.id)
        _settle(session, visit, record=record, taps=taps, region=region, at=at, news=news)


def _settle(
    session: Session,
    visit: VisitView,
    *,
    record: RecordView,
    taps: Sequence[VisitTap],
    region: str,
    at: datetime,
    news: Sequence[Found],
) -> None:
    policy = policy_on(record.service_on, region=region, district=visit.district_code, at=at)
    _end_doubts(session, visit, taps=taps, policy=policy, at=at)
    grades = _grade(session, visit, record=record, taps=taps, policy=policy, at=at)
    last_word = fact_queries.find_last_word(session, fact_id=visit.id)
    if last_word is not None:
        if last_word is Decision.ACCEPTED and _is_news(session, record, news=news, policy=policy):
            _wait(session, visit, step=ReviewStep.OPERATOR, region=region, policy=policy, at=at)
        return
    tell_hours(session, visit, record=record, policy=policy, at=at)
    tell_share(session, visit, record=record, policy=policy, at=at)
    known = fact_queries.list_open_exceptions(session, fact_id=visit.id)
    doubt_address(session, known, fact_id=visit.id, client_id=visit.client_id, policy=policy, at=at)
    route = decide(
        visit.id,
        grades=grades,
        found=[(each.code, each.severity) for each in known],
        terms=policy.grading,
        has_agency=visit.agency_id is not None,
        key=current_settings().key_ring.command_key,
    )
    step = step_of(route)
    if step is None and not pay_visit(session, visit, record=record, at=at):
        tell_overlap(session, visit, record=record, policy=policy, at=at)
        step = ReviewStep.OPERATOR
    if step is not None:
        _wait(session, visit, step=step, region=region, policy=policy, at=at)
    else:
        _release(session, visit, decision=Decision.ACCEPTED, policy=policy, at=at)


def _wait(session: Session, visit: VisitView, *, step: ReviewStep, region: str, policy: Policy, at: datetime) -> None:
    """Let a visit wait at a step, and not be paid meanwhile; one that waits already may move there."""
    withdraw(session, visit_id=visit.id)
    held = fact_queries.find_open_hold(session, fact_id=visit.id)
    if held is not None:
        was_escalated = fact_queries.was_escalated(session, fact_id=visit.id)
        if not moves(held.step, to=step, was_escalated=was_escalated):
            return
        _release(session, visit, decision=Decision.MOVED, policy=policy, at=at)
    today = clock.local_date(at, zone_of(region))
    facts.hold(session, fact_id=visit.id, step=step, today=today, policy=policy, at=at)


def _release(session: Session, visit: VisitView, *, decision: Decision, policy: Policy, at: datetime) -> None:
    """Let the machine end a visit's hold where it has one; nobody else does meanwhile, under the visit's lock."""
    held = fact_queries.find_open_hold(session, fact_id=visit.id)
    if held is not None:
        reason = ReviewReason.WITNESS_CAME
        facts.release_by_machine(
            session, hold_id=held.id, fact_id=visit.id, decision=decision, reason=reason, policy=policy, at=at
        )


def _is_news(session: Session, record: RecordView, *, news: Iterable[Found], policy: Policy) -> bool:
    if Severity.MUST_FIX in facts.severities_of(session, news, policy=policy).values():
        return True
    return fact_queries.find_payable_record(session, visit_id=record.visit_id) not in (None, record.id)


def _end_doubts(session: Session, visit: VisitView, *, taps: Sequence[VisitTap], policy: Policy, at: datetime) -> None:
    """Who tapped again at the door, and was found there, need not answer for the first try."""
    proven = {str(each) for each in proven_later(taps, terms=policy.clock)}
    if proven:
        known = fact_queries.list_open_exceptions(session, fact_id=visit.id)
        ended = [each.id for each in known if each.code in OF_DOUBT and each.details.get("event_id") in proven]
        facts.end_exceptions(session, exception_ids=ended, at=at)


def _grade(
    session: Session,
    visit: VisitView,
    *,
    record: RecordView,
    taps: Sequence[VisitTap],
    policy: Policy,
    at: datetime,
) -> list[EvidenceGrade]:
    """Grade a visit by the witnesses there are; all the grades it has had, the last one first."""
    witnesses = set[Witness]()
    if record.began_at is not None and record.ended_at is not None:
        of_visit = taps_of_visit(taps, began_at=record.began_at, ended_at=record.ended_at, terms=policy.clock)
        witnesses |= place_witnesses(of_visit)
        if events.is_confirmed(session, fact_id=visit.id, since=record.began_at):
            witnesses.add(Witness.CLIENT)
        first, last = span_of_taps(record.began_at, record.ended_at, terms=policy.clock)
        if events.is_face_matched(session, fact_id=visit.id, first=first, last=last):
            witnesses.add(Witness.FACE)
    graded, known = grade(witnesses), fact_queries.list_grades(session, fact_id=visit.id)
    graded = lowered(graded) if any(tap.is_doubted for tap in taps) else graded
    if known[:1] != [(graded, policy.digest)]:
        facts.add_grade(
            session, fact_id=visit.id, grade=graded, witnesses=witnesses, before=len(known), policy=policy, at=at
        )
    return [graded, *(each for each, _ in known)]


def _deviations(session: Session, visit: VisitView, *, told: ToldItems, on: date, policy: Policy) -> tuple[Found, ...]:
    of_items = find_deviations(
        told.planned,
        told.logged,
        catalogue=told.known,
        staff=_staff_kinds(session, visit, items=told.known.values(), on=on),
        terms=policy.service,
    )
    return *of_items, *_missing_checks(session, visit, policy=policy)


def _missing_checks(session: Session, visit: VisitView, *, policy: Policy) -> tuple[Found, ...]:
    if not asks_for_checks(policy.service):
        return ()
    made = find_checks(session, visit_id=visit.id)
    return find_missing_checks(made, terms=policy.service, vouchers=policy.settlement.vouchers)


def _staff_kinds(
    session: Session, visit: VisitView, *, items: Iterable[CatalogueItem], on: date
) -> frozenset[StaffKind]:
    """Who the carer is for these items: a nurse by her certificate of the day may do what carers do as well."""
    kinds = {StaffKind.CARER}
    if any(StaffKind.CARER not in item.staff_kinds for item in items) and has_certificate(
        session, carer_id=visit.carer_id, kind=CertificateKind.NURSE, on=on
    ):
        kinds.add(StaffKind.NURSE)
    return frozenset(kinds)


def _first(taps: Iterable[VisitTap], kind: EventKind) -> UUID | None:
    return next((tap.id for tap in taps if tap.kind is kind), None)
