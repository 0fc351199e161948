"""Reads of clock events and of what a visit's taps came to. Unscoped where check-in looks at its own facts."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select, text, true, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import DeviceSoftware
from app.accounts.software import Software
from app.checkin.commands import ItemEntry
from app.checkin.models import ClockEvent, ExceptionFound, PayableTime, ServiceRecord
from app.checkin.queries.dossiers import find_records, rows_of
from app.checkin.queries.fact_statements import ITEMS
from app.checkin.shown import ClockEventView, PayableTimeView, RecordView
from app.checkin.types import ExceptionCode, ItemOutcome
from app.kernel.errors import NotFound
from app.kernel.permissions import AnyActor, ScopeKind
from app.registry.models import Carer
from app.schedules.models import UNFINISHED, Visit
from app.schedules.queries import get_visit

OF_PEOPLE = (ScopeKind.OWN_CLIENTS, ScopeKind.SELF)  # carers and families
MILLISECOND = timedelta(milliseconds=1)


def list_stored(session: Session, *, event_ids: Collection[UUID]) -> dict[UUID, tuple[ClockEventView, bytes]]:
    """Stored events by id as their first answers told them, with the digests of their commands; for resends."""
    rows = session.scalars(select(ClockEvent).where(ClockEvent.id.in_(event_ids))).all()
    codes: defaultdict[str, list[ExceptionCode]] = defaultdict(list)
    told = select(ExceptionFound.code, ExceptionFound.details["event_id"].astext).where(
        ExceptionFound.fact_id.in_({fact_id for row in rows for fact_id in (row.visit_id, row.id) if fact_id}),
        ExceptionFound.details["event_id"].astext.in_([str(row.id) for row in rows]),
    )
    for code, event_id in session.execute(told.order_by(ExceptionFound.code)):
        codes[event_id].append(code)
    return {row.id: (event_view(row, exceptions=tuple(codes[str(row.id)])), row.command_digest) for row in rows}


def list_visit_events(session: Session, *, visit_id: UUID) -> list[ClockEventView]:
    """A visit's taps in the order they arrived, with what they were made with; one statement."""
    told = (
        select(DeviceSoftware)
        .where(DeviceSoftware.device_id == ClockEvent.device_id, DeviceSoftware.recorded_at <= ClockEvent.recorded_at)
        .order_by(DeviceSoftware.id.desc())
        .limit(1)
        .lateral()
    )
    software = aliased(DeviceSoftware, told)
    rows = session.execute(
        select(ClockEvent, software)
        .outerjoin(software, true())
        .where(ClockEvent.visit_id == visit_id)
        .order_by(ClockEvent.recorded_at, ClockEvent.id)
    )
    return [replace(event_view(row), made_with=_software(made)) for row, made in rows]


def _software(row: DeviceSoftware | None) -> Software | None:
    return None if row is None else Software(row.platform, row.sdk_version, row.login)


def find_record(session: Session, *, visit_id: UUID) -> RecordView | None:
    """The record of a visit that counts, without its items: the one that no other supersedes, whatever clocks say."""
    return find_records(session, visit_ids=(visit_id,)).get(visit_id)


def get_record(session: Session, *, visit_id: UUID, actor: AnyActor) -> RecordView:
    """The record of a visit the actor may see, with its items and taps; what these were made with, and who gave their
    positions, is shown to agency, fund and supervisor. Raises NotFound."""
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    record = find_record(session, visit_id=visit.id)
    if record is None:
        raise NotFound(kind="record")
    taps = list_visit_events(session, visit_id=visit.id)
    if actor.scope.kind in OF_PEOPLE:
        taps = [replace(tap, made_with=None, location_source=None) for tap in taps]
    return replace(record, items=list_items(session, visit_ids=(visit.id,))[visit.id], taps=tuple(taps))


def list_items(session: Session, *, visit_ids: Collection[UUID]) -> dict[UUID, tuple[ItemEntry, ...]]:
    """What was logged for visits in the order it was done: of an item logged twice, both."""
    rows = rows_of(session, ITEMS, fact_ids=visit_ids)
    return {
        visit_id: tuple(
            ItemEntry(
                row.id,
                row.item_code,
                ItemOutcome(row.outcome),
                row.occurred_at,
                row.minutes,
                row.reason,
                row.consented,
                row.price_fen,
            )
            for row in rows[visit_id]
        )
        for visit_id in visit_ids
    }


def get_carer_person(session: Session, *, carer_id: UUID) -> UUID:
    """The person behind a carer."""
    return session.scalars(select(Carer.person_id).where(Carer.id == carer_id)).one()


def list_without_record(
    session: Session, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[datetime, UUID]]:
    """Visits that lack a tap and have no record yet, with what is known of their time, the longest open first;
    unscoped, for the job that closes forgotten ones."""
    recorded = exists(select(ServiceRecord.id).where(ServiceRecord.visit_id == Visit.id))
    told_at = func.coalesce(Visit.began_at, Visit.ended_at)
    statement = select(told_at, Visit.id).where(text(f"({UNFINISHED})"), ~recorded)
    if after is not None:
        statement = statement.where(tuple_(told_at, Visit.id) > after)
    return [(row[0], row[1]) for row in session.execute(statement.order_by(told_at, Visit.id).limit(limit))]


def list_payable_times(session: Session, *, visit_ids: Collection[UUID]) -> list[PayableTimeView]:
    """Accepted time of visits; unscoped, for claims."""
    rows = session.scalars(
        select(PayableTime).where(PayableTime.visit_id.in_(visit_ids)).order_by(PayableTime.record_id)
    )
    return [
        PayableTimeView(
            row.record_id,
            row.visit_id,
            row.carer_id,
            row.client_id,
            row.during.lower,
            row.during.upper,
            row.minutes,
        )
        for row in rows
        if row.during.lower is not None and row.during.upper is not None
    ]


def event_view(row: ClockEvent, *, exceptions: tuple[ExceptionCode, ...] = ()) -> ClockEventView:
    """A clock event's row as others see it."""
    return ClockEventView(
        id=row.id,
        kind=row.kind,
        carer_id=row.carer_id,
        client_id=row.client_id,
        visit_id=row.visit_id,
        occurred_at=row.occurred_at,
        received_at=row.recorded_at,
        skew=row.skew_ms * MILLISECOND,
        verdict=row.verdict,
        distance_m=row.distance_m,
        accuracy_m=row.accuracy_m,
        location_source=row.location_source,
        exceptions=exceptions,
    )
