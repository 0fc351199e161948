"""What is known of exact positions before they fade. Unscoped: maintenance and jobs look at all of a region."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    MetaData,
    Select,
    Table,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from app.checkin.attempt_models import VisitAttempt
from app.checkin.evidence_holds import HoldCause, PeriodKind, PositionFacts
from app.checkin.help_models import HelpCall
from app.checkin.hold_models import EvidenceHold, EvidenceHoldEnd, PeriodClose
from app.checkin.models import CareDay, CareFact, ClockEvent, Hold, Position, Review
from app.checkin.queries.fact_statements import OPEN_HOLD
from app.kernel.db import REGION_SCHEMA
from app.kernel.partitions import Span

AT_ONCE = 1000
FACTS = tuple(each.name for each in fields(PositionFacts))
POSITION: Table = Position.__table__  # type: ignore[assignment]  # a Table
DEFAULT_PARTITION = f"{POSITION.name}_default"


def partition(name: str) -> Table:
    """A partition of the positions by its name."""
    return Table(name, MetaData(), *(Column(each.name, each.type) for each in POSITION.columns), schema=REGION_SCHEMA)


def read_facts(
    session: Session | Connection, source: FromClause, *, zone: ZoneInfo, within: Span | None = None
) -> Iterator[list[tuple[UUID, PositionFacts]]]:
    """The positions of a table or partition with what is known of each, some at a time and never all in memory.

    `within` are the bounds of the ids, where they are known: only such events are looked at.
    """
    statement = _facts(source, zone=zone, within=within).execution_options(yield_per=AT_ONCE)
    for rows in session.execute(statement).partitions():
        yield [(row.id, PositionFacts(**{name: getattr(row, name) for name in FACTS})) for row in rows]


def _facts(source: FromClause, *, zone: ZoneInfo, within: Span | None) -> Select[Any]:
    known = _with_fact(source, zone=zone, within=within).subquery("known")
    fact_id, day, agency_ids = known.c.fact_id, known.c.day, known.c.agency_ids
    closed = and_(PeriodClose.first_on <= day, day < PeriodClose.beyond_on)
    inspected = select(func.count(PeriodClose.agency_id.distinct())).where(
        PeriodClose.kind == PeriodKind.INSPECTION, PeriodClose.agency_id == any_(agency_ids), closed
    )
    return select(
        known.c.id,
        known.c.recorded_on,
        exists().where(PeriodClose.kind == PeriodKind.MONTH, closed).label("month_is_settled"),
        exists().where(Hold.fact_id == fact_id, OPEN_HOLD).label("waits"),
        select(func.max(_day(Review.recorded_at, zone))).where(Review.fact_id == fact_id).label("last_review_on"),
        (inspected.scalar_subquery() == func.cardinality(agency_ids)).label("inspection_is_closed"),
        is_held(known, HoldCause.CASE).label("has_case"),
        is_held(known, HoldCause.LEGAL).label("has_legal_hold"),
    )


def _with_fact(source: FromClause, *, zone: ZoneInfo, within: Span | None) -> Select[Any]:
    """Each position with its tap, attempt or call, the fact that belongs to, its people and agencies, and its day."""
    event, attempt = ClockEvent, VisitAttempt
    counted_at = func.coalesce(event.counted_at, attempt.counted_at, HelpCall.occurred_at)
    recorded_at = func.coalesce(event.recorded_at, attempt.recorded_at, HelpCall.recorded_at)
    day = _day(counted_at, zone)
    visit_id = func.coalesce(event.visit_id, attempt.visit_id, HelpCall.visit_id)
    care_day = (
        select(CareDay.id)
        .where(
            CareDay.carer_id == event.carer_id,
            CareDay.day.between(day - 1, day + 1),
            or_(CareDay.in_event_id == source.c.id, CareDay.out_event_id == source.c.id),
        )
        .limit(1)
        .correlate(source, event, attempt, HelpCall)
        .scalar_subquery()
    )
    tapped = (
        select(
            source.c.id.label("id"),
            func.coalesce(visit_id, case((visit_id.is_(None), care_day)), source.c.id).label("fact_id"),
            func.coalesce(event.carer_id, attempt.carer_id, HelpCall.carer_id).label("carer_id"),
            event.client_id.label("client_id"),
            HelpCall.agency_ids.label("told_ids"),
            day.label("day"),
            _day(recorded_at, zone).label("recorded_on"),
        )
        .select_from(source)
        .outerjoin(event, and_(event.id == source.c.id, *_within(event.id, within)))
        .outerjoin(attempt, and_(attempt.id == source.c.id, *_within(attempt.id, within)))
        .outerjoin(HelpCall, HelpCall.id == source.c.id)
    ).cte("tapped")
    tapped = tapped.prefix_with("MATERIALIZED")  # else the care day is looked for once for each condition
    of_fact = func.array_remove(array([CareFact.agency_id]), None)
    return select(
        *(tapped.c[name] for name in ("id", "fact_id", "carer_id", "day", "recorded_on")),
        func.coalesce(tapped.c.client_id, CareFact.client_id).label("client_id"),
        func.coalesce(tapped.c.told_ids, of_fact).label("agency_ids"),
    ).outerjoin_from(tapped, CareFact, CareFact.id == tapped.c.fact_id)


def is_held(known: FromClause, *causes: HoldCause) -> ColumnElement[bool]:
    """Whether a hold for such a cause stands for the client, carer, fact, agencies or day of evidence."""
    subjects = func.array_cat(array([known.c.client_id, known.c.carer_id, known.c.fact_id]), known.c.agency_ids)
    stands = and_(
        EvidenceHold.cause.in_(causes),
        or_(EvidenceHold.first_on.is_(None), EvidenceHold.first_on <= known.c.day),
        or_(EvidenceHold.beyond_on.is_(None), EvidenceHold.beyond_on > known.c.day),
        ~exists().where(EvidenceHoldEnd.hold_id == EvidenceHold.id),
    )
    # Two questions, each with its index: of this subject, or of everything.
    return or_(
        exists().where(EvidenceHold.subject_id == any_(subjects), stands),
        exists().where(EvidenceHold.subject_id.is_(None), stands),
    )


def _within(key: Any, span: Span | None) -> list[ColumnElement[bool]]:
    return [] if span is None else [key >= span.lowest, key < span.beyond]


def _day(instant: Any, zone: ZoneInfo) -> ColumnElement[date]:
    return cast(func.timezone(zone.key, instant), Date)
