"""Whom an agency enters as a guardian waits for the fund; whom the fund enters counts at once."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.permissions import Role
from app.registry.history_models import GuardianApproval
from tests.registry.factories import a_person
from tests.registry.scene import Scene
from tests.tokens import make_account

DISPATCHER, ADMIN, REVIEWER = Role.DISPATCHER, Role.REGION_ADMIN, Role.OPERATOR_REVIEWER


def appoint(http: FlaskClient, scene: Scene, role: Role) -> dict[str, Any]:
    person = a_person()
    body = {
        "person": {"id_number": person.id_number, "name": person.name},
        "relation": "child",
        "extent": "sign",
        "document": "WT-2026-11",
        "valid_from": "2026-11-01",
    }
    answer = scene.post(http, f"/clients/{scene.client_id}/guardians", body, scene.actors[role])
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def approve(http: FlaskClient, scene: Scene, guardian: dict[str, Any]) -> Any:
    return scene.post(http, f"/guardians/{guardian['id']}/approval", {}, scene.actors[REVIEWER])


@pytest.mark.parametrize(("by", "is_approved"), [(DISPATCHER, False), (Role.AGENCY_HEAD, False), (ADMIN, True)])
def test_only_whom_the_fund_enters_is_approved_at_once(client: FlaskClient, scene: Scene, by: Role, is_approved: bool):
    assert appoint(client, scene, by)["is_approved"] is is_approved


def test_an_agencys_guardian_sees_his_client_and_gets_a_way_in_when_the_fund_approved(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    guardian = appoint(client, scene, DISPATCHER)
    himself = make_account(tianjin, role=Role.GUARDIAN, person_id=guardian["person"]["id"])
    tianjin.commit()
    access = f"/guardians/{guardian['id']}/access"

    refused = scene.post(client, access, {}, scene.actors[DISPATCHER])
    unseen = scene.get(client, "/clients", himself).json["items"]
    approved = approve(client, scene, guardian)
    opened = scene.post(client, access, {}, scene.actors[DISPATCHER])
    seen = scene.get(client, "/clients", himself).json["items"]

    assert (refused.status_code, refused.json["code"], unseen) == (409, "guardian_not_approved", [])
    assert (approved.status_code, approved.json["is_approved"], opened.status_code) == (201, True, 201)
    assert [each["id"] for each in seen] == [str(scene.client_id)]
    by = select(GuardianApproval.actor_id).where(GuardianApproval.guardian_id == guardian["id"])
    assert tianjin.scalars(by).all() == [scene.actors[REVIEWER].account_id]


def test_a_guardian_is_approved_once_and_not_when_he_is_over(client: FlaskClient, scene: Scene):
    first, second = appoint(client, scene, DISPATCHER), appoint(client, scene, DISPATCHER)
    ending = {"valid_to": "2026-11-20", "reason": "mistaken"}
    scene.post(client, f"/guardians/{second['id']}/end", ending, scene.actors[DISPATCHER])

    approve(client, scene, first)

    again, over = approve(client, scene, first), approve(client, scene, second)
    assert (again.status_code, again.json["code"]) == (409, "guardian_approved")
    assert (over.status_code, over.json["code"]) == (409, "guardianship_over")


def test_the_work_list_holds_those_who_wait(client: FlaskClient, scene: Scene):
    waiting, entered, ended = (appoint(client, scene, role) for role in (DISPATCHER, ADMIN, DISPATCHER))
    ending = {"valid_to": "2026-11-20", "reason": "mistaken"}
    scene.post(client, f"/guardians/{ended['id']}/end", ending, scene.actors[DISPATCHER])

    def listed(query: str, actor: Any) -> set[str]:
        return {each["id"] for each in scene.get(client, f"/guardians{query}", actor).json["items"]}

    reviewer, known = scene.actors[REVIEWER], str(scene.guardian.id)
    assert listed("?is_approved=false", reviewer) == {waiting["id"]}
    assert listed("?is_approved=true", reviewer) == {known, entered["id"]}
    assert listed("", scene.actors[DISPATCHER]) == {known, waiting["id"], entered["id"]}
    assert listed("", scene.stranger) == set()

    approve(client, scene, waiting)

    assert listed("?is_approved=false", reviewer) == set()
