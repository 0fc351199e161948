"""A month's records as the risk rules look at them. Unscoped: the rules see all agencies of the fund."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import cache, partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Uuid, and_, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models import Account, Device
from app.checkin.models import CareDay, ClockEvent, Evidence, ExceptionFound, ItemDone, ServiceRecord
from app.checkin.queries.door import POSITION_CONTEXT
from app.checkin.types import EvidenceKind, ExceptionCode, ItemOutcome
from app.kernel import clock
from app.kernel.crypto import KeyRing
from app.kernel.db import session
from app.kernel.geo import Point, to_wgs84
from app.oversight.sources import AT_ONCE, Places, Sources
from app.registry.conditions import touches
from app.registry.models import Carer, Client, HomePlace, Person, Stay
from app.registry.types import PlaceState
from app.schedules.models import Visit

ONE_DAY = timedelta(days=1)
COPY_DETAILS = ("photo_id", "copied_photo_id", "copied_fact_id")


def month_sources(*, first: date, beyond: date, zone: ZoneInfo, keys: KeyRing) -> Sources:
    """What was recorded of the days `[first, beyond)`, as it stands: of corrected records the last."""
    since = clock.local_midnight(first, zone) - ONE_DAY  # nothing is taken in before its day
    newer, newest_record = aliased(ServiceRecord), _recorded(ServiceRecord, since)
    is_superseded = exists().where(newer.supersedes_id == ServiceRecord.id, newer.recorded_at >= since)
    visits = (
        select(
            Visit.id,
            Carer.person_id,
            Visit.client_id,
            Visit.team_slot.label("slot"),
            func.lower(Visit.planned).label("planned_from"),
            func.upper(Visit.planned).label("planned_to"),
            ServiceRecord.began_at,
            ServiceRecord.ended_at,
            ServiceRecord.service_on.label("day"),
        )
        .join_from(ServiceRecord, Visit, Visit.id == ServiceRecord.visit_id)
        .join(Carer, Carer.id == Visit.carer_id)
        .where(newest_record, ServiceRecord.service_on >= first, ServiceRecord.service_on < beyond, ~is_superseded)
    )
    taps = (
        select(
            ClockEvent.visit_id,
            ClockEvent.kind,
            func.coalesce(Device.phone_key, ClockEvent.device_id).label("phone"),
            ClockEvent.distance_m,
            ClockEvent.accuracy_m,
        )
        .outerjoin(Device, Device.id == ClockEvent.device_id)
        .where(_recorded(ClockEvent, since), ClockEvent.visit_id.is_not(None))
    )
    line = func.concat_ws(":", ItemDone.item_code, ItemDone.outcome, ItemDone.minutes)
    is_undone = ItemDone.outcome.in_([ItemOutcome.REFUSED, ItemOutcome.NOT_DONE])
    items = (
        select(
            ItemDone.visit_id,
            func.sum(func.hashtext(line)).label("pattern"),
            func.count().label("logged"),
            func.count().filter(is_undone).label("undone"),
        )
        .where(_recorded(ItemDone, since))
        .group_by(ItemDone.visit_id)
    )
    care_days = select(CareDay.id, CareDay.client_id, CareDay.day).where(
        _recorded(CareDay, since), CareDay.day >= first, CareDay.day < beyond
    )
    had_it = and_(
        Device.account_id == Evidence.account_id,
        Device.first_seen_at <= Evidence.recorded_at,
        or_(Device.replaced_at.is_(None), Device.replaced_at > Evidence.recorded_at),
    )
    said = (
        select(Evidence.fact_id.label("visit_id"), Account.person_id, Device.phone_key.label("phone"))
        .join(Account, Account.id == Evidence.account_id)
        .outerjoin(Device, had_it)
        .where(_recorded(Evidence, since), Evidence.kind == EvidenceKind.CONFIRMATION, Evidence.holds)
    )
    away = select(
        Stay.client_id, Stay.kind.label("stay_kind"), Stay.valid_from.label("gone_on"), Stay.valid_to.label("back_on")
    ).where(touches(Stay, first=first, beyond=beyond))
    died = select(Client.id.label("client_id"), Person.died_on).join(Person, Person.id == Client.person_id)
    told = {name: cast(ExceptionFound.details[name].astext, Uuid()) for name in COPY_DETAILS}
    copies = select(ExceptionFound.fact_id.label("visit_id"), *(each.label(name) for name, each in told.items())).where(
        _recorded(ExceptionFound, since), ExceptionFound.code == ExceptionCode.PHOTO_COPIED
    )
    return Sources(
        visits=visits,
        taps=taps,
        items=items,
        care_days=care_days,
        said=said,
        away=away,
        died=died.where(Person.died_on < beyond),
        copies=copies,
        places=cache(partial(_places, first=first, beyond=beyond, keys=keys)),
    )


def _recorded(
    fact: type[ServiceRecord | ClockEvent | ItemDone | CareDay | Evidence | ExceptionFound], since: datetime
) -> ColumnElement[bool]:
    return fact.recorded_at >= since


def _places(*, first: date, beyond: date, keys: KeyRing) -> Places:
    """The approved places of all clients, decrypted once a run: far fewer than visits, so that they fit in memory."""
    homes = select(HomePlace.client_id, HomePlace.position_enc, HomePlace.system).where(
        HomePlace.state == PlaceState.APPROVED, touches(HomePlace, first=first, beyond=beyond)
    )
    known: defaultdict[UUID, list[Point]] = defaultdict(list)
    for row in session().execute(homes.execution_options(yield_per=AT_ONCE)):
        latitude, longitude = keys.decrypt(row.position_enc, context=POSITION_CONTEXT).split(",")
        known[row.client_id].append(to_wgs84(float(latitude), float(longitude), row.system))
    return Places(known)
