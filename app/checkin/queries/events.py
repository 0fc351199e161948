"""Reads of clock events and of what a visit's taps came to. Unscoped where check-in looks at its own facts."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, Uuid, and_, bindparam, exists, func, or_, select, text, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Device
from app.checkin.commands import ItemEntry
from app.checkin.home_models import TapVerdict
from app.checkin.models import ClockEvent, Evidence, ExceptionFound, ItemDone, PayableTime, ServiceRecord
from app.checkin.shown import ClockEventView, PayableTimeView, RecordView
from app.checkin.tag_models import TagScan
from app.checkin.tags import TagMedium, TagOutcome
from app.checkin.types import (
    EventKind,
    EvidenceKind,
    ExceptionCode,
    ItemOutcome,
    Verdict,
    VisitTap,
)
from app.kernel.errors import NotFound
from app.kernel.permissions import AnyActor
from app.kernel.statements import FixedStatement
from app.registry.models import Carer
from app.schedules.models import UNFINISHED, Visit
from app.schedules.queries import get_visit

MILLISECOND = timedelta(milliseconds=1)
LATER = aliased(ServiceRecord)
SUPERSEDED = exists(
    select(LATER.id).where(LATER.visit_id == ServiceRecord.visit_id, LATER.supersedes_id == ServiceRecord.id)
)
# What is asked for at every clock-out is made into text once, as the door is.
OF_VISIT = bindparam("visit_id", type_=Uuid())
BY_LATER_PLACE = (  # approved after the tap, since the address was wrong
    select(TapVerdict.verdict).where(TapVerdict.event_id == ClockEvent.id).order_by(TapVerdict.id.desc()).limit(1)
).scalar_subquery()
TAPS = FixedStatement(
    select(
        ClockEvent.id,
        ClockEvent.kind,
        ClockEvent.counted_at,
        func.coalesce(BY_LATER_PLACE, ClockEvent.verdict).label("verdict"),
        Device.doubt,
        TagScan.medium,
    )
    .outerjoin(Device, Device.id == ClockEvent.device_id)
    .outerjoin(TagScan, and_(TagScan.id == ClockEvent.id, TagScan.outcome == TagOutcome.GENUINE))
    .where(ClockEvent.visit_id == OF_VISIT)
    .order_by(ClockEvent.recorded_at, ClockEvent.id)
)
RECORD = FixedStatement(
    select(
        ServiceRecord.id,
        ServiceRecord.visit_id,
        ServiceRecord.clock_in_id,
        ServiceRecord.clock_out_id,
        ServiceRecord.began_at,
        ServiceRecord.ended_at,
        ServiceRecord.minutes,
        ServiceRecord.service_on,
    )
    .where(ServiceRecord.visit_id == OF_VISIT, ~SUPERSEDED)
    .order_by(ServiceRecord.recorded_at.desc(), ServiceRecord.id.desc())
    .limit(1)
)
ITEMS = FixedStatement(
    select(
        ItemDone.id,
        ItemDone.item_code,
        ItemDone.outcome,
        ItemDone.occurred_at,
        ItemDone.minutes,
        ItemDone.reason,
        ItemDone.consented,
    )
    .where(ItemDone.visit_id == OF_VISIT)
    .order_by(ItemDone.occurred_at, ItemDone.id)
)
SAID = FixedStatement(
    select(Evidence.holds).where(
        Evidence.fact_id == bindparam("fact_id", type_=Uuid()),
        Evidence.kind == EvidenceKind.CONFIRMATION,
        or_(Evidence.recorded_at >= bindparam("since", type_=DateTime(timezone=True)), Evidence.holds.is_(False)),
    )
)


FACES = FixedStatement(
    select(Evidence.holds).where(
        Evidence.fact_id == bindparam("fact_id", type_=Uuid()),
        Evidence.kind == EvidenceKind.FACE,
        Evidence.recorded_at.between(
            bindparam("first", type_=DateTime(timezone=True)), bindparam("last", type_=DateTime(timezone=True))
        ),
    )
)


def find_stored(session: Session, *, event_id: UUID) -> tuple[ClockEventView, bytes]:
    """A stored event as its first answer told it, and the digest of its command; for resends."""
    row = session.get_one(ClockEvent, event_id)
    fact_id = row.visit_id or row.id
    codes = session.scalars(
        select(ExceptionFound.code)
        .where(
            ExceptionFound.fact_id.in_({fact_id, row.id}),
            ExceptionFound.details["event_id"].astext == str(event_id),
        )
        .order_by(ExceptionFound.code)
    )
    return event_view(row, exceptions=tuple(codes)), row.command_digest


def list_visit_events(session: Session, *, visit_id: UUID) -> list[ClockEventView]:
    """A visit's taps in the order they arrived."""
    rows = session.scalars(
        select(ClockEvent).where(ClockEvent.visit_id == visit_id).order_by(ClockEvent.recorded_at, ClockEvent.id)
    )
    return [event_view(row) for row in rows]


def list_taps(session: Session, *, visit_id: UUID) -> tuple[VisitTap, ...]:
    """A visit's taps as they are judged together, in the order they arrived; unscoped."""
    rows = TAPS.rows(session, {"visit_id": visit_id})
    return tuple(
        VisitTap(
            row.id,
            EventKind(row.kind),
            row.counted_at,
            Verdict(row.verdict),
            is_doubted=row.doubt is not None,
            tag=TagMedium(row.medium) if row.medium else None,
        )
        for row in rows
    )


def find_record(session: Session, *, visit_id: UUID) -> RecordView | None:
    """The record of a visit that counts, without its items: the one that no other supersedes, whatever clocks say."""
    rows = RECORD.rows(session, {"visit_id": visit_id})
    return RecordView(**rows[0]._asdict()) if rows else None


def get_record(session: Session, *, visit_id: UUID, actor: AnyActor) -> RecordView:
    """The record of a visit the actor may see, with its items and taps; raises NotFound."""
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    record = find_record(session, visit_id=visit.id)
    if record is None:
        raise NotFound(kind="record")
    taps = tuple(list_visit_events(session, visit_id=visit.id))
    return replace(record, items=list_items(session, visit_id=visit.id), taps=taps)


def list_items(session: Session, *, visit_id: UUID) -> tuple[ItemEntry, ...]:
    """What was logged for a visit in the order it was done: of an item logged twice, both."""
    return tuple(
        ItemEntry(
            row.id, row.item_code, ItemOutcome(row.outcome), row.occurred_at, row.minutes, row.reason, row.consented
        )
        for row in ITEMS.rows(session, {"visit_id": visit_id})
    )


def is_confirmed(session: Session, *, fact_id: UUID, since: datetime) -> bool:
    """True when the client or a guardian confirmed, and nobody of them denied.

    A confirmation that arrived before the care began, at `since`, witnesses nothing.
    """
    return {row.holds for row in SAID.rows(session, {"fact_id": fact_id, "since": since})} == {True}


def is_face_matched(session: Session, *, fact_id: UUID, first: datetime, last: datetime) -> bool:
    """True when a provider found the carer's face between two instants, and no other face."""
    return {row.holds for row in FACES.rows(session, {"fact_id": fact_id, "first": first, "last": last})} == {True}


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
