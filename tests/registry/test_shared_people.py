"""What one agency cannot decide about people whom another one knows as well, and what it cannot learn of them."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import PhoneRoute
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from tests.registry.factories import a_bank_account, a_carer, a_client, a_family_carer, a_guardian, a_person
from tests.registry.scene import Scene
from tests.tokens import make_account

TRUE_PHONE, OTHER_PHONE = "13600000001", "13600000002"
CONTRACT = {"contract_kind": "labour", "valid_from": "2026-11-20"}


@pytest.fixture
def other(scene: Scene, tianjin: Session) -> Actor:
    """The dispatcher of the other agency."""
    return _account(tianjin, Role.DISPATCHER, Scope(ScopeKind.AGENCY, str(scene.other_agency.id)))


@pytest.fixture
def operator(tianjin: Session) -> Actor:
    return _account(tianjin, Role.OPERATOR_REVIEWER, Scope(ScopeKind.FUND))


def _account(session: Session, role: Role, scope: Scope, **more: Any) -> Actor:
    made = make_account(session, role=role, scope=scope, **more)
    session.commit()
    return made


def body_of(person: Any, **more: Any) -> dict[str, Any]:
    return {"id_number": person.id_number, "name": person.name} | more


def employ(http: FlaskClient, scene: Scene, actor: Actor, person: Any, **more: Any):
    """Register somebody as the agency's own professional."""
    contract = CONTRACT | {"agency_id": actor.scope.key}
    body = {"person": body_of(person, **more), "kind": "professional", "employment": contract}
    return scene.post(http, "/carers", body, actor)


def test_an_agency_opens_no_door_of_a_carer_who_works_for_another_one_too(
    client: FlaskClient, scene: Scene, tianjin: Session, other: Actor
):
    person = a_person()
    carer = a_carer(tianjin, agency=scene.agency, person=person)
    tianjin.commit()
    assert employ(client, scene, other, person).status_code == 201

    refused = scene.post(client, f"/carers/{carer.id}/access", {}, other)
    by_fund = scene.post(client, f"/carers/{carer.id}/access", {}, scene.actors[Role.REGION_ADMIN])

    assert (refused.status_code, refused.json["code"]) == (409, "shared_person")
    assert by_fund.status_code == 201


def test_whoever_was_bound_on_another_agencys_word_gets_no_client_by_this_ones(
    client: FlaskClient, scene: Scene, tianjin: Session, other: Actor
):
    """An agency that employed a stranger's daughter on paper, and withdrew it, does not become her guardian here."""
    person = a_person()
    contract = employ(client, scene, other, person).json["employments"][0]["id"]
    end = {"valid_to": CONTRACT["valid_from"], "reason": "mistaken"}
    assert scene.post(client, f"/employments/{contract}/end", end, other).status_code == 201
    guardian = a_guardian(tianjin, client=scene.client, person=person)
    tianjin.commit()

    refused = scene.post(client, f"/guardians/{guardian.id}/access", {}, scene.actors[Role.DISPATCHER])

    assert (refused.status_code, refused.json["code"]) == (409, "shared_person")


def test_another_phone_than_the_one_on_file_is_refused_until_the_fund_corrects_it(
    client: FlaskClient, scene: Scene, other: Actor, operator: Actor
):
    person = a_person()
    squatter = {"person": body_of(person, phone=OTHER_PHONE), "kind": "family"}
    assert scene.post(client, "/carers", squatter, other).status_code == 201
    guardian = {
        "person": body_of(person, phone=TRUE_PHONE),
        "relation": "child",
        "extent": "sign",
        "document": "A-1",
        "valid_from": "2026-11-01",
    }
    path = f"/clients/{scene.client_id}/guardians"

    refused = scene.post(client, path, guardian, scene.actors[Role.DISPATCHER])
    without = scene.post(client, path, guardian | {"person": body_of(person)}, scene.actors[Role.DISPATCHER])
    person_id = without.json["person"]["id"]
    entry = {"phone": TRUE_PHONE, "reason": "seen_in_person"}
    by_agency = scene.post(client, f"/people/{person_id}/phone", entry, scene.actors[Role.DISPATCHER])
    corrected = scene.post(client, f"/people/{person_id}/phone", entry, operator)

    assert (refused.status_code, refused.json["code"]) == (409, "phone_differs")
    assert without.status_code == 201
    assert by_agency.status_code == 403
    assert (corrected.status_code, corrected.json["phone"]) == (201, "136****0001")


@pytest.mark.parametrize(("said", "status"), [(None, 201), (TRUE_PHONE, 201), (OTHER_PHONE, 409)])
def test_a_door_opens_by_phone_only_when_its_opener_says_the_number_on_file(
    client: FlaskClient, scene: Scene, tianjin: Session, said: str | None, status: int
):
    carer = a_carer(tianjin, agency=scene.agency, person=a_person(phone=TRUE_PHONE))
    tianjin.commit()

    answer = scene.post(client, f"/carers/{carer.id}/access", {"phone": said}, scene.actors[Role.DISPATCHER])

    assert answer.status_code == status
    assert tianjin.scalar(select(func.count()).select_from(PhoneRoute)) == (1 if said == TRUE_PHONE else 0)


def test_an_agency_ends_no_certificate_of_a_carer_who_works_for_another_one_too(
    client: FlaskClient, scene: Scene, tianjin: Session, other: Actor, operator: Actor
):
    person = a_person()
    carer = a_carer(tianjin, agency=scene.agency, person=person)
    tianjin.commit()
    end = {"valid_to": "2026-11-20", "reason": "mistaken"}
    path = f"/certificates/{carer.certificates[0].id}/end"
    employ(client, scene, other, person)

    by_other = scene.post(client, path, end, other)
    by_admin = scene.post(client, path, end, scene.actors[Role.REGION_ADMIN])

    assert (by_other.status_code, by_other.json["code"]) == (409, "shared_person")
    assert by_admin.status_code == 201


def test_who_is_served_elsewhere_is_told_without_his_id(
    client: FlaskClient, scene: Scene, tianjin: Session, other: Actor
):
    person = a_person()
    a_client(tianjin, agency=scene.agency, person=person)
    tianjin.commit()
    agreement = {"agency_id": other.scope.key, "home_type": "agency_care", "valid_from": "2026-11-20"}
    body = {"person": body_of(person), "district_code": "120103", "agreement": agreement}

    answer = scene.post(client, "/clients", body, other)

    assert (answer.status_code, answer.json["code"], answer.json["details"]) == (409, "client_served_elsewhere", {})


def test_a_payee_neither_records_nor_checks_his_own_account(client: FlaskClient, scene: Scene, tianjin: Session):
    payee = scene.family_carer.person.id
    account = a_bank_account(tianjin, person_id=payee, checked=None)
    own = _account(tianjin, Role.OPERATOR_REVIEWER, Scope(ScopeKind.FUND), person_id=payee)
    entry = {"number": "6222021000112345672", "bank_code": "102110000011"}

    recorded = scene.post(client, f"/people/{payee}/bank-accounts", entry, own)
    checked = scene.post(client, f"/bank-accounts/{account.id}/name-check", {"result": "matched"}, own)

    assert [(each.status_code, each.json["code"]) for each in (recorded, checked)] == [(403, "own_bank_account")] * 2


def test_naming_another_agencys_family_carer_does_not_tell_the_phone(
    client: FlaskClient, scene: Scene, tianjin: Session, other: Actor
):
    person = a_person(phone=TRUE_PHONE)
    a_family_carer(tianjin, client=scene.client, person=person)
    tianjin.commit()
    body = {"person": body_of(person), "kind": "family"}

    told = [scene.post(client, "/carers", body, actor).json for actor in (other, scene.actors[Role.DISPATCHER])]

    assert [each["person"]["phone"] for each in told] == [None, "136****0001"]
