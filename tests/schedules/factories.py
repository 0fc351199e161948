"""One agency with one carer, one client and everything a visit needs; a test changes only what it is about."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.accounts.consent_models import Consent
from app.accounts.consent_types import ConsentGiver, ConsentPurpose
from app.accounts.consents import present_texts
from app.careplans.models import CarePlan, PlanItem, ServiceItem
from app.kernel import clock, tokens
from app.kernel.geo import Point
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, AnyActor, Role, Scope, ScopeKind
from app.kernel.settings import EXTENSION, Settings
from app.policies.codes import ItemCategory
from app.policies.models import PolicyText
from app.schedules.models import Visit, VisitChange
from app.schedules.types import VisitSource, VisitState, VisitToPlan
from tests.registry import factories as registry
from tests.tokens import make_account

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # 9 in the morning in Tianjin
TODAY = date(2026, 11, 20)
SINCE = date(2026, 1, 1)
HOME = Point(39.1, 117.2)
HOUR = timedelta(hours=1)
DISTRICT = "120101"


@dataclass
class Scene:
    """Ids of what `a_scene` made, and who acts."""

    app: Flask
    agency_id: UUID
    carer_id: UUID
    carer_person_id: UUID
    client_id: UUID
    plan_id: UUID
    dispatcher: Actor
    carer: Actor
    more: dict[str, UUID] = field(default_factory=dict)

    def headers(self, actor: Actor, *, version: int = 1) -> dict[str, str]:
        return headers(self.app, actor, version=version)


def settings_of(app: Flask) -> Settings:
    settings: Settings = app.extensions[EXTENSION]
    return settings


def headers(app: Flask, actor: Actor, *, version: int = 1) -> dict[str, str]:
    """Headers of a request by an actor."""
    keys = settings_of(app).token_keys
    token = tokens.issue(actor, grants_version=version, keys=keys, at=clock.now(), lifetime=HOUR)
    return {"Authorization": f"Bearer {token}"}


def add(session: Session, *rows: object) -> None:
    for row in rows:
        session.add(row)
        session.flush()


def an_actor(
    session: Session, role: Role, kind: ScopeKind, *, key: str | None = None, person_id: UUID | None = None
) -> Actor:
    """An account with one grant."""
    return make_account(session, role=role, scope=Scope(kind, key), person_id=person_id)


def a_carer(session: Session, app: Flask, agency_id: UUID, *, certified_until: date | None = None) -> tuple[UUID, UUID]:
    """A professional with contract and certificate; carer and person."""
    carer = registry.a_carer(session, agency=_with_id(agency_id), certified_to=certified_until)
    return carer.id, carer.person.id


def a_client(session: Session, app: Flask, agency_id: UUID, *, home: Point | None = HOME) -> UUID:
    """A client served by the agency, entitled, with an approved home; photos may be taken there."""
    client = registry.a_client(session, agency=_with_id(agency_id), home=home, district_code=DISTRICT, street_code=None)
    registry.an_entitlement(session, client=client)
    a_consent(session, client.client.person.id, ConsentPurpose.PHOTOS)
    return client.client.id


def an_assignment(session: Session, client_id: UUID, carer_id: UUID, *, since: date = SINCE) -> None:
    registry.an_assignment(session, client=_client(client_id), carer=_with_id(carer_id), valid_from=since)


def a_consent(
    session: Session, person_id: UUID, purpose: ConsentPurpose, *, is_given: bool = True, seq: int = 1
) -> None:
    """What a person said of a purpose, to the present words."""
    text, ids = present_texts()[purpose], {"id": new_id(), "person_id": person_id, "account_id": new_id()}
    said = {"is_given": is_given, "giver": ConsentGiver.SELF, "seq": seq, "recorded_at": NOW}
    words = {"purpose": purpose, "version": text.version, "text_digest": text.digest}
    session.execute(insert(Consent).values(**ids, **said, **words))


def _with_id(row_id: UUID) -> Any:
    """What the registry's factories ask of a row: its id."""
    return SimpleNamespace(id=row_id)


def _client(client_id: UUID) -> Any:
    return SimpleNamespace(client=_with_id(client_id))


def a_plan(session: Session, client_id: UUID, agency_id: UUID) -> UUID:
    """A confirmed plan: a bath on every visit, nails once a week."""
    plan_id, codes = new_id(), (("bath", 7), ("nails", 1))
    for code, _ in codes:
        if session.get(ServiceItem, (code, 1)) is None:
            add(session, a_service_item(code))
    plan = CarePlan(
        id=plan_id,
        client_id=client_id,
        version=1,
        author_id=new_id(),
        agency_id=agency_id,
        valid_from=SINCE,
        confirmed_at=NOW,
        policy_digest=session.scalars(select(PolicyText.digest).limit(1)).one(),
        created_at=NOW,
    )
    lines = [
        PlanItem(plan_id=plan_id, item_code=code, item_version=1, times_per_week=times, minutes=20, recorded_at=NOW)
        for code, times in codes
    ]
    add(session, plan, *lines)
    return plan_id


def a_service_item(code: str) -> ServiceItem:
    return ServiceItem(
        code=code,
        version=1,
        name=code,
        category=ItemCategory.BASIC_LIFE_CARE,
        staff_kinds=["carer"],
        minutes=20,
        source="test",
        recorded_at=NOW,
    )


def a_scene(session: Session, app: Flask) -> Scene:
    """Everything for one visit."""
    agency_id = registry.an_agency(session, district_code=DISTRICT).id
    carer_id, person_id = a_carer(session, app, agency_id)
    client_id = a_client(session, app, agency_id)
    an_assignment(session, client_id, carer_id)
    plan_id = a_plan(session, client_id, agency_id)
    return Scene(
        app,
        agency_id,
        carer_id,
        person_id,
        client_id,
        plan_id,
        dispatcher=an_actor(session, Role.DISPATCHER, ScopeKind.AGENCY, key=str(agency_id)),
        carer=an_actor(session, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id),
    )


def a_guardian(
    session: Session, app: Flask, client_id: UUID, *, since: date = SINCE, by: AnyActor = registry.SYSTEM
) -> Actor:
    guardian = registry.a_guardian(session, client=_client(client_id), by=by, valid_from=since)
    return an_actor(session, Role.GUARDIAN, ScopeKind.OWN_CLIENTS, person_id=guardian.person.id)


def to_plan(scene: Scene, *, hours: float = 24, length: timedelta = HOUR, **changed: object) -> VisitToPlan:
    """A visit that begins `hours` after NOW."""
    start = NOW + timedelta(hours=hours)
    values = {
        "id": new_id(),
        "client_id": scene.client_id,
        "carer_id": scene.carer_id,
        "planned_from": start,
        "planned_to": start + length,
    } | changed
    return VisitToPlan(**values)


def as_json(visit: VisitToPlan) -> dict[str, object]:
    return {
        "id": str(visit.id),
        "client_id": str(visit.client_id),
        "carer_id": str(visit.carer_id),
        "planned_from": visit.planned_from.isoformat(),
        "planned_to": visit.planned_to.isoformat(),
        "team_slot": visit.team_slot,
    }


def a_visit(
    session: Session, scene: Scene, *, start: datetime = NOW, length: timedelta = HOUR, **changed: object
) -> UUID:
    """A planned visit, put straight into the tables."""
    values = {
        "id": new_id(),
        "client_id": scene.client_id,
        "carer_id": scene.carer_id,
        "agency_id": scene.agency_id,
        "district_code": DISTRICT,
        "plan_id": scene.plan_id,
        "team_slot": 1,
        "planned": Range(start, start + length),
        "state": VisitState.PLANNED,
        "seq": 1,
        "source": VisitSource.PLANNED,
        "created_at": NOW,
    } | changed
    visit_id = values["id"]
    change = VisitChange(visit_id=visit_id, seq=1, from_state="new", to_state=VisitState.PLANNED.value, recorded_at=NOW)
    add(session, Visit(**values), change)
    return visit_id
