"""One agency with one carer, one client and everything a visit needs; a test changes only what it is about."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.accounts.models import Account, RoleGrant
from app.accounts.types import AccountState
from app.careplans.models import CarePlan, PlanItem, ServiceItem
from app.kernel import clock, tokens
from app.kernel.codes import Sex
from app.kernel.geo import CoordinateSystem, Point
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.kernel.settings import EXTENSION, Settings
from app.policies.codes import HomeType, ItemCategory, Relation
from app.registry.models import (
    Agency,
    AgencyAgreement,
    Assignment,
    Carer,
    Certificate,
    Client,
    Employment,
    Entitlement,
    Guardian,
    HomePlace,
    Person,
    ServiceAgreement,
)
from app.registry.types import (
    AgencyState,
    CarerKind,
    ContractKind,
    GuardianExtent,
    PlaceState,
    ServiceMode,
)
from app.schedules.models import Visit, VisitChange
from app.schedules.types import VisitSource, VisitState, VisitToPlan

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


def a_person(session: Session, app: Flask) -> UUID:
    keys, person_id = settings_of(app).key_ring, new_id()
    person = Person(
        id=person_id,
        id_number_enc=keys.encrypt(str(person_id), context="person.id_number"),
        id_number_index=keys.blind_index(str(person_id), purpose="person.id_number"),
        name_enc=keys.encrypt("某人", context="person.name"),
        sex=Sex.FEMALE,
        born_on=date(1970, 1, 1),
        created_at=NOW,
    )
    add(session, person)
    return person_id


def an_actor(
    session: Session, role: Role, kind: ScopeKind, *, key: str | None = None, person_id: UUID | None = None
) -> Actor:
    """An account with one grant."""
    account_id, grant_id = new_id(), new_id()
    add(
        session,
        Account(
            id=account_id,
            person_id=person_id,
            label="测试",
            state=AccountState.ACTIVE,
            grants_version=1,
            created_at=NOW,
        ),
        RoleGrant(
            id=grant_id,
            account_id=account_id,
            role=role,
            scope_kind=kind,
            scope_key=key or "",
            purpose="test",
            valid_from=NOW - timedelta(days=300),
        ),
    )
    return Actor("tianjin", account_id, role, Scope(kind, key), grant_id, person_id=person_id)


def an_agency(session: Session) -> UUID:
    agency_id = new_id()
    add(
        session,
        Agency(
            id=agency_id,
            name="测试护理站",
            credit_code=str(agency_id),
            district_code=DISTRICT,
            state=AgencyState.ACTIVE,
            created_at=NOW,
        ),
        AgencyAgreement(id=new_id(), agency_id=agency_id, home_types=[HomeType.AGENCY_CARE.value], valid_from=SINCE),
    )
    return agency_id


def a_carer(session: Session, app: Flask, agency_id: UUID, *, certified_until: date | None = None) -> tuple[UUID, UUID]:
    """A professional with contract and certificate; carer and person."""
    person_id, carer_id = a_person(session, app), new_id()
    add(
        session,
        Carer(id=carer_id, person_id=person_id, kind=CarerKind.PROFESSIONAL, created_at=NOW),
        Employment(
            id=new_id(),
            carer_id=carer_id,
            agency_id=agency_id,
            contract_kind=ContractKind.LABOUR,
            valid_from=SINCE,
        ),
        Certificate(
            id=new_id(),
            carer_id=carer_id,
            kind="care_worker",
            number=str(carer_id),
            valid_from=SINCE,
            valid_to=certified_until,
        ),
    )
    return carer_id, person_id


def a_client(session: Session, app: Flask, agency_id: UUID, *, home: Point | None = HOME) -> UUID:
    """A client served by the agency, entitled, with an approved home."""
    client_id, keys = new_id(), settings_of(app).key_ring
    add(
        session,
        Client(id=client_id, person_id=a_person(session, app), district_code=DISTRICT, created_at=NOW),
        ServiceAgreement(
            id=new_id(),
            client_id=client_id,
            agency_id=agency_id,
            home_type=HomeType.AGENCY_CARE,
            valid_from=SINCE,
        ),
        Entitlement(
            id=new_id(),
            client_id=client_id,
            level="5",
            mode=ServiceMode.HOME,
            home_types=[HomeType.AGENCY_CARE.value],
            cause_kind="test",
            policy_digest="test",
            concluded_on=SINCE,
            valid_from=SINCE,
        ),
    )
    if home is not None:
        add(
            session,
            HomePlace(
                id=new_id(),
                client_id=client_id,
                address_enc=keys.encrypt("某路1号", context="home_place.address"),
                position_enc=keys.encrypt(f"{home.latitude},{home.longitude}", context="home_place.position"),
                system=CoordinateSystem.WGS84,
                state=PlaceState.APPROVED,
                valid_from=SINCE,
            ),
        )
    return client_id


def an_assignment(
    session: Session, client_id: UUID, carer_id: UUID, *, relation: Relation | None = None, since: date = SINCE
) -> None:
    add(
        session,
        Assignment(id=new_id(), client_id=client_id, carer_id=carer_id, relation=relation, valid_from=since),
    )


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
        policy_digest="test",
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
    agency_id = an_agency(session)
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


def a_guardian(session: Session, app: Flask, client_id: UUID, *, since: date = SINCE) -> Actor:
    person_id = a_person(session, app)
    add(
        session,
        Guardian(
            id=new_id(),
            client_id=client_id,
            person_id=person_id,
            relation=Relation.CHILD,
            extent=GuardianExtent.CONFIRM_CARE,
            document="test",
            valid_from=since,
        ),
    )
    return an_actor(session, Role.GUARDIAN, ScopeKind.OWN_CLIENTS, person_id=person_id)


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
