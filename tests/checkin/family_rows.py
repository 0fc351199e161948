"""Rows behind a family carer's days: a client, his carer and the carer's actor, taps, items."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from geopy.distance import geodesic
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.careplans.models import ServiceItem
from app.checkin.days import LogCareDay
from app.checkin.models import ClockEvent
from app.checkin.rules.care_days import drawn_by
from app.checkin.rules.grading import is_sampled
from app.checkin.types import EventKind, Verdict
from app.kernel.codes import Sex
from app.kernel.geo import CoordinateSystem
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind, SystemActor
from app.policies.codes import ItemCategory, Relation
from app.registry.commands import HomeEntry
from app.registry.models import Assignment, Carer, Client, Person
from app.registry.service.homes import settle
from app.registry.types import CarerKind
from tests.checkin.terms import a_policy
from tests.schedules.factories import settings_of

DAY = date(2026, 11, 10)
EVENING = datetime(2026, 11, 10, 12, tzinfo=UTC)  # 20:00 in Tianjin
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Family:
    """A client and one family carer of his."""

    client_id: UUID
    carer_id: UUID
    actor: Actor


def a_person(session: Session) -> UUID:
    person_id = new_id()
    session.execute(
        insert(Person).values(
            id=person_id,
            id_number_enc=b"-",
            id_number_index=person_id.bytes,
            name_enc=b"-",
            sex=Sex.FEMALE,
            born_on=date(1950, 1, 1),
            created_at=LONG_AGO,
        )
    )
    return person_id


def a_client_row(session: Session, *, district: str = "120101") -> UUID:
    client_id = new_id()
    session.execute(
        insert(Client).values(id=client_id, person_id=a_person(session), district_code=district, created_at=LONG_AGO)
    )
    return client_id


def a_family(
    session: Session,
    *,
    client_id: UUID | None = None,
    carer_id: UUID | None = None,
    relation: Relation = Relation.SPOUSE,
) -> Family:
    """A family carer assigned since the beginning of the year, with an actor that has no account row."""
    client = client_id or a_client_row(session)
    person_id, carer_id = a_person(session), carer_id or new_id()
    session.execute(insert(Carer).values(id=carer_id, person_id=person_id, kind=CarerKind.FAMILY, created_at=LONG_AGO))
    scope = Scope(ScopeKind.OWN_CLIENTS)
    actor = Actor("tianjin", new_id(), Role.FAMILY_CARER, scope, new_id(), person_id=person_id)
    family = Family(client, carer_id, actor)
    a_task(session, family, relation=relation)
    return family


def a_family_by_draw(session: Session, app: Flask, *, day: date, is_drawn: bool) -> Family:
    """A family on whose day a sample falls, or none."""
    client_id, key = a_client_row(session), settings_of(app).key_ring.command_key
    share = a_policy().grading.b_sample_share
    found = (
        carer_id
        for carer_id in iter(new_id, None)
        if is_sampled(drawn_by(client_id=client_id, carer_id=carer_id, day=day), share=share, key=key) is is_drawn
    )
    return a_family(session, client_id=client_id, carer_id=next(found))


def a_task(session: Session, family: Family, *, relation: Relation = Relation.SPOUSE) -> None:
    """Assign the carer to the client since the beginning of the year."""
    session.execute(
        insert(Assignment).values(
            id=new_id(),
            client_id=family.client_id,
            carer_id=family.carer_id,
            relation=relation,
            valid_from=LONG_AGO.date(),
        )
    )


def a_home(session: Session, client_id: UUID, *, metres_away: float) -> None:
    """A home so far north of one point."""
    there = geodesic(meters=metres_away).destination((39.1, 117.2), 0)
    entry = HomeEntry("示例路1号", there.latitude, there.longitude, CoordinateSystem.WGS84, valid_from=LONG_AGO.date())
    settle(session, client_id, entry, actor=SystemActor("tianjin", "tests"), at=EVENING)


def a_tap(session: Session, family: Family, kind: EventKind = EventKind.IN, **more: Any) -> UUID:
    """A clock event of the family carer at home on `DAY`."""
    event_id = more.pop("id", None) or new_id()
    values: dict[str, Any] = {
        "kind": kind,
        "carer_id": family.carer_id,
        "client_id": family.client_id,
        "occurred_at": EVENING - timedelta(hours=10 if kind is EventKind.IN else 1),
        "skew_ms": 0,
        "verdict": Verdict.INSIDE,
        "command_digest": b"-",
        "account_id": family.actor.account_id,
        "recorded_at": EVENING,
    } | more
    values.setdefault("counted_at", values["occurred_at"])
    session.execute(insert(ClockEvent).values(id=event_id, **values))
    return event_id


def both_taps(session: Session, family: Family) -> dict[str, UUID]:
    """What a care day names: in and out."""
    return {"in_event_id": a_tap(session, family), "out_event_id": a_tap(session, family, EventKind.OUT)}


def an_item(session: Session, code: str, category: ItemCategory = ItemCategory.BASIC_LIFE_CARE) -> str:
    session.execute(
        insert(ServiceItem).values(
            code=code,
            version=1,
            name=code,
            category=category,
            staff_kinds=["carer", "family"],
            minutes=20,
            source="test",
            recorded_at=LONG_AGO,
        )
    )
    return code


def a_day(family: Family, **more: Any) -> LogCareDay:
    values = {"id": new_id(), "client_id": family.client_id, "day": DAY, "occurred_at": EVENING} | more
    return LogCareDay(**values)
