"""Where policy names the community nurse, she writes the plan, the client confirms it, and the agency takes it over."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.careplans.models import CarePlan, PlanAnswer
from app.careplans.queries import find_live_plan
from app.careplans.rules import is_author
from app.kernel.permissions import Actor, Role
from app.policies.codes import PlanAuthor
from app.policies.service import EXTENSION, keep_texts, load_book
from tests.careplans.factories import an_item
from tests.policies.factories import a_fund, entry, write
from tests.registry.scene import NOW, Scene
from tests.registry.test_agencies_apart import second_agency

DISPATCHER, HEAD, GUARDIAN, NURSE = Role.DISPATCHER, Role.AGENCY_HEAD, Role.GUARDIAN, Role.COMMUNITY_NURSE
TODAY = NOW.date()
PLAN = {"valid_from": "2026-11-20", "items": [{"item_code": "bathing", "times_per_week": 3, "minutes": 30}]}
PAPER = {"way": "paper", "document": "QR-2026-7"}


@pytest.fixture
def by_nurse(app: Flask, tianjin: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The region's nurses write the plans."""
    book = load_book(write(tmp_path, tianjin=a_fund("tianjin", body=entry("plan.author_role", '"community_nurse"'))))
    monkeypatch.setitem(app.extensions, EXTENSION, book)
    keep_texts(tianjin, book, region="tianjin", at=NOW)
    an_item(tianjin)
    tianjin.commit()


def written(http: FlaskClient, scene: Scene, **changed: Any) -> dict[str, Any]:
    answer = scene.post(http, f"/clients/{scene.client_id}/care-plans", PLAN | changed, scene.actors[NURSE])
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def confirmed(http: FlaskClient, scene: Scene, **changed: Any) -> dict[str, Any]:
    plan = written(http, scene, **changed)
    answer = scene.post(http, f"/care-plans/{plan['id']}/confirmation", {}, scene.actors[GUARDIAN])
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def answered(http: FlaskClient, scene: Scene, plan: dict[str, Any], what: str, actor: Actor, **body: str) -> Any:
    return scene.post(http, f"/care-plans/{plan['id']}/{what}", body, actor)


def in_force(session: Session, scene: Scene) -> str | None:
    session.expire_all()
    plan = find_live_plan(session, client_id=scene.client_id, on=TODAY)
    return None if plan is None else str(plan.id)


@pytest.mark.usefixtures("by_nurse")
def test_a_nurses_plan_holds_when_the_client_confirmed_and_the_agency_accepted(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    plan = written(client, scene)
    dispatcher = scene.actors[DISPATCHER]
    early = answered(client, scene, plan, "acceptance", dispatcher)
    scene.post(client, f"/care-plans/{plan['id']}/confirmation", {}, scene.actors[GUARDIAN])
    before, waiting = in_force(tianjin, scene), scene.get(client, "/care-plans", dispatcher).json["items"]

    accepted = answered(client, scene, plan, "acceptance", dispatcher)

    assert (early.status_code, early.json["code"]) == (409, "plan_not_handed_over")
    assert (before, [each["id"] for each in waiting]) == (None, [plan["id"]])
    assert waiting[0]["is_in_force"] is False
    assert (accepted.status_code, accepted.json["answer"]["outcome"]) == (201, "accepted")
    assert (accepted.json["is_in_force"], in_force(tianjin, scene)) == (True, plan["id"])
    assert scene.get(client, "/care-plans", dispatcher).json["items"] == []
    again = answered(client, scene, plan, "return", dispatcher, reason="too_few_visits")
    assert (again.status_code, again.json["code"]) == (409, "plan_answered")


@pytest.mark.usefixtures("by_nurse")
def test_a_nurse_names_one_of_several_agencies_or_nobody_would_answer(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    second_agency(tianjin, scene)
    path, own = f"/clients/{scene.client_id}/care-plans", str(scene.agency.id)

    nobodys = scene.post(client, path, PLAN, scene.actors[NURSE])

    assert (nobodys.status_code, nobodys.json["code"]) == (409, "plan_agency_unknown")
    assert written(client, scene, agency_id=own)["agency_id"] == own


@pytest.mark.usefixtures("by_nurse")
def test_a_returned_plan_never_holds_and_the_nurse_reads_why(client: FlaskClient, tianjin: Session, scene: Scene):
    first = confirmed(client, scene)
    answered(client, scene, first, "acceptance", scene.actors[HEAD])
    plan = confirmed(client, scene, valid_from="2026-11-21")

    returned = answered(client, scene, plan, "return", scene.actors[HEAD], reason="too_few_visits")

    assert (returned.status_code, returned.json["is_in_force"]) == (201, False)
    assert in_force(tianjin, scene) == first["id"]
    read = scene.get(client, f"/care-plans/{plan['id']}", scene.actors[NURSE]).json
    assert (read["answer"]["outcome"], read["answer"]["reason"]) == ("returned", "too_few_visits")
    accepted = answered(client, scene, plan, "acceptance", scene.actors[HEAD])
    assert (accepted.status_code, accepted.json["code"]) == (409, "plan_answered")
    assert tianjin.scalars(select(PlanAnswer.actor_id).where(PlanAnswer.plan_id == plan["id"])).all() == [
        scene.actors[HEAD].account_id
    ]


@pytest.mark.usefixtures("by_nurse")
def test_the_agency_neither_writes_nor_enters_the_paper_and_a_stranger_answers_nothing(
    client: FlaskClient, tianjin: Session, scene: Scene
):
    path = f"/clients/{scene.client_id}/care-plans"
    refused = scene.post(client, path, PLAN, scene.actors[DISPATCHER])
    plan = written(client, scene)
    by_head = scene.post(client, f"/care-plans/{plan['id']}/confirmation", PAPER, scene.actors[HEAD])
    by_nurse = scene.post(client, f"/care-plans/{plan['id']}/confirmation", PAPER, scene.actors[NURSE])

    assert (refused.status_code, refused.json["code"]) == (409, "plan_by_community_nurse")
    assert (by_head.status_code, by_head.json["code"]) == (409, "plan_by_community_nurse")
    assert (by_nurse.status_code, by_nurse.json["confirmation"]["document"]) == (201, "QR-2026-7")
    assert answered(client, scene, plan, "acceptance", scene.stranger).status_code == 404
    assert answered(client, scene, plan, "return", scene.stranger, reason="test").status_code == 404
    assert answered(client, scene, plan, "return", scene.actors[HEAD], reason="王秀英不要").status_code == 422
    assert tianjin.scalars(select(CarePlan.confirmed_at)).all() == [None]


def test_where_the_agency_plans_the_nurse_writes_nothing(client: FlaskClient, tianjin: Session, scene: Scene):
    an_item(tianjin)
    tianjin.commit()

    refused = scene.post(client, f"/clients/{scene.client_id}/care-plans", PLAN, scene.actors[NURSE])

    assert (refused.status_code, refused.json["code"]) == (409, "plan_by_agency")


@pytest.mark.parametrize(
    ("author", "role", "told"),
    [
        (PlanAuthor.AGENCY, Role.DISPATCHER, True),
        (PlanAuthor.AGENCY, Role.AGENCY_HEAD, True),
        (PlanAuthor.AGENCY, None, True),
        (PlanAuthor.AGENCY, Role.COMMUNITY_NURSE, False),
        (PlanAuthor.COMMUNITY_NURSE, Role.DISPATCHER, False),
        (PlanAuthor.COMMUNITY_NURSE, None, False),
        (PlanAuthor.COMMUNITY_NURSE, Role.COMMUNITY_NURSE, True),
    ],
)
def test_who_writes_plans(author: PlanAuthor, role: Role | None, told: bool):
    assert is_author(author, role=role) is told
