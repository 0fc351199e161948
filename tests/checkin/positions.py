"""Taps with exact positions, of which a test says when they were and what is open about them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.evidence_holds import HeldSubject, HoldCause, PeriodKind
from app.checkin.hold_models import EvidenceHold, PeriodClose
from app.checkin.models import CareFact, ClockEvent, Position
from app.checkin.rules.fading import closed_until
from app.checkin.types import EventKind, FactKind, Verdict
from app.kernel.geo import CoordinateSystem
from app.kernel.ids import new_id
from tests.schedules.factories import add


def a_position(session: Session, event_id: UUID) -> None:
    add(session, Position(id=event_id, point_enc=b"sealed", system=CoordinateSystem.WGS84, accuracy_m=20, salt=b"s"))


def a_tap(
    session: Session,
    *,
    at: datetime,
    carer_id: UUID,
    client_id: UUID | None = None,
    agency_id: UUID | None = None,
    visit_id: UUID | None = None,
    phone_at: datetime | None = None,
) -> UUID:
    """A tap with its position, and its fact with an agency when one is given; `phone_at` is what a wrong clock said."""
    event_id = new_id(at=phone_at or at)
    event = ClockEvent(
        id=event_id,
        kind=EventKind.IN,
        carer_id=carer_id,
        client_id=client_id,
        visit_id=visit_id,
        occurred_at=phone_at or at,
        counted_at=at,
        skew_ms=0,
        verdict=Verdict.INSIDE,
        distance_m=12,
        command_digest=b"-",
        position_digest=b"digest",
        account_id=carer_id,
        recorded_at=at,
    )
    add(session, event)
    a_position(session, event_id)
    if agency_id is not None:
        a_fact(session, event_id, carer_id=carer_id, client_id=client_id, agency_id=agency_id, at=at)
    return event_id


def a_fact(
    session: Session, fact_id: UUID, *, carer_id: UUID, client_id: UUID | None, agency_id: UUID, at: datetime
) -> None:
    add(
        session,
        CareFact(
            id=fact_id,
            kind=FactKind.EVENT,
            client_id=client_id,
            carer_id=carer_id,
            agency_id=agency_id,
            recorded_at=at,
        ),
    )


def a_close(session: Session, kind: PeriodKind, first_on: date, *, agency_id: UUID | None = None, at: datetime) -> None:
    add(
        session,
        PeriodClose(
            id=new_id(),
            kind=kind,
            agency_id=agency_id,
            first_on=first_on,
            beyond_on=closed_until(kind, first_on),
            document="JQ-1",
            account_id=new_id(),
            recorded_at=at,
        ),
    )


def a_legal_hold(
    session: Session,
    subject: HeldSubject,
    subject_id: UUID | None,
    *,
    at: datetime,
    first_on: date | None = None,
    beyond_on: date | None = None,
) -> UUID:
    row = EvidenceHold(
        id=new_id(),
        cause=HoldCause.LEGAL,
        document="BQ-1",
        subject=subject,
        subject_id=subject_id,
        first_on=first_on,
        beyond_on=beyond_on,
        recorded_at=at,
    )
    add(session, row)
    return row.id
