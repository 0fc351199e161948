"""Reads of facts under judgement: always from what the actor may see."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Select, and_, cast, exists, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.checkin.models import (
    CareDay,
    CareFact,
    ExceptionEnd,
    ExceptionFound,
    GradeEntry,
    Hold,
    PayableCareDay,
    PayableTime,
    Review,
    ServiceRecord,
)
from app.checkin.note_models import ReviewNote
from app.checkin.queries import events
from app.checkin.queries.dossiers import find_open_holds, find_payable_records, open_exception
from app.checkin.queries.fact_statements import FOUND, LAST_WORD, OPEN_HOLD, UNDECIDED
from app.checkin.shown import ExceptionView, FactView, HoldView, ReviewView
from app.checkin.types import (
    Decision,
    FactKind,
    FactSubject,
    OpenException,
    ReviewStep,
    Standing,
)
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.paging import Page, fetch_page
from app.kernel.permissions import AnyActor, Role, ScopeKind, SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.registry.conditions import guards
from app.registry.models import Carer, Client
from app.schedules.types import VisitView

NOTE_CONTEXT = "review_note.text"


def visible_facts(actor: AnyActor) -> Select[CareFact]:
    """Select the facts an actor may see: a carer his own, a guardian those of days on which he is guardian."""
    return select(CareFact).where(_visible(actor))


def _visible(actor: AnyActor) -> ColumnElement[bool]:
    scope = actor.scope
    if scope.kind is ScopeKind.FUND:
        return true()
    if scope.kind is ScopeKind.DISTRICT:
        return CareFact.district_code == scope.key
    if scope.kind is ScopeKind.STREET:
        clients = select(Client.id).where(Client.street_code == scope.key)
        return CareFact.client_id.in_(clients)
    if scope.kind is ScopeKind.AGENCY:
        return CareFact.agency_id == scope.agency_id
    if isinstance(actor, SystemActor) or actor.person_id is None:
        return false()
    if actor.role is Role.GUARDIAN:
        return _guarded_by(actor.person_id, zone=zone_of(actor.region))
    return CareFact.carer_id.in_(select(Carer.id).where(Carer.person_id == actor.person_id))


def _guarded_by(person_id: UUID, *, zone: ZoneInfo) -> ColumnElement[bool]:
    """Facts that became known on a local day of the guardianship."""
    day = cast(func.timezone(zone.key, CareFact.recorded_at), Date)
    return guards(CareFact.client_id, person_id=person_id, on=day)


def get_fact(session: Session, *, fact_id: UUID, actor: AnyActor) -> FactView:
    """One fact with all that was found and decided; raises NotFound."""
    row = session.scalars(visible_facts(actor).where(CareFact.id == fact_id)).one_or_none()
    if row is None:
        raise NotFound(kind="fact")
    return _complete(session, [row])[0]


def list_facts(
    session: Session, *, actor: AnyActor, step: ReviewStep | None, limit: int, after: UUID | None
) -> Page[FactView]:
    """Facts in order of their ids, with `step` those waiting there; six statements a page whatever its length."""
    statement = visible_facts(actor)
    if step is not None:
        # Few wait among all facts there ever were, so those are gathered first: the order by id must not lead.
        waiting = select(Hold.fact_id).where(Hold.step == step, OPEN_HOLD).cte("waiting").prefix_with("MATERIALIZED")
        statement = statement.where(CareFact.id.in_(select(waiting.c.fact_id)))
    return page_of_facts(session, statement, limit=limit, after=after)


def page_of_facts(session: Session, facts: Select[Any], *, limit: int, after: UUID | None) -> Page[FactView]:
    """A page of facts that were selected among those the actor may see."""
    page = fetch_page(session, facts, key=CareFact.id, limit=limit, after=after, view=lambda row: row)
    return Page(tuple(_complete(session, list(page.items))), page.next_after)


def find_subject(session: Session, *, fact_id: UUID) -> FactSubject | None:
    """Whom a fact is about, unscoped."""
    row = session.scalars(select(CareFact).where(CareFact.id == fact_id)).one_or_none()
    return None if row is None else _subject(row)


def get_visible_subject(session: Session, *, fact_id: UUID, actor: AnyActor) -> tuple[FactSubject, UUID]:
    """Whom a visible fact is about, and the person behind its carer; raises NotFound."""
    row = session.execute(
        visible_facts(actor)
        .join(Carer, Carer.id == CareFact.carer_id)
        .with_only_columns(CareFact, Carer.person_id)
        .where(CareFact.id == fact_id)
    ).one_or_none()
    if row is None:
        raise NotFound(kind="fact")
    return _subject(row[0]), row[1]


def find_open_hold(session: Session, *, fact_id: UUID) -> HoldView | None:
    """The hold a fact waits under."""
    return find_open_holds(session, fact_ids=(fact_id,)).get(fact_id)


def find_last_word(session: Session, *, fact_id: UUID) -> Decision | None:
    """How a fact was last decided by a person, or by nobody in time; None while only the machine judged it, unscoped.

    What was decided so is not judged again unless something new comes, and what was reopened not before it is decided.
    """
    rows = LAST_WORD.rows(session, {"fact_ids": [fact_id]})
    return Decision(rows[0].decision) if rows else None


def list_overdue_holds(
    session: Session, *, today: date, after: UUID | None, limit: int
) -> list[tuple[UUID, UUID, ReviewStep]]:
    """Open holds whose last day is over (hold, fact, step) in order of their ids; unscoped, for the job."""
    statement = select(Hold.id, Hold.fact_id, Hold.step).where(Hold.due_on < today, OPEN_HOLD).order_by(Hold.id)
    if after is not None:
        statement = statement.where(Hold.id > after)
    return [(row[0], row[1], row[2]) for row in session.execute(statement.limit(limit))]


def list_open_exceptions(session: Session, *, fact_id: UUID) -> list[OpenException]:
    """What was found about a fact and still holds, unscoped."""
    return [open_exception(row) for row in FOUND.rows(session, {"fact_ids": [fact_id]})]


def count_grades(session: Session, *, fact_id: UUID) -> int:
    """How many grades a fact has had, unscoped."""
    return session.scalar(select(func.count()).where(GradeEntry.fact_id == fact_id)) or 0


def count_reviews(session: Session, *, fact_id: UUID) -> int:
    """How many reviews a fact has had, unscoped."""
    return session.scalar(select(func.count()).where(Review.fact_id == fact_id)) or 0


def list_refusals(session: Session, *, fact_id: UUID, zone: ZoneInfo) -> dict[UUID, date]:
    """Which accounts refused a fact, each with the local day on which it did last, unscoped."""
    statement = select(Review.actor_id, func.max(Review.recorded_at)).where(
        Review.fact_id == fact_id, Review.decision == Decision.REFUSED
    )
    rows = session.execute(statement.group_by(Review.actor_id))
    return {actor_id: clock.local_date(refused_at, zone) for actor_id, refused_at in rows if actor_id}


def find_service_day(session: Session, *, subject: FactSubject) -> date | None:
    """The day whose rules judge a fact: of the visit's record, or the care day; None for a stray tap. Unscoped."""
    if subject.kind is FactKind.CARE_DAY:
        return session.scalars(select(CareDay.day).where(CareDay.id == subject.id)).one_or_none()
    record = events.find_record(session, visit_id=subject.id) if subject.kind is FactKind.VISIT else None
    return None if record is None else record.service_on


def was_escalated(session: Session, *, fact_id: UUID) -> bool:
    """True when a step let its deadline pass, unscoped."""
    passed = select(Review.id).where(Review.fact_id == fact_id, Review.decision == Decision.ESCALATED)
    return bool(session.scalar(select(exists(passed))))


def find_payable_record(session: Session, *, visit_id: UUID) -> UUID | None:
    """By which record a visit has the right to be paid, unscoped."""
    return find_payable_records(session, visit_ids=(visit_id,)).get(visit_id)


def find_paid_elsewhere(session: Session, *, visit: VisitView, during: Range[datetime]) -> UUID | None:
    """The visit whose accepted time overlaps a time of this one, for its carer, or its client and slot; unscoped."""
    statement = select(PayableTime.visit_id).where(
        PayableTime.during.op("&&")(during),
        PayableTime.visit_id != visit.id,
        or_(
            PayableTime.carer_id == visit.carer_id,
            and_(PayableTime.client_id == visit.client_id, PayableTime.slot == visit.team_slot),
        ),
    )
    return session.scalars(statement.order_by(PayableTime.visit_id).limit(1)).one_or_none()


def list_paid_days(
    session: Session, *, client_ids: Collection[UUID], first: date, beyond: date
) -> list[tuple[UUID, UUID, date, int]]:
    """Client, id, day and minutes of each visit to clients in `[first, beyond)` that may be paid; unscoped."""
    statement = (
        select(PayableTime.client_id, PayableTime.visit_id, ServiceRecord.service_on, PayableTime.minutes)
        .join_from(ServiceRecord, PayableTime, PayableTime.record_id == ServiceRecord.id)
        .where(PayableTime.client_id.in_(client_ids))
        .where(ServiceRecord.service_on >= first, ServiceRecord.service_on < beyond)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(statement)]


def _subject(row: CareFact) -> FactSubject:
    return FactSubject(row.id, row.kind, row.carer_id, row.client_id, row.agency_id, row.district_code)


def _complete(session: Session, rows: Collection[CareFact]) -> list[FactView]:
    ids = [row.id for row in rows]
    exceptions: defaultdict[UUID, list[ExceptionView]] = defaultdict(list)
    for found, ended_at in session.execute(
        select(ExceptionFound, ExceptionEnd.recorded_at)
        .outerjoin(ExceptionEnd, ExceptionEnd.exception_id == ExceptionFound.id)
        .where(ExceptionFound.fact_id.in_(ids))
        .order_by(ExceptionFound.id)
    ):
        exceptions[found.fact_id].append(
            ExceptionView(found.code, found.severity, found.details, found.recorded_at, ended_at)
        )
    grades = {
        each.fact_id: each.grade
        for each in session.scalars(
            select(GradeEntry)
            .where(GradeEntry.fact_id.in_(ids))
            .order_by(GradeEntry.seq.nulls_first(), GradeEntry.recorded_at, GradeEntry.id)
        )
    }
    holds = {
        each.fact_id: HoldView(each.id, each.step, each.due_on)
        for each in session.scalars(select(Hold).where(Hold.fact_id.in_(ids), OPEN_HOLD).order_by(Hold.id))
    }
    reviews = _reviews(session, ids)
    paid = _payable_among(session, ids)
    return [
        FactView(
            id=row.id,
            kind=row.kind,
            client_id=row.client_id,
            carer_id=row.carer_id,
            agency_id=row.agency_id,
            standing=_standing(row.id in holds, reviews[row.id], is_paid=row.id in paid),
            grade=grades.get(row.id),
            hold=holds.get(row.id),
            exceptions=tuple(exceptions[row.id]),
            reviews=tuple(reviews[row.id]),
        )
        for row in rows
    ]


def _reviews(session: Session, ids: Collection[UUID]) -> defaultdict[UUID, list[ReviewView]]:
    keys = current_settings().key_ring
    found: defaultdict[UUID, list[ReviewView]] = defaultdict(list)
    for row, sealed in session.execute(
        select(Review, ReviewNote.text_enc)
        .outerjoin(ReviewNote, ReviewNote.review_id == Review.id)
        .where(Review.fact_id.in_(ids))
        .order_by(Review.seq.nulls_first(), Review.recorded_at, Review.id)
    ):
        note = None if sealed is None else keys.decrypt(sealed, context=NOTE_CONTEXT)
        found[row.fact_id].append(ReviewView(row.step, row.decision, row.reason, note, row.actor_id, row.recorded_at))
    return found


def _payable_among(session: Session, ids: Collection[UUID]) -> set[UUID]:
    times = select(PayableTime.visit_id).where(PayableTime.visit_id.in_(ids))
    days = select(PayableCareDay.care_day_id).where(PayableCareDay.care_day_id.in_(ids))
    return set(session.scalars(times.union_all(days)))


def _standing(is_held: bool, reviews: list[ReviewView], *, is_paid: bool) -> Standing:  # noqa: FBT001 - private
    if is_held:
        return Standing.HELD
    if is_paid:
        return Standing.ACCEPTED
    decided = [each.decision for each in reviews if each.decision not in UNDECIDED]
    if not decided:
        return Standing.OPEN
    return Standing.ACCEPTED if decided[-1] is Decision.ACCEPTED else Standing.REFUSED
