"""What speaks against a family carer's day: another day of the client's, or the carer's at another place."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, exists, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.checkin.models import CareDay, ClockEvent
from app.checkin.queries.care_days import IS_REFUSED, OPEN_HOLD
from app.kernel.geo import Point, distance_m
from app.kernel.settings import current_settings
from app.registry.conditions import holds
from app.registry.models import Assignment, HomePlace
from app.registry.types import PlaceState
from app.registry.views import point_of

ONE_DAY = timedelta(days=1)


def find_doubted(session: Session, *, care_day: CareDay) -> UUID | None:
    """Another care day of the same client and day that was refused, or waits for a person and came before. Unscoped.

    One that came later waits because of this one: it does not hold it in turn. Nor does one of somebody who has no
    task at this client, or strangers could make the right carer's days wait.
    """
    came_before = tuple_(CareDay.recorded_at, CareDay.id) < tuple_(literal(care_day.recorded_at), literal(care_day.id))
    has_task = exists().where(
        Assignment.client_id == CareDay.client_id,
        Assignment.carer_id == CareDay.carer_id,
        holds(Assignment, on=care_day.day),
    )
    statement = select(CareDay.id).where(
        CareDay.client_id == care_day.client_id,
        CareDay.day == care_day.day,
        CareDay.id != care_day.id,
        has_task,
        or_(IS_REFUSED, and_(OPEN_HOLD, came_before)),
    )
    return session.scalars(statement.order_by(CareDay.recorded_at, CareDay.id).limit(1)).one_or_none()


def find_elsewhere(
    session: Session, *, care_day: CareDay, begins_at: datetime, ends_at: datetime, apart_m: float
) -> UUID | None:
    """Another client's care day of the same carer whose taps lie around the same time, at a home that is no neighbour.

    `begins_at` and `ends_at` are this day's taps, `apart_m` metres are still one place: a couple, or a house. Unscoped.
    """
    came, left = aliased(ClockEvent), aliased(ClockEvent)
    statement = (
        select(CareDay.id, CareDay.client_id)
        .join(came, came.id == CareDay.in_event_id)
        .join(left, left.id == CareDay.out_event_id)
        .where(
            CareDay.carer_id == care_day.carer_id,
            CareDay.client_id != care_day.client_id,
            CareDay.day.between(care_day.day - ONE_DAY, care_day.day + ONE_DAY),
            came.counted_at < ends_at,
            left.counted_at > begins_at,
            ~IS_REFUSED,
        )
        .order_by(CareDay.recorded_at, CareDay.id)
    )
    others = session.execute(statement).all()
    here = tuple(_homes(session, client_id=care_day.client_id, on=care_day.day)) if others else ()
    for other_id, client_id in others:
        there = tuple(_homes(session, client_id=client_id, on=care_day.day))
        if here and there and all(distance_m(home, other) > apart_m for other in there for home in here):
            return other_id
    return None


def _homes(session: Session, *, client_id: UUID, on: date) -> Iterator[Point]:
    rows = session.execute(
        select(HomePlace.position_enc, HomePlace.system).where(
            HomePlace.client_id == client_id, HomePlace.state == PlaceState.APPROVED, holds(HomePlace, on=on)
        )
    )
    for position_enc, system in rows:
        yield point_of(position_enc, system, keys=current_settings().key_ring)
