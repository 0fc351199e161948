"""Own shares over HTTP: care of a month waits for the agency until client or guardian has confirmed what he bears."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.share_models import ShareConfirmation
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.policies.service import EXTENSION, load_book
from app.registry.models import Client
from app.registry.types import GuardianExtent
from tests.checkin.factories import confirm, decide, done, fact
from tests.policies.factories import asking_for_share
from tests.registry import factories as registry
from tests.schedules.factories import Scene, a_scene, an_actor

NOVEMBER = {"month": "2026-11-01", "share_fen": 12_000}
PAPER = {"way": "paper", "document": "A1-0001"}


@pytest.fixture(autouse=True)
def share_is_asked_for(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, EXTENSION, asking_for_share(tmp_path))


Appoint = Callable[[GuardianExtent], Actor]


@pytest.fixture
def appoint(scene: Scene, tianjin: Session) -> Appoint:
    def appointed(extent: GuardianExtent) -> Actor:
        client = tianjin.get_one(Client, scene.client_id)
        guardian = registry.a_guardian(tianjin, client=Wrapped(client), extent=extent)
        actor = an_actor(tianjin, Role.GUARDIAN, ScopeKind.OWN_CLIENTS, person_id=guardian.person.id)
        tianjin.commit()
        return actor

    return appointed


class Wrapped:
    """What the registry's factories ask of a client."""

    def __init__(self, client: Client) -> None:
        self.client = client


@pytest.fixture
def payer(appoint: Appoint) -> Actor:
    """A guardian who may agree to what costs money."""
    return appoint(GuardianExtent.AGREE_MONEY)


def share(client: FlaskClient, scene: Scene, actor: Actor, *, key: str | None = None, **changed: Any):
    body = NOVEMBER | {"agency_id": str(scene.agency_id)} | changed
    headers = scene.headers(actor) | {"Idempotency-Key": key or str(new_id())}
    return client.post(f"/api/v1/clients/{scene.client_id}/share-confirmations", json=body, headers=headers)


def stands(client: FlaskClient, scene: Scene, visit_id: UUID) -> tuple[str, str | None, list[str]]:
    shown = fact(client, scene, visit_id)
    told = [each["code"] for each in shown["exceptions"] if each["ended_at"] is None]
    return shown["standing"], shown["hold"] and shown["hold"]["step"], told


WAITS = ("held", "agency", ["share_not_confirmed"])
PAID = ("accepted", None, [])


def test_a_visit_waits_for_the_agency_until_the_months_share_is_confirmed(
    client: FlaskClient, scene: Scene, past_visit: UUID, payer: Actor
):
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, payer)
    before = stands(client, scene, past_visit)

    answer = share(client, scene, payer)

    assert (answer.status_code, answer.json["share_fen"], answer.json["way"]) == (201, 12_000, "own_phone")
    assert (before, stands(client, scene, past_visit)) == (WAITS, PAID)


def test_a_share_confirmed_before_holds_nothing(client: FlaskClient, scene: Scene, past_visit: UUID, payer: Actor):
    share(client, scene, payer)

    done(client, scene, past_visit)
    confirm(client, scene, past_visit, payer)

    assert stands(client, scene, past_visit) == PAID


def test_the_share_of_another_month_lets_nothing_be_paid(
    client: FlaskClient, scene: Scene, past_visit: UUID, payer: Actor
):
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, payer)

    assert share(client, scene, payer, month="2026-10-01").status_code == 201

    assert stands(client, scene, past_visit) == WAITS


def test_where_policy_does_not_ask_nothing_waits(
    client: FlaskClient, scene: Scene, past_visit: UUID, payer: Actor, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(app.extensions, EXTENSION, load_book())

    done(client, scene, past_visit)
    confirm(client, scene, past_visit, payer)

    assert stands(client, scene, past_visit) == PAID


def test_the_agency_may_accept_without_and_what_is_paid_stays(
    client: FlaskClient, scene: Scene, past_visit: UUID, payer: Actor, head: Actor
):
    done(client, scene, past_visit)

    assert decide(client, scene, past_visit, head, "agency").json["standing"] == "accepted"
    confirm(client, scene, past_visit, payer)

    assert stands(client, scene, past_visit)[:2] == ("accepted", None)


def test_the_head_enters_signed_paper(
    client: FlaskClient, scene: Scene, past_visit: UUID, payer: Actor, head: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, payer)

    answer = share(client, scene, head, **PAPER)

    assert (answer.status_code, stands(client, scene, past_visit)) == (201, PAID)
    row = tianjin.scalars(select(ShareConfirmation)).one()
    assert (row.document, row.account_id, row.share_fen) == ("A1-0001", head.account_id, 12_000)


def test_each_confirms_in_his_own_way(client: FlaskClient, scene: Scene, payer: Actor, head: Actor):
    for actor, way in ((payer, PAPER), (head, {}), (head, {"way": "paper"}), (payer, {"document": "A1-0001"})):
        answer = share(client, scene, actor, **way)

        assert (answer.status_code, answer.json["code"]) == (422, "confirmation_way_wrong")


def test_a_guardian_for_care_alone_and_another_agency_confirm_no_share(
    client: FlaskClient, scene: Scene, appoint: Appoint, payer: Actor, head: Actor, tianjin: Session, app: Flask
):
    carer_only, other = appoint(GuardianExtent.CONFIRM_CARE), a_scene(tianjin, app)
    stranger = an_actor(tianjin, Role.AGENCY_HEAD, ScopeKind.AGENCY, key=str(other.agency_id))
    tianjin.commit()
    theirs = {"agency_id": str(other.agency_id)}

    assert share(client, scene, carer_only).status_code == 404
    assert share(client, scene, stranger, **PAPER).status_code == 404
    assert share(client, scene, stranger, **theirs, **PAPER).status_code == 404
    assert share(client, scene, head, **theirs, **PAPER).status_code == 404
    assert share(client, scene, payer, **theirs).status_code == 404  # it never served him


def test_a_share_is_confirmed_once_and_a_resend_repeats_the_answer(client: FlaskClient, scene: Scene, payer: Actor):
    first = share(client, scene, payer, key="a")

    again, twice = share(client, scene, payer, key="a"), share(client, scene, payer, share_fen=1)

    assert (again.status_code, again.json) == (201, first.json)
    assert (twice.status_code, twice.json["code"]) == (409, "share_confirmed")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"month": "2026-12-01"}, "share_month_ahead"),
        ({"month": "2026-11-02"}, "fields_invalid"),
        ({"share_fen": -1}, "fields_invalid"),
        ({"share_fen": 1.5}, "fields_invalid"),
    ],
)
def test_bad_input_is_refused(client: FlaskClient, scene: Scene, payer: Actor, changed: dict[str, Any], code: str):
    answer = share(client, scene, payer, **changed)

    assert (answer.status_code, answer.json["code"]) == (422, code)
