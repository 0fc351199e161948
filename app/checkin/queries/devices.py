"""Phones of carers, and what was told by one."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.accounts.models import Account, Device, DeviceSoftware
from app.accounts.software import DeviceView, Software
from app.checkin.models import CareDay, ClockEvent, Hold
from app.checkin.queries.fact_statements import OPEN_HOLD
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor, AnyActor
from app.registry.models import Carer
from app.registry.queries import visible_carers


def _visible(actor: AnyActor) -> Select[Device]:
    """Phones of the accounts of carers whom the actor sees."""
    people = visible_carers(actor).with_only_columns(Carer.person_id)
    accounts = select(Account.id).where(Account.person_id.in_(people))
    return select(Device).where(Device.account_id.in_(accounts))


def get_device(session: Session, *, device_id: UUID, actor: AnyActor) -> tuple[UUID, UUID, UUID]:
    """The account of a phone, the person behind it and his carer whom the actor sees; raises NotFound."""
    own = Account.id == Device.account_id
    statement = _visible(actor).where(Device.id == device_id).join(Account, own)
    row = session.execute(statement.with_only_columns(Account.id, Account.person_id)).one_or_none()
    if row is None:
        raise NotFound(kind="device")
    carers = visible_carers(actor).where(Carer.person_id == row.person_id).with_only_columns(Carer.id)
    return row.id, row.person_id, session.scalars(carers.order_by(Carer.id).limit(1)).one()


def find_view(session: Session, *, device_id: UUID, carer_id: UUID) -> DeviceView:
    """A phone as it stands. Unscoped: the caller has found it for his actor."""
    return _view(session.get_one(Device, device_id), carer_id, _made_with(session, [device_id]).get(device_id))


def find_own(session: Session, *, actor: Actor) -> Device | None:
    """The phone that an actor holds in his hand, as it stands now."""
    own = select(Device).where(Device.id == actor.device_id, Device.account_id == actor.account_id)
    return session.scalars(own.execution_options(populate_existing=True)).one_or_none()


def list_doubted(session: Session, *, actor: AnyActor, page: PageRequest) -> Page[DeviceView]:
    """Phones that wait to be confirmed, in the order in which they were first seen; three statements a page."""
    statement = _visible(actor).where(Device.doubt.is_not(None))
    rows = fetch_page(session, statement, key=Device.id, limit=page.limit, after=page.after, view=_as_it_is)
    carers = (
        visible_carers(actor)
        .join(Account, Account.person_id == Carer.person_id)
        .where(Account.id.in_([row.account_id for row in rows.items]))
        .with_only_columns(Account.id, Carer.id)
        .order_by(Carer.id.desc())
    )
    of_account = {row[0]: row[1] for row in session.execute(carers)}
    software = _made_with(session, [row.id for row in rows.items])
    views = (_view(row, of_account[row.account_id], software.get(row.id)) for row in rows.items)
    return Page(tuple(views), rows.next_after)


def list_held_visits(session: Session, *, device_id: UUID, account_id: UUID) -> list[UUID]:
    """Visits that wait for a person and have a tap by this phone, in order; unscoped, as `find_view`."""
    told = _told(device_id, account_id).join(Hold, Hold.fact_id == ClockEvent.visit_id).where(OPEN_HOLD)
    return sorted(set(session.scalars(told.with_only_columns(ClockEvent.visit_id))))


def list_held_events(session: Session, *, device_id: UUID, account_id: UUID) -> list[tuple[UUID, UUID]]:
    """Taps by this phone, each with its carer, that a held care day names; unscoped, as `find_view`."""
    named = or_(CareDay.in_event_id == ClockEvent.id, CareDay.out_event_id == ClockEvent.id)
    told = (
        _told(device_id, account_id)
        .join(CareDay, (CareDay.carer_id == ClockEvent.carer_id) & named)
        .join(Hold, Hold.fact_id == CareDay.id)
        .where(OPEN_HOLD)
    )
    return sorted({(row[0], row[1]) for row in session.execute(told)})


def _told(device_id: UUID, account_id: UUID) -> Select[UUID, UUID]:
    """By the carers of the account alone: their taps are found by an index."""
    people = select(Account.person_id).where(Account.id == account_id)
    carers = select(Carer.id).where(Carer.person_id.in_(people))
    return select(ClockEvent.id, ClockEvent.carer_id).where(
        ClockEvent.carer_id.in_(carers), ClockEvent.device_id == device_id
    )


def _as_it_is(row: Device) -> Device:
    return row


def _made_with(session: Session, device_ids: Collection[UUID]) -> dict[UUID, Software]:
    last = (
        select(DeviceSoftware)
        .where(DeviceSoftware.device_id.in_(device_ids))
        .ext(distinct_on(DeviceSoftware.device_id))
        .order_by(DeviceSoftware.device_id, DeviceSoftware.id.desc())
    )
    return {row.device_id: Software(row.platform, row.sdk_version, row.login) for row in session.scalars(last)}


def _view(row: Device, carer_id: UUID, made_with: Software | None) -> DeviceView:
    return DeviceView(row.id, carer_id, row.platform, row.first_seen_at, row.replaced_at, row.doubt, made_with)
