"""One of everything in Tianjin, the people who may see it, and strangers who may not."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.models import Device
from app.accounts.types import DeviceDoubt
from app.checkin.face_models import FaceCheck
from app.checkin.help_models import HelpCall
from app.checkin.models import CareFact
from app.checkin.rating_models import ServiceRating
from app.checkin.types import FactKind
from app.imports.commands import Upload
from app.imports.service.upload import receive
from app.imports.types import ImportKind, ImportMode
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.kernel.settings import EXTENSION
from app.policies.codes import HomeType
from app.registry.choice_models import AgencyChoice
from app.registry.lists import get_agency, get_client
from app.registry.tag_models import HomeTag
from app.registry.types import GuardianExtent
from tests.careplans.factories import a_draft
from tests.payouts.rows import a_batch_of, a_month_run, a_subsidy
from tests.registry.factories import (
    SYSTEM,
    a_bank_account,
    a_carer,
    a_carer_suspension,
    a_client,
    a_family_carer,
    a_guardian,
    a_stay,
    a_suspension,
    an_agency,
    an_assignment,
    an_entitlement,
    an_insurance,
)
from tests.schedules.factories import DISTRICT, NOW, Scene, a_visit, add
from tests.tokens import make_account

AGENCY_ROLES = frozenset({Role.DISPATCHER, Role.AGENCY_HEAD})
BY_AREA = (Role.OPERATOR_REVIEWER, Role.SUPERVISOR, Role.COMMUNITY_NURSE)
PERSONAL_ROLES = frozenset({Role.CARER, Role.FAMILY_CARER, Role.GUARDIAN})
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
OTHER_DISTRICT = Scope(ScopeKind.DISTRICT, "120116")


@dataclass
class World:
    """Ids by the names that routes give them, and accounts by role."""

    ids: dict[str, UUID | str] = field(default_factory=dict)
    own: dict[Role, Actor] = field(default_factory=dict)
    strangers: dict[Role, Actor] = field(default_factory=dict)
    elsewhere: dict[Role, Actor] = field(default_factory=dict)  # the same role in Huai'an
    other_district: dict[Role, Actor] = field(default_factory=dict)


def build(session: Session, application: Flask) -> World:
    """Make the world's people and records in Tianjin; the caller commits."""
    world = World()
    agency, other_agency = an_agency(session), an_agency(session)
    carer, stranger = a_carer(session, agency=agency), a_carer(session, agency=other_agency)
    client, other_client = a_client(session, agency=agency), a_client(session, agency=other_agency)
    an_entitlement(session, client=client)
    an_assignment(session, client=client, carer=carer)
    family, other_family = a_family_carer(session, client=client), a_family_carer(session, client=other_client)
    guardian, other_guardian = (
        a_guardian(session, client=each, extent=GuardianExtent.SIGN) for each in (client, other_client)
    )
    plan = a_draft(session, client=client)
    registered = get_agency(session, agency_id=agency.id, actor=SYSTEM)
    record = get_client(session, client_id=client.client.id, actor=SYSTEM, on=NOW.date())
    world.ids |= {
        "agency_id": agency.id,
        "carer_id": carer.id,
        "client_id": client.client.id,
        "guardian_id": guardian.id,
        "plan_id": plan.id,
        "person_id": client.client.person.id,
        "stay_id": a_stay(session, client=client, admitted_on=MARCH).id,
        "bank_account_id": a_bank_account(session, person_id=client.client.person.id).id,
        "agency_agreement_id": registered.agreements[0].id,
        "agreement_id": record.agreements[0].id,
        "assignment_id": record.assignments[0].id,
        "carer_suspension_id": a_carer_suspension(session, carer=carer, valid_from=FEBRUARY, valid_to=MARCH).id,
        "certificate_id": carer.certificates[0].id,
        "employment_id": carer.employments[0].id,
        "insurance_id": an_insurance(session, carer=carer, agency=agency).id,
        "entitlement_id": record.entitlements[0].id,
        "home_id": record.homes[0].id,
        "choice_id": _choice(session, client_id=client.client.id, agency_id=agency.id),
        "suspension_id": a_suspension(session, client=client, valid_from=FEBRUARY, valid_to=MARCH).id,
        "training_id": record.trainings[0].id,
        "grant_id": new_id(),
        "family_carer_id": family.id,
    }
    people = {Role.CARER: carer, Role.FAMILY_CARER: family, Role.GUARDIAN: guardian}
    others = {Role.CARER: stranger, Role.FAMILY_CARER: other_family, Role.GUARDIAN: other_guardian}
    for role in Role:
        world.own[role] = _account(session, role, people=people, agency_id=agency.id)
        world.strangers[role] = _account(session, role, people=others, agency_id=other_agency.id)
    for role in BY_AREA:
        world.other_district[role] = make_account(session, role=role, scope=OTHER_DISTRICT)
    world.ids["account_id"] = make_account(session, role=Role.SUPERVISOR).account_id
    world.ids["visit_id"] = world.ids["fact_id"] = _visit(session, application, world)
    world.ids["device_id"] = _device(session, account_id=world.own[Role.CARER].account_id)
    world.ids["home_tag_id"] = new_id()
    key_id = application.extensions[EXTENSION].tag_keys.current
    tag = HomeTag(
        id=world.ids["home_tag_id"], client_id=client.client.id, key_id=key_id, account_id=new_id(), recorded_at=NOW
    )  # fmt: skip
    add(session, tag)
    world.ids["face_check_id"] = _face_check(session, world)
    world.ids["care_day_id"] = new_id()  # none is logged
    _rating(session, world)
    world.ids["help_call_id"] = _help_call(session, world)
    world.ids["subsidy_id"] = a_subsidy(session, client_id=client.client.id, carer_id=family.id)
    world.ids["batch_id"] = a_batch_of(
        session, subsidy_id=world.ids["subsidy_id"], bank_account_id=world.ids["bank_account_id"]
    )
    world.ids["computation_id"] = a_month_run(session)
    world.ids["run_id"] = _import_run(session, application, actor=world.own[Role.AGENCY_HEAD])
    world.ids |= {"kind": "daifa", "file_id": new_id()}
    return world


def _account(session: Session, role: Role, *, people: dict[Role, object], agency_id: UUID) -> Actor:
    if role in PERSONAL_ROLES:
        return make_account(session, role=role, person_id=people[role].person.id)  # type: ignore[attr-defined]  # views
    if role in AGENCY_ROLES:
        return make_account(session, role=role, scope=Scope(ScopeKind.AGENCY, str(agency_id)))
    return make_account(session, role=role)


def _import_run(session: Session, application: Flask, *, actor: Actor) -> UUID:
    with application.app_context():
        upload = Upload(ImportKind.STAFF, ImportMode.ALL_OR_NOTHING, b"x")
        return receive(session, upload, actor=actor, grants_version=1, at=NOW).id


def _rating(session: Session, world: World) -> None:
    rating = ServiceRating(
        id=new_id(), visit_id=world.ids["visit_id"], score=5, reasons=[], occurred_at=NOW, command_digest=b"-",
        account_id=world.own[Role.GUARDIAN].account_id, recorded_at=NOW,
    )  # fmt: skip
    add(session, rating)


def _device(session: Session, *, account_id: UUID) -> UUID:
    row = Device(
        id=new_id(), phone_key=new_id(), account_id=account_id, platform="test", first_seen_at=NOW,
        doubt=DeviceDoubt.NEW,
    )  # fmt: skip
    add(session, row)
    return row.id


def _face_check(session: Session, world: World) -> UUID:
    check = FaceCheck(
        id=new_id(), visit_id=world.ids["visit_id"], carer_id=world.ids["carer_id"], occurred_at=NOW,
        command_digest=b"-", account_id=world.own[Role.CARER].account_id, recorded_at=NOW,
    )  # fmt: skip
    add(session, check)
    return check.id


def _help_call(session: Session, world: World) -> UUID:
    call = HelpCall(
        id=new_id(), carer_id=world.ids["carer_id"], agency_ids=[world.ids["agency_id"]], occurred_at=NOW,
        command_digest=b"-", account_id=world.own[Role.CARER].account_id, recorded_at=NOW,
    )  # fmt: skip
    add(session, call)
    return call.id


def _choice(session: Session, *, client_id: UUID, agency_id: UUID) -> UUID:
    row = AgencyChoice(
        id=new_id(), client_id=client_id, agency_id=agency_id, home_type=HomeType.AGENCY_CARE, wanted_from=NOW.date(),
        recorded_at=NOW,
    )  # fmt: skip
    add(session, row)
    return row.id


def _visit(session: Session, application: Flask, world: World) -> UUID:
    ids = world.ids
    scene = Scene(
        application, ids["agency_id"], ids["carer_id"], world.own[Role.CARER].person_id, ids["client_id"],
        ids["plan_id"], dispatcher=world.own[Role.DISPATCHER], carer=world.own[Role.CARER],
    )  # fmt: skip
    visit_id = a_visit(session, scene)
    add(
        session,
        CareFact(
            id=visit_id, kind=FactKind.VISIT, client_id=scene.client_id, carer_id=scene.carer_id,
            agency_id=scene.agency_id, district_code=DISTRICT, recorded_at=NOW,
        ),
    )  # fmt: skip
    return visit_id
