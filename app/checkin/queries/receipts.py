"""The rows of one fact that a receipt proves."""

from uuid import UUID

from sqlalchemy import select
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

COLUMNS: tuple[InstrumentedAttribute[UUID], ...] = (
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


def list_rows(session: Session, *, fact_id: UUID, actor: AnyActor) -> list[SealedRow]:
    """What was recorded of a visible fact, without the checks before service: what was found of a client's health.

    Raises NotFound.
    """
    if session.scalars(visible_facts(actor).where(CareFact.id == fact_id)).one_or_none() is None:
        raise NotFound(kind="fact")
    tables = sealed_tables()
    taps = _ids_of_taps(session, fact_id=fact_id)
    found = rows_where(session, tables[ClockEvent.__tablename__], ClockEvent.id.in_(taps))
    for column in COLUMNS:
        found += rows_where(session, tables[column.class_.__tablename__], column == fact_id)
    return found


def _ids_of_taps(session: Session, *, fact_id: UUID) -> set[UUID]:
    """The taps of a visit or care day, and the fact itself, which may be a stray tap; each found by an index."""
    of_visit = session.scalars(select(ClockEvent.id).where(ClockEvent.visit_id == fact_id))
    of_day = session.execute(select(CareDay.in_event_id, CareDay.out_event_id).where(CareDay.id == fact_id))
    return {fact_id, *of_visit, *(end for ends in of_day for end in ends if end is not None)}
