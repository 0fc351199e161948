"""What one agency cannot do to clients and carers of another, of its own past, or too far back."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.policies.codes import HomeType
from app.registry.commands import AgreementEntry
from app.registry.models import HomePlace, Person, ServiceAgreement
from app.registry.service.clients import add_agreement
from tests.registry.factories import (
    ENTERED_AT,
    SYSTEM,
    a_carer,
    a_client,
    a_guardian,
    a_person,
    an_assignment,
)
from tests.registry.scene import Scene
from tests.tokens import make_account

DISPATCHER, ADMIN, REVIEWER, GUARDIAN = Role.DISPATCHER, Role.REGION_ADMIN, Role.OPERATOR_REVIEWER, Role.GUARDIAN
TODAY, LEFT = "2026-11-20", {"valid_to": "2026-11-20", "reason": "left"}
HOME = {"address": "友谊路2号", "latitude": 39.2, "longitude": 117.3, "system": "gcj02"}


def known_client(session: Session, scene: Scene) -> tuple[dict[str, Any], Any]:
    """A client of the scene's agency, and the body that registers him again with the agreement he has."""
    person = a_person()
    made = a_client(session, agency=scene.agency, person=person)
    session.commit()
    body = {
        "person": {"id_number": person.id_number, "name": person.name, "phone": "13900000001"},
        "district_code": "120103",
        "home": HOME,
        "agreement": {"agency_id": str(scene.agency.id), "home_type": "agency_care", "valid_from": "2026-01-01"},
    }
    return body, made


def leave(http: FlaskClient, scene: Scene) -> None:
    """End the agency's agreement with the scene's client today."""
    agreement = scene.client.agreements[0].id
    assert scene.post(http, f"/agreements/{agreement}/end", LEFT, scene.actors[DISPATCHER]).status_code == 201


def second_agency(session: Session, scene: Scene, *, valid_from: date = date(2026, 1, 1)) -> None:
    """Let the fund give the client a second agency, for family care."""
    entry = AgreementEntry(scene.other_agency.id, HomeType.FAMILY_CARE, valid_from)
    add_agreement(session, entry, client_id=scene.client_id, actor=SYSTEM, at=ENTERED_AT)
    session.commit()


def test_a_known_client_is_not_opened_by_naming_another_agencys_agreement(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    body, made = known_client(tianjin, scene)

    named = scene.post(client, "/clients", body, scene.stranger)
    own = body["agreement"] | {"agency_id": str(scene.other_agency.id), "valid_from": TODAY}
    taken = scene.post(client, "/clients", body | {"agreement": own}, scene.stranger)

    assert (named.status_code, named.json["code"]) == (404, "not_found")
    assert (taken.status_code, taken.json["code"]) == (409, "client_served_elsewhere")
    homes = select(func.count()).select_from(HomePlace).where(HomePlace.client_id == made.client.id)
    assert tianjin.scalar(homes) == 1
    assert tianjin.get_one(Person, made.client.person.id).phone_enc is None


def test_a_client_of_the_own_agency_is_found_again_with_his_agreement(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    body, made = known_client(tianjin, scene)

    again = scene.post(client, "/clients", body, scene.actors[DISPATCHER])

    assert (again.status_code, again.json["client"]["id"]) == (201, str(made.client.id))
    count = select(func.count()).select_from(ServiceAgreement).where(ServiceAgreement.client_id == made.client.id)
    assert tianjin.scalar(count) == 1


def test_an_agency_that_left_does_not_come_back_by_its_old_agreement(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    body, made = known_client(tianjin, scene)
    scene.post(client, f"/agreements/{made.agreements[0].id}/end", LEFT, scene.actors[DISPATCHER])

    answer = scene.post(client, "/clients", body, scene.actors[DISPATCHER])

    assert (answer.status_code, answer.json["code"]) == (409, "too_far_back")


def test_an_agency_sees_of_a_client_it_left_only_its_own_time(client: FlaskClient, scene: Scene):
    leave(client, scene)
    new = {"kind": "hospital", "admitted_on": TODAY}
    later = {
        "agency_id": str(scene.other_agency.id),
        "home_type": "agency_care",
        "valid_from": TODAY,
    }
    scene.post(client, f"/clients/{scene.client_id}/agreements", later, scene.actors[ADMIN])
    scene.post(client, f"/clients/{scene.client_id}/stays", new, scene.actors[REVIEWER])

    left = scene.get(client, f"/clients/{scene.client_id}", scene.actors[DISPATCHER]).json
    serving = scene.get(client, f"/clients/{scene.client_id}", scene.stranger).json

    assert ([each["agency_id"] for each in left["agreements"]], left["stays"]) == ([str(scene.agency.id)], [])
    assert (len(left["guardians"]), len(left["homes"])) == (1, 1)
    assert (len(serving["agreements"]), len(serving["stays"])) == (2, 1)


@pytest.mark.parametrize("kind", ["professional", "family"])
def test_an_agency_changes_no_carer_whose_time_there_is_over(client: FlaskClient, scene: Scene, kind: str):
    dispatcher = scene.actors[DISPATCHER]
    carer = scene.carer if kind == "professional" else scene.family_carer
    if kind == "professional":
        scene.post(client, f"/employments/{carer.employments[0].id}/end", LEFT, dispatcher)
    else:
        leave(client, scene)
    certificate = {"kind": "health", "number": "H2", "valid_from": "2026-01-01"}
    writes = [(f"/carers/{carer.id}/access", {}), (f"/carers/{carer.id}/certificates", certificate)]
    writes += [(f"/certificates/{each.id}/end", LEFT) for each in carer.certificates]

    answers = [scene.post(client, path, body, dispatcher) for path, body in writes]

    assert {(each.status_code, each.json["code"]) for each in answers} == {(409, "carer_left_agency")}
    assert scene.get(client, f"/carers/{carer.id}", dispatcher).status_code == 200


def test_a_guardian_sees_his_wards_and_a_carer_her_clients_and_neither_both(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    person = a_person()
    carer = a_carer(tianjin, agency=scene.agency, person=person)
    cared_for, ward = (a_client(tianjin, agency=scene.agency) for _ in range(2))
    an_assignment(tianjin, client=cared_for, carer=carer)
    a_guardian(tianjin, client=ward, person=person)
    as_guardian = make_account(tianjin, role=GUARDIAN, person_id=carer.person.id)
    as_carer = make_account(tianjin, role=Role.CARER, person_id=carer.person.id)
    as_family = make_account(tianjin, role=Role.FAMILY_CARER, person_id=carer.person.id)
    tianjin.commit()

    def seen(actor: Actor) -> list[str]:
        return [each["id"] for each in scene.get(client, "/clients", actor).json["items"]]

    assert seen(as_guardian) == [str(ward.client.id)]
    assert seen(as_carer) == [str(cared_for.client.id)]
    assert seen(as_family) == []


def test_an_agency_ends_no_task_of_another_agencys_carer(client: FlaskClient, tianjin: Session, scene: Scene):
    task = an_assignment(tianjin, client=scene.client, carer=scene.carer)
    second_agency(tianjin, scene)

    other = scene.post(client, f"/assignments/{task.id}/end", LEFT, scene.stranger)
    own = scene.post(client, f"/assignments/{task.id}/end", LEFT, scene.actors[DISPATCHER])

    assert (other.status_code, own.status_code) == (404, 201)


@pytest.mark.parametrize("valid_from", [date(2026, 1, 1), date(2027, 1, 1)])
def test_a_second_agency_comes_in_by_the_fund_only(
    client: FlaskClient, tianjin: Session, scene: Scene, valid_from: date
):
    second_agency(tianjin, scene, valid_from=valid_from)
    body = {"agency_id": str(scene.agency.id), "home_type": "family_care", "valid_from": TODAY, "replaces": True}
    path = f"/clients/{scene.client_id}/agreements"

    answer = scene.post(client, path, body, scene.actors[DISPATCHER])
    by_fund = scene.post(client, path, body | {"valid_to": "2026-12-01"}, scene.actors[ADMIN])

    assert (answer.status_code, answer.json["code"]) == (409, "client_served_elsewhere")
    assert by_fund.status_code == 201


FAR, NEAR = "2026-10-19", "2026-10-20"
BACKDATED = [
    ("/clients/{client}/homes", HOME, "valid_from"),
    ("/clients/{client}/agreements", {"agency_id": "{agency}", "home_type": "family_care"}, "valid_from"),
    ("/clients/{client}/assignments", {"carer_id": "{carer}"}, "valid_from"),
    ("/clients/{client}/stays", {"kind": "hospital"}, "admitted_on"),
    ("/clients/{client}/trainings", {"carer_id": "{family}", "stage": "provisional"}, "valid_from"),
    ("/employments/{employment}/end", {"reason": "left_job"}, "valid_to"),
    ("/guardians/{guardian}/end", {"reason": "mandate_over"}, "valid_to"),
    ("/agreements/{agreement}/end", {"reason": "moved_out"}, "valid_to"),
]


@pytest.mark.parametrize(("path", "body", "field"), BACKDATED, ids=[path for path, *_ in BACKDATED])
def test_an_agency_enters_what_lies_31_days_back_and_no_more(
    client: FlaskClient, scene: Scene, path: str, body: dict[str, Any], field: str
):
    ids = {
        "client": scene.client_id,
        "agency": scene.agency.id,
        "carer": scene.carer.id,
        "family": scene.family_carer.id,
        "employment": scene.carer.employments[0].id,
        "guardian": scene.guardian.id,
        "agreement": scene.client.agreements[0].id,
    }
    body = {key: value.format(**ids) if isinstance(value, str) else value for key, value in body.items()}

    far, near = (
        scene.post(client, path.format(**ids), body | {field: day}, scene.actors[DISPATCHER]) for day in (FAR, NEAR)
    )

    assert (far.status_code, far.json["code"], far.json["details"]) == (409, "too_far_back", {"earliest": NEAR})
    assert near.status_code == 201, near.json


def test_the_fund_enters_what_lies_further_back(client: FlaskClient, scene: Scene):
    body = {"carer_id": str(scene.carer.id), "valid_from": "2026-02-01"}

    answer = scene.post(client, f"/clients/{scene.client_id}/assignments", body, scene.actors[ADMIN])

    assert answer.status_code == 201


def test_who_served_before_or_serves_for_another_type_may_not_write_for_the_other(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    stranger = make_account(tianjin, role=DISPATCHER, scope=Scope(ScopeKind.AGENCY, str(scene.other_agency.id)))
    tianjin.commit()
    guardian = {"valid_to": "2026-12-01", "reason": "mandate_over"}
    never = scene.post(client, f"/guardians/{scene.guardian.id}/end", guardian, stranger)
    second_agency(tianjin, scene)
    agreement = scene.client.agreements[0].id
    other_type = scene.post(client, f"/agreements/{agreement}/end", LEFT, stranger)
    leave(client, scene)
    before = scene.post(client, f"/guardians/{scene.guardian.id}/end", guardian, scene.actors[DISPATCHER])

    assert (never.status_code, other_type.status_code) == (404, 404)
    assert (before.status_code, before.json["code"]) == (409, "client_left_agency")
