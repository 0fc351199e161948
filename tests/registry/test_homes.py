"""A place of care that an agency enters counts when it is the client's first, or when the fund has approved it."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kernel.permissions import Role
from app.registry.history_models import HomeChange, HomeStep
from app.registry.models import HomePlace
from app.registry.types import ALLOWED, PlaceState
from tests.registry.factories import a_client
from tests.registry.scene import Scene

DISPATCHER, ADMIN, REVIEWER = Role.DISPATCHER, Role.REGION_ADMIN, Role.OPERATOR_REVIEWER
TODAY = date(2026, 11, 20)
HOME = {"address": "友谊路2号", "latitude": 39.2, "longitude": 117.3, "system": "gcj02"}


def add(http: FlaskClient, scene: Scene, role: Role, **values: Any) -> dict[str, Any]:
    answer = scene.post(http, f"/clients/{scene.client_id}/homes", HOME | values, scene.actors[role])
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def test_an_agencys_new_place_takes_over_when_the_fund_approves_it(client: FlaskClient, tianjin: Session, scene: Scene):
    old = tianjin.get_one(HomePlace, scene.client.homes[0].id)

    proposed = add(client, scene, DISPATCHER, replaces_id=str(old.id), valid_from="2026-11-01")
    tianjin.refresh(old)
    before = old.valid_to
    approved = scene.post(client, f"/homes/{proposed['id']}/approval", {}, scene.actors[REVIEWER])
    tianjin.refresh(old)

    assert (proposed["state"], before) == ("proposed", None)
    assert (approved.json["state"], old.valid_to) == ("approved", TODAY)
    steps = select(HomeChange.from_state, HomeChange.to_state, HomeChange.actor_id).order_by(HomeChange.seq)
    assert tianjin.execute(steps.where(HomeChange.home_id == proposed["id"])).all() == [
        ("new", "proposed", scene.actors[DISPATCHER].account_id),
        ("proposed", "approved", scene.actors[REVIEWER].account_id),
    ]


def test_a_place_is_approved_once_and_not_when_it_was_withdrawn(client: FlaskClient, scene: Scene):
    first, second = add(client, scene, DISPATCHER), add(client, scene, DISPATCHER, latitude=39.3)
    ending = {"valid_to": "2026-11-20", "reason": "mistaken"}
    scene.post(client, f"/homes/{second['id']}/end", ending, scene.actors[DISPATCHER])
    reviewer = scene.actors[REVIEWER]

    scene.post(client, f"/homes/{first['id']}/approval", {}, reviewer)
    again = scene.post(client, f"/homes/{first['id']}/approval", {}, reviewer)
    withdrawn = scene.post(client, f"/homes/{second['id']}/approval", {}, reviewer)

    assert (again.status_code, again.json["code"]) == (409, "illegal_transition")
    assert (withdrawn.status_code, withdrawn.json["code"]) == (409, "home_over")


def test_ending_the_first_place_does_not_make_the_next_one_the_first(client: FlaskClient, scene: Scene):
    ending = {"valid_to": "2026-11-20", "reason": "moved"}
    scene.post(client, f"/homes/{scene.client.homes[0].id}/end", ending, scene.actors[DISPATCHER])

    assert add(client, scene, DISPATCHER)["state"] == "proposed"


def test_the_first_place_and_the_funds_own_count_at_once(client: FlaskClient, tianjin: Session, scene: Scene):
    homeless = a_client(tianjin, agency=scene.agency, home=None)
    tianjin.commit()

    first = scene.post(client, f"/clients/{homeless.client.id}/homes", HOME, scene.actors[DISPATCHER])
    by_fund = add(client, scene, ADMIN, replaces_id=str(scene.client.homes[0].id), valid_from="2026-11-10")

    assert (first.json["state"], by_fund["state"]) == ("approved", "approved")
    assert tianjin.get_one(HomePlace, scene.client.homes[0].id).valid_to == date(2026, 11, 10)


def test_a_place_that_is_over_is_not_revived_by_replacing_it(client: FlaskClient, tianjin: Session, scene: Scene):
    old = scene.client.homes[0].id
    scene.post(client, f"/homes/{old}/end", {"valid_to": "2026-11-01", "reason": "moved"}, scene.actors[DISPATCHER])

    add(client, scene, ADMIN, replaces_id=str(old), valid_from="2026-11-15")

    assert tianjin.get_one(HomePlace, old).valid_to == date(2026, 11, 1)


def test_another_clients_place_is_not_replaced(client: FlaskClient, tianjin: Session, scene: Scene):
    other = a_client(tianjin, agency=scene.other_agency)
    tianjin.commit()
    body = HOME | {"replaces_id": str(other.homes[0].id)}

    answer = scene.post(client, f"/clients/{scene.client_id}/homes", body, scene.actors[DISPATCHER])

    assert answer.status_code == 404


def test_the_stored_steps_are_those_that_are_allowed(tianjin: Session):
    allowed = {(old.value, new.value) for old, following in ALLOWED.items() for new in following}
    stored = {tuple(row) for row in tianjin.execute(select(HomeStep.from_state, HomeStep.to_state))}

    assert stored == allowed | {("new", "proposed"), ("new", "approved")}


def test_no_place_is_approved_without_its_history(client: FlaskClient, tianjin: Session, scene: Scene):
    proposed = tianjin.get_one(HomePlace, add(client, scene, DISPATCHER)["id"])
    proposed.state = PlaceState.APPROVED
    tianjin.flush()

    with pytest.raises(IntegrityError, match="fk_home_place_history"):
        tianjin.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
