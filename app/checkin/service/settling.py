"""What a visit comes to: its record, its grade, and whether it is paid, drawn or held."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.queries import facts as fact_queries
from app.checkin.queries.dossiers import load_dossiers
from app.checkin.queries.shares import list_confirmed
from app.checkin.reasons import ReviewReason
from app.checkin.rules.grading import decide, grade, is_confirmed, is_face_matched, lowered, moves, step_of
from app.checkin.rules.tags import place_witnesses
from app.checkin.rules.visits import OF_DOUBT, proven_later, span_of_taps, taps_of_visit
from app.checkin.rules.vouchers import is_voucher_witness
from app.checkin.service import facts
from app.checkin.service.addresses import doubt_address
from app.checkin.service.cases import Case
from app.checkin.service.facts import Writes
from app.checkin.service.hours import OF_HOURS, judges_hours, load_room
from app.checkin.service.paying import pay_visits, tell_overlap, withdraw
from app.checkin.service.recording import CAME_LATE, compare_record, make_record, span_of_visit
from app.checkin.service.shares import OF_SHARE, asks_for_share, find_share
from app.checkin.service.statements import times_of
from app.checkin.service.told import told_of
from app.checkin.types import Decision, Found, ReviewStep, Severity, Witness
from app.kernel import clock
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.service import current_book
from app.policies.types import NoPolicy, Policy
from app.registry.queries import lock_clients
from app.schedules.service import progress
from app.schedules.types import VisitView


class NotTogether(Exception):
    """These visits cannot be settled by one set of statements: each is by itself."""


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
    """Make the record of a visit whose taps are known, and settle it; see `record_visits`. `found` goes with it."""
    record_visits(session, [visit], region=region, at=at, found=found, reason=reason, author_id=author_id)


def record_visits(
    session: Session,
    visits: Sequence[VisitView],
    *,
    region: str,
    at: datetime,
    found: Sequence[Found] = (),
    reason: str = CAME_LATE,
    author_id: UUID | None = None,
) -> None:
    """Make the records of visits whose taps are known, and settle them one after the other, by as many statements as
    one. The day of a visit is the local date of its start.

    A visit that lacks a tap, closed by a job, gets the time that people's words attest, or the planned one and is held:
    a person settles it. A tap that comes after all makes a record that supersedes, for this `reason`.
    """
    progress.lock_all(session, visit_ids=[visit.id for visit in visits])
    stated = {visit.id: times_of(session, visit) for visit in visits}  # asks only of those that lack a tap
    spans = [(visit, span) for visit in visits if (span := span_of_visit(visit, stated[visit.id])) is not None]
    if not spans:
        return
    days = [clock.local_date(min(span), zone_of(region)) for _, span in spans]
    known = load_dossiers(session, [visit for visit, _ in spans])
    cases = [
        Case(dossier, policy_on(on, region=region, district=dossier.visit.district_code, at=at))
        for dossier, on in zip(known, days, strict=True)
    ]
    told = told_of(session, cases, days=days)
    writes = Writes(session, at)
    for case, (visit, span), on, words in zip(cases, spans, days, told, strict=True):
        of_visit = [each for each in found if each.code not in stated[visit.id].settled]
        make_record(case, span, on=on, told=words, found=of_visit, reason=reason, author_id=author_id, writes=writes)
    _settle(session, cases, writes=writes, region=region)


def judge_again(session: Session, visits: Sequence[VisitView], *, region: str, at: datetime) -> None:
    """Compare items and checks of recorded visits with plan and policy again, since some were told after their records
    were made. Extras that change the payable minutes make a record that supersedes."""
    if not visits:
        return
    cases = _recorded(session, visits, region=region, at=at)
    days = [case.record.service_on for case in cases]
    writes = Writes(session, at)
    for case, words in zip(cases, told_of(session, cases, days=days), strict=True):
        compare_record(case, told=words, writes=writes)
    _settle(session, cases, writes=writes, region=region)


def settle_visit(session: Session, visit: VisitView, *, region: str, at: datetime, news: Sequence[Found] = ()) -> None:
    """Grade a recorded visit by the witnesses there are, and let it be paid, or wait for a person; see
    `settle_visits`. What was decided is opened again by `news` that must be settled."""
    settle_visits(session, [visit], region=region, at=at, news=news)


def settle_visits(
    session: Session, visits: Sequence[VisitView], *, region: str, at: datetime, news: Sequence[Found] = ()
) -> None:
    """Grade recorded visits by the witnesses there are, and let each be paid, or wait for a person.

    May be called again when a witness comes: a hold of its own then ends, or moves to the step that now follows. What
    was accepted by a person, or for want of one, stays so, unless `news` must be settled, or the record is another
    than the one accepted: then it waits for the operator. What a person refused stays refused.
    """
    cases = _recorded(session, visits, region=region, at=at)
    for case in cases:
        case.news = tuple(news)
    _settle(session, cases, writes=Writes(session, at), region=region)


def _recorded(session: Session, visits: Sequence[VisitView], *, region: str, at: datetime) -> list[Case]:
    progress.lock_all(session, visit_ids=[visit.id for visit in visits])
    return [
        Case(each, policy_on(each.record.service_on, region=region, district=each.visit.district_code, at=at))
        for each in load_dossiers(session, visits)
        if each.record is not None
    ]


def _settle(session: Session, cases: Sequence[Case], *, writes: Writes, region: str) -> None:
    """Settle visits one after the other. One that is paid already is settled by itself: it may lose that, and what it
    loses is free for the next."""
    for _, alike in groupby(enumerate(cases), key=lambda each: each[0] if each[1].dossier.paid_by else None):
        together = [case for _, case in alike]
        waiting = [case for case in together if not _stays(case, writes=writes)]
        undecided = [case for case in waiting if case.dossier.last_word is None]
        _find_steps(session, undecided, writes=writes)
        writes.write()
        _pay(session, [case for case in undecided if case.step is None], at=writes.at)
        for case in waiting:
            if case.step is None:
                _release(session, case, decision=Decision.ACCEPTED, at=writes.at)
            else:
                _wait(session, case, step=case.step, writes=writes, region=region)
        writes.write()


def _stays(case: Case, *, writes: Writes) -> bool:
    """Grade a visit; True for one that was decided, and of which nothing new is known that must be settled."""
    _end_doubts(case, writes=writes)
    _grade(case, writes=writes)
    if case.dossier.last_word is None:
        return False
    case.step = ReviewStep.OPERATOR
    return case.dossier.last_word is not Decision.ACCEPTED or not _is_news(case, writes=writes)


def _find_steps(session: Session, cases: Sequence[Case], *, writes: Writes) -> None:
    """Say of each where it waits, or that it may be paid; by the limits each finds those before it paid."""
    unpaid = [case for case in cases if case.dossier.paid_by != case.record.id]
    of_hours = [(case.visit, case.record, case.policy) for case in unpaid if judges_hours(case.policy)]
    sharing = {case.visit.client_id for case in unpaid if asks_for_share(case.visit, case.policy)}
    if clients := {visit.client_id for visit, _, _ in of_hours} | sharing:
        lock_clients(session, client_ids=clients)
    room = load_room(session, of_hours)
    confirmed = list_confirmed(session, client_ids=sharing) if sharing else set()
    for case in cases:
        if case.dossier.paid_by != case.record.id:
            if judges_hours(case.policy):
                case.find_again(OF_HOURS, room.find_over(case.visit, case.record), writes=writes)
            if asks_for_share(case.visit, case.policy):
                case.find_again(OF_SHARE, find_share(case.visit, case.record, confirmed=confirmed), writes=writes)
        visit_id, client_id = case.visit.id, case.visit.client_id
        doubt_address(writes, case.dossier.found, fact_id=visit_id, client_id=client_id, policy=case.policy)
        route = decide(
            case.visit.id,
            grades=[each for each, _ in case.dossier.grades],
            found=[(each.code, each.severity) for each in case.dossier.found],
            terms=case.policy.grading,
            has_agency=case.visit.agency_id is not None,
            key=current_settings().key_ring.command_key,
        )
        case.step = step_of(route)
        if case.step is None:
            room.take(case.visit, case.record)


def _pay(session: Session, cases: Sequence[Case], *, at: datetime) -> None:
    """Let visits be paid; one whose time is paid elsewhere waits for the operator. Raises NotTogether when others were
    judged by the limits as if it were paid."""
    paid = pay_visits(session, [(case.visit, case.record, case.dossier.paid_by) for case in cases], at=at)
    lost = [case for case in cases if case.visit.id not in paid]
    if lost and len(cases) > 1 and any(judges_hours(case.policy) for case in cases):
        raise NotTogether
    for case in lost:
        tell_overlap(session, case.visit, record=case.record, policy=case.policy, at=at)
        case.step = ReviewStep.OPERATOR


def _wait(session: Session, case: Case, *, step: ReviewStep, writes: Writes, region: str) -> None:
    """Let a visit wait at a step, and not be paid meanwhile; one that waits already may move there."""
    visit_id, held = case.visit.id, case.dossier.hold
    if case.dossier.paid_by is not None:
        withdraw(session, visit_id=visit_id)
    if held is not None:
        if not moves(held.step, to=step, was_escalated=fact_queries.was_escalated(session, fact_id=visit_id)):
            return
        _release(session, case, decision=Decision.MOVED, at=writes.at)
    today = clock.local_date(writes.at, zone_of(region))
    writes.holds.append(facts.hold_row(visit_id, step, today=today, policy=case.policy, at=writes.at))


def _release(session: Session, case: Case, *, decision: Decision, at: datetime) -> None:
    """Let the machine end a visit's hold where it has one; nobody else does meanwhile, under the visit's lock."""
    held, reason = case.dossier.hold, ReviewReason.WITNESS_CAME
    if held is not None:
        facts.release_by_machine(
            session,
            hold_id=held.id,
            fact_id=case.visit.id,
            decision=decision,
            reason=reason,
            policy=case.policy,
            at=at,
        )


def _is_news(case: Case, *, writes: Writes) -> bool:
    if any(writes.severity(each.code, policy=case.policy) is Severity.MUST_FIX for each in case.news):
        return True
    return case.dossier.paid_by not in (None, case.record.id)


def _end_doubts(case: Case, *, writes: Writes) -> None:
    """Who tapped again at the door, and was found there, need not answer for the first try."""
    proven = {str(each) for each in proven_later(case.dossier.taps, terms=case.policy.clock)}
    known = case.dossier.found
    ended = [each.id for each in known if each.code in OF_DOUBT and each.details.get("event_id") in proven]
    facts.end_known(writes, known, ended)


def _grade(case: Case, *, writes: Writes) -> None:
    """Grade a visit by the witnesses there are, beside the grades it has had."""
    record, dossier, policy = case.record, case.dossier, case.policy
    witnesses = set[Witness]()
    if record.began_at is not None and record.ended_at is not None:
        first, last = span_of_taps(record.began_at, record.ended_at, terms=policy.clock)
        of_visit = taps_of_visit(dossier.taps, began_at=record.began_at, ended_at=record.ended_at, terms=policy.clock)
        witnesses |= place_witnesses(of_visit)
        if is_confirmed(dossier.words, since=record.began_at):
            witnesses.add(Witness.CLIENT)
        if is_face_matched(dossier.faces, first=first, last=last):
            witnesses.add(Witness.FACE)
        if is_voucher_witness(dossier.vouchers, first=first, last=last, witnesses=witnesses, terms=policy.settlement):
            witnesses.add(Witness.VOUCHER)
    graded, known = grade(witnesses), dossier.grades
    graded = lowered(graded) if any(tap.is_doubted for tap in dossier.taps) else graded
    if known[:1] != ((graded, policy.digest),):
        row = facts.grade_row(case.visit.id, graded, witnesses, before=len(known), policy=policy, at=writes.at)
        writes.grades.append(row)
        dossier.grades = ((graded, policy.digest), *known)
