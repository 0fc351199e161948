"""A client's choice of an agency over HTTP: chosen, accepted with transfer, declined, waited for."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.permissions import Role
from app.registry.models import Assignment, Client, ServiceAgreement
from app.registry.rules import agreement_begins, wanted_too_far
from tests.registry.factories import a_client, an_assignment
from tests.registry.scene import Scene
from tests.registry.statements import statements

GUARDIAN, HEAD, REVIEWER, ADMIN = Role.GUARDIAN, Role.AGENCY_HEAD, Role.OPERATOR_REVIEWER, Role.REGION_ADMIN
TODAY, WANTED = date(2026, 11, 20), date(2026, 12, 1)


def choice_json(scene: Scene, **values: Any) -> dict[str, Any]:
    other = str(scene.other_agency.id)
    return {"agency_id": other, "home_type": "agency_care", "wanted_from": WANTED.isoformat()} | values


def waiting_json(scene: Scene) -> dict[str, Any]:
    return choice_json(scene, agency_id=None, reason="no_agency_free")


def choose(client: FlaskClient, scene: Scene, **values: Any) -> dict[str, Any]:
    path = f"/clients/{scene.client_id}/agency-choices"
    answer = scene.post(client, path, choice_json(scene, **values), scene.actors[GUARDIAN])
    assert answer.status_code == 201, answer.json
    return answer.json


def answer(client: FlaskClient, scene: Scene, choice: dict[str, Any], what: str, actor: Any, **body: Any) -> Any:
    return scene.post(client, f"/agency-choices/{choice['id']}/{what}", body, actor)


@pytest.mark.parametrize(
    ("wanted", "far"), [(date(2026, 11, 20), False), (date(2027, 2, 20), False), (date(2027, 2, 21), True)]
)
def test_care_is_asked_for_a_quarter_ahead(wanted: date, *, far: bool) -> None:
    assert wanted_too_far(wanted, today=TODAY) is far


@pytest.mark.parametrize(("wanted", "begins"), [(TODAY, TODAY), (date(2026, 11, 19), TODAY), (WANTED, WANTED)])
def test_an_agreement_begins_as_wanted_but_not_before_acceptance(wanted: date, begins: date) -> None:
    assert agreement_begins(wanted, accepted_on=TODAY) == begins


def test_acceptance_transfers_without_gap_or_overlap(client: FlaskClient, scene: Scene, tianjin: Session) -> None:
    task = an_assignment(tianjin, client=scene.client, carer=scene.carer)
    tianjin.commit()
    choice = choose(client, scene)
    accepted = answer(client, scene, choice, "acceptance", scene.stranger)
    assert accepted.status_code == 201, accepted.json
    assert accepted.json["state"] == "accepted"
    tianjin.expire_all()
    rows = tianjin.scalars(
        select(ServiceAgreement)
        .where(ServiceAgreement.client_id == scene.client_id)
        .order_by(ServiceAgreement.valid_from)
    ).all()
    assert [(row.agency_id, row.valid_to) for row in rows] == [
        (scene.agency.id, WANTED),
        (scene.other_agency.id, None),
    ]
    assert rows[1].valid_from == WANTED
    assert str(rows[1].id) == accepted.json["agreement_id"]
    assert tianjin.get_one(Assignment, task.id).valid_to == WANTED


def test_nobody_chooses_without_login_or_for_somebody_else(client: FlaskClient, scene: Scene, tianjin: Session) -> None:
    path = f"/clients/{scene.client_id}/agency-choices"
    assert scene.post(client, path, choice_json(scene), None).status_code == 401
    assert scene.post(client, path, choice_json(scene), scene.actors[HEAD]).status_code == 403
    foreign = a_client(tianjin)
    tianjin.commit()
    path = f"/clients/{foreign.client.id}/agency-choices"
    assert scene.post(client, path, choice_json(scene), scene.actors[GUARDIAN]).status_code == 404


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"wanted_from": "2026-11-19"}, "wanted_from_past"),
        ({"wanted_from": "2027-02-21"}, "wanted_from_too_far"),
        ({"agency_id": None}, "choice_reason_missing"),
        ({"reason": "没有空位"}, "fields_invalid"),
    ],
)
def test_bad_choices_are_refused(client: FlaskClient, scene: Scene, values: dict[str, Any], code: str) -> None:
    path = f"/clients/{scene.client_id}/agency-choices"
    refused = scene.post(client, path, choice_json(scene, **values), scene.actors[GUARDIAN])
    assert (refused.status_code, refused.json["code"]) == (422, code)


def test_one_choice_is_open_and_a_resend_is_the_same(client: FlaskClient, scene: Scene) -> None:
    path, body, guardian = f"/clients/{scene.client_id}/agency-choices", choice_json(scene), scene.actors[GUARDIAN]
    first = scene.post(client, path, body, guardian, key="one")
    assert scene.post(client, path, body, guardian, key="one").json == first.json
    assert scene.post(client, path, body, guardian).json["code"] == "choice_open"
    assert answer(client, scene, first.json, "withdrawal", guardian, reason="mistaken").status_code == 201
    assert scene.post(client, path, body, guardian).status_code == 201


def test_a_suspended_agency_is_not_chosen(client: FlaskClient, scene: Scene) -> None:
    state = {"state": "suspended", "reason": "inspection"}
    scene.post(client, f"/agencies/{scene.other_agency.id}/state", state, scene.actors[ADMIN])
    path = f"/clients/{scene.client_id}/agency-choices"
    assert scene.post(client, path, choice_json(scene), scene.actors[GUARDIAN]).json["code"] == "agency_not_active"


def test_another_agencys_choice_is_not_found(client: FlaskClient, scene: Scene) -> None:
    choice = choose(client, scene)
    assert answer(client, scene, choice, "acceptance", scene.actors[HEAD]).status_code == 404
    assert answer(client, scene, choice, "refusal", scene.actors[HEAD], reason="full").status_code == 404
    assert scene.get(client, "/agency-choices", scene.actors[HEAD]).json["items"] == []
    seen = scene.get(client, "/agency-choices", scene.stranger).json["items"]
    assert [(each["id"], "*" in each["client_name"]) for each in seen] == [(choice["id"], True)]


def test_nobody_takes_a_client_who_died(client: FlaskClient, scene: Scene, tianjin: Session) -> None:
    choice = choose(client, scene)
    tianjin.get_one(Client, scene.client_id).person.died_on = TODAY
    tianjin.commit()
    assert answer(client, scene, choice, "acceptance", scene.stranger).json["code"] == "client_died"


def test_declined_he_waits_and_the_first_agency_takes_him(client: FlaskClient, scene: Scene) -> None:
    choice = choose(client, scene)
    assert answer(client, scene, choice, "refusal", scene.stranger).status_code == 422
    declined = answer(client, scene, choice, "refusal", scene.stranger, reason="no_carer_free").json
    assert (declined["state"], declined["answer_reason"]) == ("declined", "no_carer_free")
    waiting = choose(client, scene, **waiting_json(scene))
    seen = scene.get(client, "/agency-choices?state=open&waiting=true", scene.stranger).json["items"]
    assert [(each["client_id"], each["client_name"], each["position"]) for each in seen] == [(None, None, 1)]
    assert answer(client, scene, waiting, "refusal", scene.stranger, reason="full").status_code == 404
    assert answer(client, scene, waiting, "acceptance", scene.stranger).status_code == 201
    late = answer(client, scene, waiting, "acceptance", scene.actors[HEAD])
    assert (late.status_code, late.json["code"]) == (409, "choice_answered")
    assert scene.get(client, "/agency-choices?waiting=true", scene.actors[HEAD]).json["items"] == []


def test_the_waiting_list_has_order_age_and_reason(client: FlaskClient, scene: Scene, tianjin: Session) -> None:
    others = [a_client(tianjin) for _ in range(2)]
    tianjin.commit()
    for client_id in (scene.client_id, *(each.client.id for each in others)):
        path = f"/clients/{client_id}/agency-choices"
        assert scene.post(client, path, waiting_json(scene), scene.actors[REVIEWER]).status_code == 201
    with statements() as sent:
        listed = scene.get(client, "/agency-choices?state=open&waiting=true&limit=1", scene.actors[REVIEWER]).json
    few = len(sent)
    assert [(each["position"], each["waiting_days"], each["reason"]) for each in listed["items"]] == [
        (1, 0, "no_agency_free")
    ]
    with statements() as sent:
        path = f"/agency-choices?waiting=true&after={listed['next_after']}"
        rest = scene.get(client, path, scene.actors[REVIEWER]).json
    assert sorted(each["position"] for each in rest["items"]) == [2, 3]
    assert len(sent) == few
