"""Checks before service over HTTP: kept whenever they come, told where one is missing, and no money by them."""

from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.check_models import LimbFinding, VisitCheck
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.policies.service import EXTENSION
from tests.checkin.factories import (
    API,
    an_item,
    check,
    come_and_go,
    confirm,
    decide,
    done,
    fact,
    log,
    some_checks,
)
from tests.fixed_clock import clock_at
from tests.policies.factories import checking_everything
from tests.schedules.factories import HOUR, NOW, Scene, a_carer, a_scene, an_actor

ALL = {"identity": "voucher_shown", "limbs": "changed", "risks_told": True, "voucher": "card_shown"}


@pytest.fixture
def everything_is_asked_for(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, EXTENSION, checking_everything(tmp_path))


def missing(client: FlaskClient, scene: Scene, visit_id: UUID) -> list[str]:
    shown = fact(client, scene, visit_id)["exceptions"]
    told = [each for each in shown if each["code"] == "checks_missing" and not each["ended_at"]]
    return sorted(each["details"]["check"] for each in told)


def unchecked_visit(client: FlaskClient, scene: Scene, visit_id: UUID) -> None:
    log(client, scene, visit_id, an_item())
    first, last = come_and_go(client, scene, visit_id, is_checked=False)
    assert (first.status_code, last.status_code) == (201, 201)


def test_checks_are_shown_to_agency_and_operator_and_health_is_not_stored_in_clear(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, operator: Actor, tianjin: Session
):
    body = some_checks(**ALL)

    told = check(client, scene, past_visit, body)
    unchecked_visit(client, scene, past_visit)

    assert (told.status_code, told.json["limbs"]) == (201, "changed")
    (shown,) = fact(client, scene, past_visit)["checks"]
    assert {name: shown[name] for name in ALL} == ALL
    assert (shown["id"], shown["received_at"][:15]) == (body["id"], "2026-11-20T01:0")
    assert fact(client, scene, past_visit, operator)["checks"] == [shown]
    assert [fact(client, scene, past_visit, each)["checks"] for each in (guardian, scene.carer)] == [None, None]
    assert b"changed" not in tianjin.scalars(select(LimbFinding.limbs_enc)).one()


@pytest.mark.usefixtures("everything_is_asked_for")
def test_what_is_missing_is_told_holds_nothing_and_ends_when_it_comes_after_all(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor
):
    unchecked_visit(client, scene, past_visit)
    before = missing(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    standing = fact(client, scene, past_visit)["standing"]

    check(client, scene, past_visit, some_checks(limbs="ok"))
    some = missing(client, scene, past_visit)
    with clock_at(NOW + 24 * HOUR):
        late = check(client, scene, past_visit, some_checks(**ALL))

    assert (before, some) == (["identity", "limbs", "risks"], ["risks"])
    assert (late.status_code, missing(client, scene, past_visit)) == (201, [])
    assert (standing, fact(client, scene, past_visit)["standing"]) == ("accepted", "accepted")


@pytest.mark.usefixtures("everything_is_asked_for")
def test_the_last_word_counts_however_the_phone_sends_them_and_both_stay(
    client: FlaskClient, scene: Scene, past_visit: UUID
):
    first = some_checks(**ALL, occurred_at=(NOW - 2 * HOUR).isoformat())
    last = some_checks(identity="not_checked", identity_reason="urgent", occurred_at=(NOW - HOUR).isoformat())
    unchecked_visit(client, scene, past_visit)

    for body in (last, first):
        assert check(client, scene, past_visit, body).status_code == 201

    assert missing(client, scene, past_visit) == ["identity", "limbs", "risks"]
    assert [each["id"] for each in fact(client, scene, past_visit)["checks"]] == [first["id"], last["id"]]


@pytest.mark.parametrize("voucher", ["shown", "card_shown", "not_shown", None])
def test_no_voucher_makes_a_grade_better(client: FlaskClient, scene: Scene, past_visit: UUID, voucher: str | None):
    shown = {"voucher": voucher, "voucher_reason": "phone_failed"}
    check(client, scene, past_visit, some_checks(**shown, limbs="ok", risks_told=True))

    unchecked_visit(client, scene, past_visit)

    standing = fact(client, scene, past_visit)
    assert (standing["grade"], standing["hold"]["step"], standing["exceptions"]) == ("C", "agency", [])


def test_checks_that_come_after_a_decision_change_nothing_of_it(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor
):
    unchecked_visit(client, scene, past_visit)
    decide(client, scene, past_visit, head, "agency", "refused", reason="care_not_given")

    told = check(client, scene, past_visit, some_checks())

    assert (told.status_code, missing(client, scene, past_visit)) == (201, [])
    assert fact(client, scene, past_visit)["standing"] == "refused"


def test_sent_again_they_are_kept_once_and_with_other_content_they_are_refused(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    body = some_checks(**ALL)

    first, again = check(client, scene, past_visit, body), check(client, scene, past_visit, body)
    other = check(client, scene, past_visit, body | {"limbs": "ok"})

    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert (other.status_code, other.json["code"]) == (409, "event_reused")
    assert [tianjin.scalar(select(func.count()).select_from(each)) for each in (VisitCheck, LimbFinding)] == [1, 1]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"identity": "not_checked"}, "identity_reason"),
        ({"voucher": "not_shown"}, "voucher_reason"),
        ({"limbs": "left arm is stiff"}, "limbs"),
        ({"identity": "not_checked", "identity_reason": "his daughter said so"}, "identity_reason"),
    ],
)
def test_bad_input_is_refused(
    client: FlaskClient, scene: Scene, past_visit: UUID, changed: dict[str, object], field: str
):
    answer = check(client, scene, past_visit, some_checks(**changed))

    assert (answer.status_code, list(answer.json["details"]["fields"])) == (422, [field])


def test_nobody_tells_checks_of_a_visit_that_is_not_his(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, app: Flask
):
    _, person_id = a_carer(tianjin, app, scene.agency_id)
    colleague = an_actor(tianjin, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id)
    stranger = a_scene(tianjin, app)
    tianjin.commit()
    done(client, scene, past_visit)

    answers = [
        check(client, scene, past_visit, some_checks(), actor=colleague),
        check(client, scene, past_visit, some_checks(), actor=stranger.carer),
        check(client, scene, new_id(), some_checks()),
        client.get(f"{API}/facts/{past_visit}", headers=scene.headers(stranger.dispatcher)),
    ]

    assert [each.status_code for each in answers] == [404] * 4
    assert check(client, scene, past_visit, some_checks(), actor=scene.dispatcher).status_code == 403
