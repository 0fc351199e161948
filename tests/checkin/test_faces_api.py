"""Face checks over HTTP, by a provider that is a process of its own: its answers, its faults, and what they make of a
visit."""

import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.face_models import FaceCheck, FaceResult
from app.checkin.models import Evidence
from app.gateways.face import RESULTS_PATH, TOKENS_PATH, FaceClient
from app.gateways.provider_access import FACE
from app.kernel.db import db
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from tests.checkin.factories import API, confirm, done, fact
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene
from tests.standins_face import face_process, face_standin
from tests.standins_signed import StandIn

__all__ = ["face_process", "face_standin"]


@pytest.fixture
def provider(app: Flask, scene: Scene, face_standin: StandIn, monkeypatch) -> Iterator[StandIn]:
    client = FaceClient(face_standin.settings(timeout=1.0))
    monkeypatch.setitem(app.extensions, FACE, client)
    address = f"{API}/carers/{scene.carer_id}/face-subject"
    told = app.test_client().get(address, headers=scene.headers(scene.dispatcher))
    face_standin.order("enrolled", subject=told.json["subject"])
    agree(app.test_client(), scene)
    yield face_standin
    client.close()


def begin(client: FlaskClient, scene: Scene, visit_id: UUID, **changed: Any):
    body = {"id": str(new_id()), "visit_id": str(visit_id), "occurred_at": NOW.isoformat()} | changed
    return client.post(f"{API}/face-checks", json=body, headers=scene.headers(scene.carer))


def agree(client: FlaskClient, scene: Scene, *, is_given: bool = True) -> None:
    words = {"purpose": "face", "version": 1, "is_given": is_given}
    headers = scene.headers(scene.carer) | {"Idempotency-Key": str(new_id())}
    assert client.post(f"{API}/consents", json=words, headers=headers).status_code == 201


def result(client: FlaskClient, scene: Scene, check: Any):
    return client.post(f"{API}/face-checks/{check.json['id']}/result", headers=scene.headers(scene.carer))


def test_a_face_that_is_the_carers_is_a_witness_beside_the_position(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, provider: StandIn, tianjin: Session
):
    check_id = str(new_id())
    with clock_at(NOW - HOUR):
        first, again = (begin(client, scene, past_visit, id=check_id) for _ in range(2))
        waiting = result(client, scene, first)
        provider.order("performed", matched=True, score=97)
        told, repeated = (result(client, scene, first) for _ in range(2))
        late = begin(client, scene, past_visit, id=check_id)
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    shown = fact(client, scene, past_visit)

    assert (first.status_code, first.json["state"], first.json["expires_in_s"]) == (201, "waiting", 600)
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert waiting.json["state"] == "waiting"
    assert (told.json["state"], told.json["trace_id"]) == ("matched", first.json["trace_id"])
    assert (repeated.json, repeated.headers["Idempotent-Replay"]) == (told.json, "true")
    assert (late.json["state"], late.json["token"]) == ("matched", None)
    assert provider.calls(RESULTS_PATH) == 2
    row = tianjin.scalars(select(FaceResult)).one()
    assert (str(row.id), row.outcome, row.score, row.trace_id) == (check_id, "matched", 97, told.json["trace_id"])
    assert (shown["grade"], shown["standing"]) == ("A", "accepted")


def test_a_face_that_is_another_holds_an_accepted_visit_for_the_operator(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, provider: StandIn
):
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    accepted = fact(client, scene, past_visit)["standing"]

    check = begin(client, scene, past_visit)
    provider.order("performed", matched=False, score=12)
    told = result(client, scene, check)

    shown = fact(client, scene, past_visit)
    assert (accepted, told.json["state"]) == ("accepted", "not_matched")
    assert [(each["code"], each["severity"]) for each in shown["exceptions"]] == [("face_mismatch", "must_fix")]
    assert shown["exceptions"][0]["details"] == {"face_check_id": check.json["id"]}
    assert (shown["grade"], shown["hold"]["step"]) == ("B", "operator")


def test_a_face_shown_long_before_or_after_the_visit_is_no_witness_of_it(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, provider: StandIn
):
    for at in (NOW - 12 * HOUR, NOW + 12 * HOUR):
        with clock_at(at):
            check = begin(client, scene, past_visit)
            provider.order("performed", matched=True)
            assert result(client, scene, check).json["state"] == "matched"
        if at < NOW:
            done(client, scene, past_visit)
            confirm(client, scene, past_visit, guardian)

    assert fact(client, scene, past_visit)["grade"] == "B"


def test_a_provider_that_fails_keeps_nobody_from_his_work_and_loses_nothing(
    client: FlaskClient, scene: Scene, past_visit: UUID, provider: StandIn, tianjin: Session
):
    check_id = str(new_id())
    provider.order("faults", path=TOKENS_PATH, status=502, calls=2)  # what is asked again at once needs two
    first, again = (begin(client, scene, past_visit, id=check_id) for _ in range(2))
    assert (first.status_code, first.json["state"], first.json["token"]) == (201, "unavailable", None)
    assert again.json["state"] == "waiting"

    provider.order("performed", matched=True)
    provider.order("faults", path=RESULTS_PATH, status=502, calls=2)
    unheard, heard = (result(client, scene, again) for _ in range(2))

    assert (unheard.status_code, unheard.json["state"], heard.json["state"]) == (200, "unavailable", "matched")
    assert len(tianjin.scalars(select(FaceCheck)).all()) == len(tianjin.scalars(select(Evidence)).all()) == 1


def test_without_consent_or_a_provider_nothing_is_asked(
    client: FlaskClient, scene: Scene, past_visit: UUID, provider: StandIn, app: Flask, monkeypatch
):
    agree(client, scene, is_given=False)
    refused = begin(client, scene, past_visit)
    agree(client, scene)
    monkeypatch.delitem(app.extensions, FACE)
    absent = begin(client, scene, past_visit)

    assert (refused.status_code, refused.json["code"]) == (409, "face_not_consented")
    assert (absent.status_code, absent.json["state"]) == (201, "unavailable")
    assert provider.calls(TOKENS_PATH) == 0


def test_the_provider_is_asked_outside_any_transaction_and_told_no_id_of_ours(
    client: FlaskClient, scene: Scene, past_visit: UUID, provider: StandIn, app: Flask, monkeypatch, caplog
):
    asked: list[tuple[bool, str]] = []

    class Watched:
        def request_token(self, *, reference: str, subject: str) -> Any:
            asked.append((db.session().in_transaction(), reference + subject))
            return FaceClient.request_token(app.extensions["real"], reference=reference, subject=subject)

    monkeypatch.setitem(app.extensions, "real", app.extensions[FACE])
    monkeypatch.setitem(app.extensions, FACE, Watched())
    with caplog.at_level(logging.DEBUG):
        begun = begin(client, scene, past_visit)

    assert begun.json["state"] == "waiting"
    assert [in_transaction for in_transaction, _ in asked] == [False]
    assert scene.carer_id.hex not in asked[0][1]
    assert scene.carer_person_id.hex not in asked[0][1]
    assert begun.json["token"] not in caplog.text
