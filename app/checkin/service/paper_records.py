"""Visits of carers without a usable phone, entered by their agency from paper or by telephone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.queries import events
from app.checkin.queries.facts import find_last_word
from app.checkin.rules.clock import window_exceptions
from app.checkin.rules.visits import is_statable
from app.checkin.service import facts, records
from app.checkin.service.cases import subject_of
from app.checkin.service.corrections import TimesImpossible, TimesKnown
from app.checkin.service.settling import policy_on, record_visit
from app.checkin.service.statements import keep_times
from app.checkin.statements import PaperRecord, Speaker
from app.checkin.types import EventKind, ExceptionCode, Found
from app.kernel import audit, clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.types import Policy
from app.schedules.queries import find_visits, get_visit
from app.schedules.service import progress
from app.schedules.types import VisitState, VisitView

ENTERED = "paper_entry"


class PaperTooLate(DomainError):
    """The visit lies further back than an agency may enter it."""

    kind, code = ErrorKind.CONFLICT, "paper_too_late"


class VisitDecided(DomainError):
    """A person has decided about the visit, or nobody in time: only the operator looks at it again."""

    kind, code = ErrorKind.CONFLICT, "visit_decided"


def enter_paper_record(
    session: Session, command: PaperRecord, *, visit_id: UUID, actor: Actor, at: datetime
) -> PaperRecord:
    """Record a visit that lacks taps by the times and items of a paper, marked hand-made for ever. A tap that is there
    stands, and one that comes after all takes the place of what was entered.

    Raises NotFound, OwnFact for the own visit, TimesImpossible, PaperTooLate, TimesKnown where both taps are there,
    VisitDecided, IllegalTransition for a cancelled visit, EventReused.
    """
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    if actor.person_id is not None and actor.person_id == events.get_carer_person(session, carer_id=visit.carer_id):
        raise records.OwnFact
    progress.lock(session, visit_id=visit_id)
    session.expire_all()
    visit = find_visits(session, ids=[visit_id])[visit_id]
    if not keep_times(session, command, speaker=Speaker.AGENCY, occurred_at=at, visit_id=visit_id, actor=actor, at=at):
        return command
    day, today = (clock.local_date(each, zone_of(actor.region)) for each in (command.began_at, at))
    policy = policy_on(day, region=actor.region, district=visit.district_code, at=at)
    times = {"began_at": visit.began_at or command.began_at, "ended_at": visit.ended_at or command.ended_at}
    if not is_statable(**times, at=at, terms=policy.clock):
        raise TimesImpossible(fact_id=str(visit_id))
    if today - day > policy.entry.backdate:
        raise PaperTooLate(fact_id=str(visit_id))
    _check_open(session, visit)
    if command.items:
        records.tell(session, {visit_id: command.items}, actor=actor, at=at)
    _mark(session, command, visit=visit, policy=policy, at=at)
    if visit.state is not VisitState.DONE:
        progress.finish(session, visit, ended_at=None, cause_id=command.id, actor=actor, at=at, reason=ENTERED)
    record_visit(session, visit, region=actor.region, at=at, reason=ENTERED, author_id=actor.account_id)
    about, keys = ("visit", visit_id), current_settings().key_ring
    details = {"statement_id": command.id, "reason": command.reason}
    audit.record(session, "visit.entered_by_hand", actor=actor, at=at, subject=about, details=details, keys=keys)
    return command


def _check_open(session: Session, visit: VisitView) -> None:
    if visit.began_at and visit.ended_at:
        raise TimesKnown(fact_id=str(visit.id))
    if find_last_word(session, fact_id=visit.id) is not None:
        raise VisitDecided(fact_id=str(visit.id))


def _mark(session: Session, command: PaperRecord, *, visit: VisitView, policy: Policy, at: datetime) -> None:
    found = [Found(ExceptionCode.PAPER_ENTRY, {"reason": command.reason})]
    if visit.began_at is None and visit.planned_from is not None and visit.planned_to is not None:
        found += window_exceptions(
            EventKind.IN,
            counted_at=command.began_at,
            planned_from=visit.planned_from,
            planned_to=visit.planned_to,
            terms=policy.clock,
        )
    facts.add_subject(session, subject_of(visit), at=at)
    facts.add_exceptions(session, fact_id=visit.id, found=found, policy=policy, at=at, event_id=command.id)
