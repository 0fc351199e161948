"""One of everything in Tianjin, the people who may see it, and strangers who may not."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.consent_models import Consent
from app.accounts.consent_types import ConsentGiver, ConsentPurpose
from app.accounts.models import Device
from app.accounts.types import DeviceDoubt
from app.checkin.card_models import CareCard, Incident
from app.checkin.cards import CardTexts, IncidentKind
from app.checkin.correction_models import CorrectionRequest, UnlockRequest
from app.checkin.corrections import CorrectionKind, CorrectionReason
from app.checkin.evidence_holds import HeldSubject, HoldCause
from app.checkin.face_models import FaceCheck
from app.checkin.help_models import HelpCall
from app.checkin.hold_models import EvidenceHold
from app.checkin.home_models import HomeProposal
from app.checkin.models import POINT_CONTEXT, CareFact, ClockEvent, Position
from app.checkin.prompt_models import Prompt
from app.checkin.queries.cards import sealed
from app.checkin.rating_models import ServiceRating
from app.checkin.types import EventKind, FactKind, Verdict
from app.imports.commands import Upload
from app.imports.service.upload import receive
from app.imports.types import ImportKind, ImportMode
from app.kernel.geo import CoordinateSystem
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.kernel.settings import EXTENSION
from app.oversight.complaint_models import Complaint
from app.oversight.complaint_types import ComplaintKind, ComplaintTo
from app.oversight.models import Finding, FindingRecord
from app.oversight.types import FindingKind, SubjectKind
from app.policies.codes import HomeType
from app.registry.choice_models import AgencyChoice
from app.registry.lists import get_agency, get_client
from app.registry.models import BankAccount, HomePlace, Person
from app.registry.notice_models import ClientNotice
from app.registry.notice_types import NoticeKind
from app.registry.tag_models import HomeTag
from app.registry.types import GuardianExtent
from app.registry.views import BANK_NUMBER
from tests.careplans.factories import a_draft
from tests.checkin.photos import a_stored_photo
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
LATITUDE = "39.125731"  # where a phone was
OTHER_DISTRICT = Scope(ScopeKind.DISTRICT, "120116")


@dataclass
class World:
    """Ids by the names that routes give them, and accounts by role."""

    ids: dict[str, UUID | str] = field(default_factory=dict)
    own: dict[Role, Actor] = field(default_factory=dict)
    strangers: dict[Role, Actor] = field(default_factory=dict)
    elsewhere: dict[Role, Actor] = field(default_factory=dict)  # the same role in Huai'an
    other_district: dict[Role, Actor] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()  # full values that no list shows


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
    world.ids["help_call_id"] = _help_call(session, application, world)
    world.ids["photo_id"] = a_stored_photo(session, fact_id=world.ids["fact_id"], carer_id=carer.id)
    world.ids["legal_hold_id"] = _legal_hold(session, world)
    world.ids["prompt_id"] = _prompt(session, world)
    world.ids |= _what_waits(session, world)
    world.ids |= _what_families_tell(session, application, world)
    world.ids["subsidy_id"] = a_subsidy(session, client_id=client.client.id, carer_id=family.id)
    world.ids["batch_id"] = a_batch_of(
        session, subsidy_id=world.ids["subsidy_id"], bank_account_id=world.ids["bank_account_id"]
    )
    world.ids["computation_id"] = a_month_run(session)
    world.ids["run_id"] = _import_run(session, application, actor=world.own[Role.AGENCY_HEAD])
    world.ids["finding_id"] = _finding(session, world)
    world.ids |= {"kind": "daifa", "file_id": new_id()}
    world.secrets = _secrets(session, application)
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


def _secrets(session: Session, application: Flask) -> tuple[str, ...]:
    """ID and bank numbers, addresses, and where homes and a phone are."""
    keys, kept = application.extensions[EXTENSION].key_ring, [LATITUDE]
    kept += [keys.decrypt(each, context="person.id_number") for each in session.scalars(select(Person.id_number_enc))]
    kept += [keys.decrypt(each, context=BANK_NUMBER) for each in session.scalars(select(BankAccount.number_enc))]
    for address, position in session.execute(select(HomePlace.address_enc, HomePlace.position_enc)):
        kept.append(keys.decrypt(address, context="home_place.address"))
        kept += keys.decrypt(position, context="home_place.position").split(",")
    return tuple(set(kept))


def _finding(session: Session, world: World) -> UUID:
    finding = Finding(
        id=new_id(), rule="service_in_hospital", version=1, kind=FindingKind.HARD, subject_kind=SubjectKind.CLIENT,
        subject_id=world.ids["client_id"], month=MARCH, facts={}, recorded_at=NOW,
    )  # fmt: skip
    named = FindingRecord(finding_id=finding.id, fact_id=world.ids["visit_id"], facts={}, recorded_at=NOW)
    add(session, finding, named)
    return finding.id


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
    consent = Consent(
        id=new_id(), person_id=world.own[Role.CARER].person_id, purpose=ConsentPurpose.FACE, seq=1, version=1,
        text_digest="-", is_given=True, giver=ConsentGiver.SELF, account_id=check.account_id, recorded_at=NOW,
    )  # fmt: skip
    add(session, check, consent)
    return check.id


def _help_call(session: Session, application: Flask, world: World) -> UUID:
    call = HelpCall(
        id=new_id(), carer_id=world.ids["carer_id"], agency_ids=[world.ids["agency_id"]], occurred_at=NOW,
        command_digest=b"-", position_digest=b"-", account_id=world.own[Role.CARER].account_id, recorded_at=NOW,
    )  # fmt: skip
    keys = application.extensions[EXTENSION].key_ring
    point = keys.encrypt(f"{LATITUDE},{117.25}", context=POINT_CONTEXT)
    add(session, call)
    add(session, Position(id=call.id, point_enc=point, system=CoordinateSystem.WGS84, salt=b"-"))
    return call.id


def _what_waits(session: Session, world: World) -> dict[str, UUID | str]:
    asked = CorrectionRequest(
        id=new_id(), visit_id=world.ids["visit_id"], kind=CorrectionKind.TIMES, reason=CorrectionReason.NO_NETWORK,
        items=[], account_id=world.own[Role.CARER].account_id, command_digest=b"-", recorded_at=NOW,
    )  # fmt: skip
    unlock = UnlockRequest(
        id=new_id(), visit_id=world.ids["visit_id"], reason=CorrectionReason.NO_NETWORK,
        account_id=world.own[Role.AGENCY_HEAD].account_id, recorded_at=NOW,
    )  # fmt: skip
    add(session, asked, unlock)
    proposal = HomeProposal(
        id=new_id(), client_id=world.ids["client_id"], distance_m=500, spread_m=10, taps=8, days=5, carers=2,
        policy_digest="-", recorded_at=NOW,
    )  # fmt: skip
    add(session, proposal)
    return {"correction_id": asked.id, "unlock_id": unlock.id, "proposal_id": proposal.id}


def _what_families_tell(session: Session, application: Flask, world: World) -> dict[str, UUID | str]:
    ids = world.ids
    keys = application.extensions[EXTENSION].key_ring
    card = CareCard(
        client_id=ids["client_id"], text_enc=sealed(CardTexts(risks="test"), keys=keys), account_id=new_id(),
        written_at=NOW,
    )  # fmt: skip
    incident = Incident(
        id=new_id(), kind=IncidentKind.FALL, client_id=ids["client_id"], carer_id=ids["carer_id"],
        agency_ids=[ids["agency_id"]], occurred_at=NOW, account_id=world.own[Role.CARER].account_id,
        command_digest=b"-", recorded_at=NOW,
    )  # fmt: skip
    notice = ClientNotice(
        id=new_id(), client_id=ids["client_id"], kind=NoticeKind.HOSPITAL_IN, day=NOW.date(), occurred_at=NOW,
        account_id=world.own[Role.GUARDIAN].account_id, command_digest=b"-", recorded_at=NOW,
    )  # fmt: skip
    complaint = Complaint(
        id=new_id(), client_id=ids["client_id"], addressee=ComplaintTo.AGENCY, agency_id=ids["agency_id"],
        kind=ComplaintKind.OTHER, occurred_at=NOW, due_on=NOW.date(), policy_digest="-",
        account_id=world.own[Role.GUARDIAN].account_id, command_digest=b"-", recorded_at=NOW,
    )  # fmt: skip
    tap = ClockEvent(
        id=new_id(), kind=EventKind.IN, carer_id=ids["carer_id"], client_id=ids["client_id"], visit_id=ids["visit_id"],
        occurred_at=NOW, counted_at=NOW, skew_ms=0, verdict=Verdict.UNCERTAIN, command_digest=b"-",
        account_id=world.own[Role.CARER].account_id, recorded_at=NOW,
    )  # fmt: skip
    add(session, card, incident, notice, complaint, tap)
    return {"event_id": tap.id, "incident_id": incident.id, "notice_id": notice.id, "complaint_id": complaint.id}


def _legal_hold(session: Session, world: World) -> UUID:
    row = EvidenceHold(
        id=new_id(), cause=HoldCause.LEGAL, document="BQ-1", subject=HeldSubject.CLIENT,
        subject_id=world.ids["client_id"], recorded_at=NOW,
    )  # fmt: skip
    add(session, row)
    return row.id


def _prompt(session: Session, world: World) -> UUID:
    prompt = Prompt(
        id=new_id(), carer_id=world.ids["family_carer_id"], client_id=world.ids["client_id"], day=NOW.date(),
        opens_at=NOW, closes_at=NOW + timedelta(minutes=30), policy_digest="-", recorded_at=NOW,
    )  # fmt: skip
    add(session, prompt)
    return prompt.id


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
