"""A client's choice between cash and more hours over HTTP, where the region's policy leaves it to him."""

from pathlib import Path
from typing import Any

import pytest
from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEntry
from app.kernel.permissions import Actor, Role
from app.policies.service import EXTENSION
from app.registry.choice_models import CashChoice
from app.registry.models import Client
from app.registry.types import GuardianExtent
from tests.payouts.test_assumed_values import under_rules_of
from tests.registry.factories import a_client, a_guardian
from tests.registry.scene import NOW, Scene
from tests.registry.statements import statements
from tests.tokens import make_account

GUARDIAN, REVIEWER, HEAD, CARER = Role.GUARDIAN, Role.OPERATOR_REVIEWER, Role.AGENCY_HEAD, Role.CARER
TODAY = "2026-11-20"


@pytest.fixture
def shanghai(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The scene under the rules of Shanghai."""
    monkeypatch.setitem(current_app.extensions, EXTENSION, under_rules_of("shanghai", tmp_path))
    return scene


def a_trusted(session: Session, scene: Scene, extent: GuardianExtent = GuardianExtent.AGREE_MONEY) -> Actor:
    """Another guardian of the client, who may agree about money."""
    guardian = a_guardian(session, client=scene.client, extent=extent)
    actor = make_account(session, role=GUARDIAN, person_id=guardian.person.id)
    session.commit()
    return actor


def choose(client: FlaskClient, scene: Scene, actor: Actor | None, *, key: str | None = None, **values: Any) -> Any:
    body = {"takes_cash": True, "chosen_on": TODAY} | values
    return scene.post(client, f"/clients/{scene.client_id}/cash-choices", body, actor, key=key)


def test_a_choice_counts_from_the_next_month_and_is_listed_and_audited(
    client: FlaskClient, shanghai: Scene, tianjin: Session
):
    reviewer = shanghai.actors[REVIEWER]

    cash = choose(client, shanghai, reviewer)
    hours = choose(client, shanghai, reviewer, takes_cash=False, chosen_on="2026-10-31")

    assert (cash.status_code, cash.json["valid_from"], hours.json["valid_from"]) == (201, "2026-12-01", "2026-11-01")
    path = f"/clients/{shanghai.client_id}/cash-choices"
    with statements() as sent:
        listed = shanghai.get(client, path, reviewer).json
    assert {each["id"] for each in listed["items"]} == {cash.json["id"], hours.json["id"]}
    with statements() as once_more:
        page = shanghai.get(client, f"{path}?limit=1", reviewer).json
    assert (len(page["items"]), len(once_more)) == (1, len(sent))
    assert list(tianjin.scalars(select(AuditEntry.action))).count("client.chose_cash") == 2


@pytest.mark.parametrize(
    ("extent", "status"),
    [(GuardianExtent.CONFIRM_CARE, 403), (GuardianExtent.AGREE_MONEY, 201), (GuardianExtent.SIGN, 201)],
)
def test_a_guardian_chooses_only_with_a_word_about_money(
    client: FlaskClient, shanghai: Scene, tianjin: Session, extent: GuardianExtent, status: int
):
    answer = choose(client, shanghai, a_trusted(tianjin, shanghai, extent))

    assert answer.status_code == status
    assert status == 201 or answer.json["code"] == "money_not_his"


@pytest.mark.parametrize(("by_guardian", "day"), [(True, "2026-11-19"), (True, "2026-11-21"), (False, "2026-11-21")])
def test_a_choice_is_not_dated_back_by_a_guardian_nor_forward_by_anybody(
    client: FlaskClient, shanghai: Scene, tianjin: Session, by_guardian: bool, day: str
):
    actor = a_trusted(tianjin, shanghai) if by_guardian else shanghai.actors[REVIEWER]

    answer = choose(client, shanghai, actor, chosen_on=day)

    assert (answer.status_code, answer.json["code"]) == (422, "chosen_on_other_day")


def test_where_the_policy_leaves_no_choice_none_is_recorded(client: FlaskClient, scene: Scene, tianjin: Session):
    answer = choose(client, scene, scene.actors[REVIEWER])

    assert (answer.status_code, answer.json["code"]) == (409, "no_cash_to_choose")
    assert tianjin.scalars(select(CashChoice)).all() == []


def test_nobody_chooses_without_login_or_leave_or_for_somebody_else(
    client: FlaskClient, shanghai: Scene, tianjin: Session
):
    foreign = a_client(tianjin)
    trusted = a_trusted(tianjin, shanghai)

    assert choose(client, shanghai, None).status_code == 401
    assert choose(client, shanghai, shanghai.actors[HEAD]).status_code == 403
    assert choose(client, shanghai, shanghai.actors[CARER]).status_code == 403
    path, body = f"/clients/{foreign.client.id}/cash-choices", {"takes_cash": True, "chosen_on": TODAY}
    assert shanghai.post(client, path, body, trusted).status_code == 404
    assert shanghai.get(client, path, trusted).status_code == 404


def test_a_resend_records_one_choice_and_bad_input_none(client: FlaskClient, shanghai: Scene, tianjin: Session):
    reviewer = shanghai.actors[REVIEWER]

    first = choose(client, shanghai, reviewer, key="one")

    assert choose(client, shanghai, reviewer, key="one").json == first.json
    assert choose(client, shanghai, reviewer, key="one", takes_cash=False).status_code == 409
    assert choose(client, shanghai, reviewer, takes_cash="maybe").status_code == 422
    assert len(tianjin.scalars(select(CashChoice)).all()) == 1


def test_nothing_is_chosen_for_who_died(client: FlaskClient, shanghai: Scene, tianjin: Session):
    tianjin.get_one(Client, shanghai.client_id).person.died_on = NOW.date()
    tianjin.commit()

    assert choose(client, shanghai, shanghai.actors[REVIEWER]).json["code"] == "client_died"
