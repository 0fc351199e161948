"""The rows of one fact that a receipt proves."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.checkin.models import (
    CareDay,
    CareDayItem,
    CareFact,
    ClockEvent,
    Evidence,
    ExceptionFound,
    GradeEntry,
    Hold,
    ItemDone,
    Review,
    ServiceRecord,
)
from app.checkin.queries.facts import visible_facts
from app.kernel.errors import NotFound
from app.kernel.permissions import AnyActor
from app.kernel.sealing.rows import SealedRow, rows_where, sealed_tables
from app.schedules.models import VisitChange


def list_rows(session: Session, *, fact_id: UUID, actor: AnyActor) -> list[SealedRow]:
    """What was recorded of a visible fact, without the checks before service: what was found of a client's health.

    Raises NotFound.
    """
    if session.scalars(visible_facts(actor).where(CareFact.id == fact_id)).one_or_none() is None:
        raise NotFound(kind="fact")
    tables = sealed_tables()
    found: list[SealedRow] = []
    for name, condition in _parts(fact_id):
        found += rows_where(session, tables[name], condition)
    return found


def _parts(fact_id: UUID) -> Iterable[tuple[str, ColumnElement[bool]]]:
    ends = (CareDay.in_event_id, CareDay.out_event_id)
    taps = or_(*(ClockEvent.id.in_(select(end).where(CareDay.id == fact_id)) for end in ends))
    yield ClockEvent.__tablename__, or_(ClockEvent.id == fact_id, ClockEvent.visit_id == fact_id, taps)
    columns: tuple[InstrumentedAttribute[UUID], ...] = (
        CareFact.id,
        VisitChange.visit_id,
        ServiceRecord.visit_id,
        ItemDone.visit_id,
        CareDay.id,
        CareDayItem.id,
        Evidence.fact_id,
        GradeEntry.fact_id,
        ExceptionFound.fact_id,
        Hold.fact_id,
        Review.fact_id,
    )
    for column in columns:
        yield column.class_.__tablename__, column == fact_id
