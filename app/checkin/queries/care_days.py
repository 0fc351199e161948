"""Every select about care days."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import Device
from app.careplans.queries import catalogue
from app.careplans.types import StaffKind
from app.checkin.days import CareDayItemEntry, CareDayView, DayEvent, DayFact, DayItem
from app.checkin.models import (
    CareDay,
    CareDayItem,
    ClockEvent,
    ExceptionFound,
    Hold,
    HoldRelease,
    PayableCareDay,
    Review,
)
from app.checkin.queries.fact_statements import LAST_REVIEW, PASSED_ON, STILL_HOLDS
from app.checkin.rules.devices import device_exceptions
from app.checkin.rules.tags import ABOUT_TAG, verdict_with_tag
from app.checkin.tag_models import TagScan
from app.checkin.tags import TagOutcome
from app.checkin.types import DayStanding, Decision, ExceptionCode
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest
from app.kernel.permissions import AnyActor, SystemActor
from app.policies.codes import Relation
from app.registry.models import Assignment, Carer, CarerSuspension, Client, Person
from app.registry.queries import one_or_not_found, visible_clients
from app.registry.types import CarerKind

OPEN_HOLD = exists().where(Hold.fact_id == CareDay.id, ~exists().where(HoldRelease.hold_id == Hold.id))
LAST_WORD = (
    select(Review.decision)
    .where(Review.fact_id == CareDay.id, Review.decision.not_in(PASSED_ON))
    .order_by(*LAST_REVIEW)
    .limit(1)
    .scalar_subquery()
)
IS_REFUSED = LAST_WORD.is_not_distinct_from(Decision.REFUSED)  # true or false also where nobody decided yet
IS_PAYABLE = exists().where(PayableCareDay.care_day_id == CareDay.id)
STANDING = case(
    (IS_PAYABLE, DayStanding.PAYABLE.value),
    (OPEN_HOLD, DayStanding.IN_REVIEW.value),
    (IS_REFUSED, DayStanding.REFUSED.value),
    else_=DayStanding.SECOND.value,
)
STANDING_OF = {standing.value: standing for standing in DayStanding}

ABOUT_TIME = frozenset({ExceptionCode.CLOCK_SKEW, ExceptionCode.LATE_SYNC, ExceptionCode.FUTURE_TIME})


@dataclass(frozen=True, slots=True)
class DayRights:
    """A client's district and death, whether the carer is assigned to him on the day and as what, or suspended."""

    district_code: str
    is_assigned: bool
    relation: Relation | None
    died_on: date | None
    is_suspended: bool


def find_own_carer(session: Session, *, person_id: UUID | None) -> UUID | None:
    """The family carer an account acts as. Unscoped: asked with the actor's own person."""
    statement = select(Carer.id).where(Carer.person_id == person_id, Carer.kind == CarerKind.FAMILY)
    return session.scalars(statement).one_or_none()


def find_rights(session: Session, *, client_id: UUID, carer_id: UUID, day: date) -> DayRights | None:
    """What the registry says of carer and client on a day; None for an unknown client. Unscoped: facts are judged."""
    covering = and_(
        Assignment.client_id == Client.id,
        Assignment.carer_id == carer_id,
        Assignment.valid_from <= day,
        or_(Assignment.valid_to.is_(None), Assignment.valid_to > day),
    )
    resting = exists().where(
        CarerSuspension.carer_id == carer_id,
        CarerSuspension.valid_from <= day,
        or_(CarerSuspension.valid_to.is_(None), CarerSuspension.valid_to > day),
    )
    suspended = resting.label("is_suspended")
    statement = (
        select(
            Client.district_code, Person.died_on, Assignment.id, Assignment.relation, suspended.label("is_suspended")
        )
        .join(Person, Person.id == Client.person_id)
        .outerjoin(Assignment, covering)
        .where(Client.id == client_id)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        return None
    return DayRights(row.district_code, row.id is not None, row.relation, row.died_on, row.is_suspended)


def list_day_events(session: Session, *, ids: Collection[UUID], zone: ZoneInfo) -> tuple[DayEvent, ...]:
    """The clock events of these ids that have arrived. Unscoped: whose they are is judged."""
    events = (
        select(ClockEvent, Device.doubt, TagScan.medium)
        .outerjoin(Device, Device.id == ClockEvent.device_id)
        .outerjoin(TagScan, and_(TagScan.id == ClockEvent.id, TagScan.outcome == TagOutcome.GENUINE))
    )
    rows = session.execute(events.where(ClockEvent.id.in_(ids)).order_by(ClockEvent.id)) if ids else ()
    found = _codes(session, list(ids))
    return tuple(
        DayEvent(
            id=row.id,
            kind=row.kind,
            carer_id=row.carer_id,
            client_id=row.client_id,
            day=clock.local_date(row.counted_at, zone),
            counted_at=row.counted_at,
            received_at=row.recorded_at,
            verdict=verdict_with_tag(row.verdict, tag),
            source=row.location_source,
            clock_found=tuple(code for code in found.get(row.id, ()) if code in ABOUT_TIME),
            found=(*device_exceptions(doubt), *(code for code in found.get(row.id, ()) if code in ABOUT_TAG)),
            is_doubted=doubt is not None,
        )
        for row, doubt, tag in rows
    )


def list_day_items(session: Session, *, codes: Sequence[str]) -> tuple[DayItem, ...]:
    """What the catalogue says of these item codes. Unscoped: the catalogue is everybody's."""
    known = catalogue(session, codes=codes) if codes else {}
    return tuple(
        DayItem(code, known[code].category, StaffKind.FAMILY in known[code].staff_kinds)
        if code in known
        else DayItem(code, None, is_for_family=False)
        for code in codes
    )


def get_first_view(session: Session, *, row: CareDay) -> CareDayView:
    """The care day as it stood when it was recorded: what a resend is answered. Unscoped: asked by its own carer."""
    found = select(ExceptionFound.code).where(
        ExceptionFound.fact_id == row.id, ExceptionFound.recorded_at == row.recorded_at
    )
    codes = tuple(session.scalars(found.order_by(ExceptionFound.code)))
    was_held = session.scalar(select(exists().where(Hold.fact_id == row.id, Hold.recorded_at == row.recorded_at)))
    if was_held:
        standing = DayStanding.IN_REVIEW
    else:
        standing = DayStanding.SECOND if ExceptionCode.SECOND_CARE_DAY in codes else DayStanding.PAYABLE
    return _view(row, standing=standing, items=_items(session, [row.id]).get(row.id, ()), codes=codes)


def list_care_days(
    session: Session,
    *,
    actor: AnyActor,
    on: date,
    client_id: UUID,
    first: date,
    beyond: date,
    page: PageRequest,
) -> Page[CareDayView]:
    """Care days `[first, beyond)` of a client, as they stand now; NotFound outside the actor's scope on day `on`.

    A carer whose assignment is over still sees the own ones, since they are what the money is paid for.
    """
    statement = select(CareDay, STANDING.label("standing")).where(
        CareDay.client_id == client_id, CareDay.day >= first, CareDay.day < beyond
    )
    if session.scalars(visible_clients(actor, on=on).where(Client.id == client_id)).one_or_none() is None:
        statement = statement.where(CareDay.carer_id == _former_carer(session, client_id=client_id, actor=actor))
    if page.after is not None:
        statement = statement.where(CareDay.id > page.after)
    rows = session.execute(statement.order_by(CareDay.id).limit(page.limit + 1)).all()
    shown = rows[: page.limit]
    ids = [row.CareDay.id for row in shown]
    items, codes = _items(session, ids), _codes(session, ids)
    views = tuple(
        _view(
            row.CareDay,
            standing=DayStanding(row.standing),
            items=items.get(row.CareDay.id, ()),
            codes=codes.get(row.CareDay.id, ()),
        )
        for row in shown
    )
    return Page(views, ids[-1] if len(rows) > page.limit else None)


def _former_carer(session: Session, *, client_id: UUID, actor: AnyActor) -> UUID:
    """The family carer who the actor was for a client of the past; NotFound when he was none."""
    one_or_not_found(session, visible_clients(actor).where(Client.id == client_id))
    carer_id = None if isinstance(actor, SystemActor) else find_own_carer(session, person_id=actor.person_id)
    if carer_id is None:
        raise NotFound
    return carer_id


def list_day_facts(session: Session, *, client_ids: Collection[UUID], first: date, beyond: date) -> list[DayFact]:
    """All care days `[first, beyond)` of these clients and where they stand, by day. Unscoped: for computing money."""
    statement = (
        select(CareDay.client_id, CareDay.carer_id, CareDay.day, CareDay.id, STANDING.label("standing"))
        .where(CareDay.client_id.in_(client_ids), CareDay.day >= first, CareDay.day < beyond)
        .order_by(CareDay.day, CareDay.id)
    )
    return [
        DayFact(client_id, carer_id, day, care_day_id, STANDING_OF[standing])
        for client_id, carer_id, day, care_day_id, standing in session.execute(statement)
    ]


def list_days_waiting_for(session: Session, *, event_id: UUID, carer_id: UUID) -> tuple[CareDay, ...]:
    """Held care days of a carer that name this clock event. Unscoped: used when the event arrives."""
    names: ColumnElement[bool] = or_(CareDay.in_event_id == event_id, CareDay.out_event_id == event_id)
    return tuple(session.scalars(select(CareDay).where(CareDay.carer_id == carer_id, names, OPEN_HOLD)))


def find_own_hold(session: Session, *, care_day: CareDay) -> UUID | None:
    """The open hold set when the day was recorded, if it is the only open one. Unscoped: used by the machine."""
    is_open = ~exists().where(HoldRelease.hold_id == Hold.id)
    holds = session.scalars(select(Hold).where(Hold.fact_id == care_day.id, is_open)).all()
    return holds[0].id if len(holds) == 1 and holds[0].recorded_at == care_day.recorded_at else None


def list_item_codes(session: Session, *, care_day_id: UUID) -> tuple[str, ...]:
    """Codes of the items logged for a care day, in order. Unscoped: used by the machine."""
    statement = select(CareDayItem.item_code).where(CareDayItem.id == care_day_id).order_by(CareDayItem.item_code)
    return tuple(session.scalars(statement))


def _items(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[CareDayItemEntry, ...]]:
    grouped: dict[UUID, tuple[CareDayItemEntry, ...]] = {}
    rows = select(CareDayItem).where(CareDayItem.id.in_(ids)).order_by(CareDayItem.id, CareDayItem.item_code)
    for row in session.scalars(rows) if ids else ():
        grouped[row.id] = (*grouped.get(row.id, ()), CareDayItemEntry(row.item_code, row.minutes))
    return grouped


def _codes(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[ExceptionCode, ...]]:
    statement = (
        select(ExceptionFound.fact_id, func.array_agg(ExceptionFound.code.distinct()).label("codes"))
        .where(ExceptionFound.fact_id.in_(ids), STILL_HOLDS)
        .group_by(ExceptionFound.fact_id)
    )
    rows = session.execute(statement) if ids else ()
    return {row.fact_id: tuple(sorted(ExceptionCode(code) for code in row.codes)) for row in rows}


def _view(
    row: CareDay, *, standing: DayStanding, items: tuple[CareDayItemEntry, ...], codes: Sequence[ExceptionCode]
) -> CareDayView:
    return CareDayView(
        id=row.id,
        client_id=row.client_id,
        carer_id=row.carer_id,
        day=row.day,
        in_event_id=row.in_event_id,
        out_event_id=row.out_event_id,
        items=items,
        standing=standing,
        exceptions=tuple(sorted(codes)),
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        proxy=row.proxy,
    )
