"""Two carers with their clients, guardians and planned visits, and two families: who lives in every storm."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import Flask

from app.kernel.db import db
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.policies.codes import Relation
from demo.world import at
from tests.fixed_clock import clock_at
from tests.registry import factories as registry
from tests.schedules.factories import (
    Scene,
    a_carer,
    a_client,
    a_guardian,
    a_plan,
    a_scene,
    a_visit,
    an_actor,
    an_assignment,
)
from tests.tokens import make_account

FIRST_DAY = date(2026, 11, 19)
DAYS = tuple(FIRST_DAY + timedelta(days=number) for number in range(6))
HOURS = (8, 9, 14, 15)  # each begins some minutes later than the one before, so that there is a way between
WAY = timedelta(minutes=10)


@dataclass(frozen=True)
class Planned:
    """A planned visit."""

    id: UUID
    begins_at: datetime


@dataclass(frozen=True)
class Professional:
    """A carer, the client he visits, and who confirms for him."""

    carer: Actor
    client_id: UUID
    guardian: Actor
    visits: tuple[Planned, ...]


@dataclass(frozen=True)
class Family:
    """A family carer and the client he lives with."""

    carer: Actor
    client_id: UUID


@dataclass(frozen=True)
class People:
    """Everybody with a phone."""

    professionals: tuple[Professional, ...]
    families: tuple[Family, ...]


def settle_in(app: Flask) -> People:
    """Everybody registered and every visit planned, in Tianjin; each carer may stand in at the other's client."""
    with clock_at(at(FIRST_DAY, 6)), app.app_context():
        session = db.session()
        session.bind_region("tianjin")
        scenes = [first := a_scene(session, app), a_neighbour(app, first)]
        an_assignment(session, scenes[0].client_id, scenes[1].carer_id)
        an_assignment(session, scenes[1].client_id, scenes[0].carer_id)
        professionals = tuple(
            Professional(scene.carer, scene.client_id, a_guardian(session, app, scene.client_id), visits_of(scene))
            for scene in scenes
        )
        families = tuple(a_family(app) for _ in range(2))
        session.commit()
        db.session.remove()
        db.engine.dispose()
    return People(professionals, families)


def a_neighbour(app: Flask, first: Scene) -> Scene:
    """Another carer and client of the same agency."""
    session = db.session()
    carer_id, person_id = a_carer(session, app, first.agency_id)
    client_id = a_client(session, app, first.agency_id)
    an_assignment(session, client_id, carer_id)
    actor = an_actor(session, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id)
    plan_id = a_plan(session, client_id, first.agency_id)
    return replace(
        first, carer_id=carer_id, carer_person_id=person_id, client_id=client_id, plan_id=plan_id, carer=actor
    )


def visits_of(scene: Scene) -> tuple[Planned, ...]:
    """A scene's visits of all days."""
    made: list[Planned] = []
    for day in DAYS:
        for place, hour in enumerate(HOURS):
            begins_at = at(day, hour) + place % 2 * WAY
            visit_id = a_visit(db.session(), scene, start=begins_at, id=new_id(at=begins_at))
            made.append(Planned(visit_id, begins_at))
    return tuple(made)


def a_family(app: Flask) -> Family:
    """A client at home with a spouse."""
    session = db.session()
    client = registry.a_client(session)
    carer = registry.a_family_carer(session, client=client, relation=Relation.SPOUSE)
    actor = make_account(session, role=Role.FAMILY_CARER, person_id=carer.person.id)
    return Family(actor, client.client.id)
