"""A tap away from the home: the carer says which case it was. A person judges it; nothing is paid by it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.home_models import HomeProposal
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from tests.checkin.factories import API, a_fix, a_tap, fact, record_of, send, visit_of
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene, a_scene

AWAY: dict[str, Any] = a_fix(metres_away=620)
MINUTE = timedelta(minutes=1)


def a_word(event_id: str, case: str, **changed: object) -> dict[str, Any]:
    return {"id": str(new_id()), "event_id": event_id, "case": case, "occurred_at": NOW.isoformat()} | changed


def tell(client: FlaskClient, scene: Scene, visit_id: UUID, word: dict[str, Any], actor: Actor | None = None):
    address = f"{API}/visits/{visit_id}/away-words"
    return client.post(address, json=word, headers=scene.headers(actor or scene.carer))


def sync(client: FlaskClient, scene: Scene, visit_id: UUID, *records: tuple[str, dict[str, Any]]) -> list[int]:
    sent = [{"kind": kind, "visit_id": str(visit_id), "record": record} for kind, record in records]
    answer = client.post(f"{API}/sync", json={"records": sent}, headers=scene.headers(scene.carer))
    return [each["status"] for each in answer.json["answers"]]


def test_a_word_is_kept_once_and_shown_to_the_agency_alone(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    tianjin.commit()
    tap = a_tap(at=NOW - HOUR, fix=AWAY)
    word = a_word(tap["id"], "at_door")

    early = tell(client, scene, past_visit, word)  # before its tap
    send(client, scene, past_visit, "in", tap)
    again, reused = tell(client, scene, past_visit, word), tell(client, scene, past_visit, word | {"case": "elsewhere"})
    later = tell(client, scene, past_visit, a_word(tap["id"], "elsewhere"))
    strange = tell(client, scene, past_visit, a_word(tap["id"], "at_door"), other.carer)
    send(client, scene, past_visit, "out", a_tap())

    shown = fact(client, scene, past_visit)
    assert [each.status_code for each in (early, again, reused, later, strange)] == [201, 201, 409, 201, 404]
    assert (again.headers["Idempotent-Replay"], again.json) == ("true", early.json)
    assert [(each["event_id"], each["case"]) for each in shown["away_words"]] == [
        (tap["id"], "at_door"),
        (tap["id"], "elsewhere"),
    ]
    assert [each["code"] for each in shown["exceptions"] if each["code"] == "outside_fence"] == ["outside_fence"]
    assert shown["hold"] is not None
    assert fact(client, scene, past_visit, scene.carer)["away_words"] is None


def test_who_was_not_there_yet_clocks_in_again_and_the_visit_begins_then(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    first, then = a_tap(at=NOW - HOUR, fix=AWAY), a_tap(at=NOW - HOUR + 12 * MINUTE)
    word = a_word(first["id"], "not_there_yet", occurred_at=(NOW - HOUR + MINUTE).isoformat())

    statuses = sync(
        client, scene, past_visit, ("clock_out", a_tap()), ("clock_in", then), ("away_word", word), ("clock_in", first)
    )

    record, shown = record_of(tianjin, past_visit), fact(client, scene, past_visit)
    assert statuses == [201] * 4
    assert (record.began_at, str(record.clock_in_id), record.minutes) == (NOW - HOUR + 12 * MINUTE, then["id"], 48)
    codes = {each["code"] for each in shown["exceptions"]}
    assert ("repeated_event" in codes, "outside_fence" in codes) == (False, True)
    assert shown["hold"] is not None  # a person looks all the same


def test_without_that_word_a_second_clock_in_changes_no_time(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    first, then = a_tap(at=NOW - HOUR, fix=AWAY), a_tap(at=NOW - HOUR + 12 * MINUTE)
    word = a_word(first["id"], "at_door", occurred_at=(NOW - HOUR + MINUTE).isoformat())

    sync(client, scene, past_visit, ("clock_in", first), ("away_word", word), ("clock_in", then))

    assert visit_of(tianjin, past_visit).began_at == NOW - HOUR
    assert "repeated_event" in {each["code"] for each in fact(client, scene, past_visit)["exceptions"]}


def test_a_wrong_address_is_proposed_once_for_a_person_to_accept(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, operator: Actor
):
    tap = a_tap(at=NOW - HOUR, fix=AWAY)
    with clock_at(NOW - HOUR):
        send(client, scene, past_visit, "in", tap)
    tell(client, scene, past_visit, a_word(tap["id"], "address_wrong"))
    tell(client, scene, past_visit, a_word(tap["id"], "address_wrong"))
    send(client, scene, past_visit, "out", a_tap(fix=AWAY))

    [proposal] = tianjin.scalars(select(HomeProposal)).all()
    open_fact = fact(client, scene, past_visit)
    answer = client.post(
        f"{API}/home-proposals/{proposal.id}/answer",
        json={"address": "新家 2 号"},
        headers=scene.headers(operator) | {"Idempotency-Key": "a"},
    )

    assert (proposal.distance_m, proposal.taps, proposal.carers) == (620, 1, 1)
    assert {"outside_fence", "address_doubtful"} <= {each["code"] for each in open_fact["exceptions"]}
    assert open_fact["hold"] is not None
    assert answer.status_code == 201, answer.json
    held = fact(client, scene, past_visit)["exceptions"]
    assert [each["code"] for each in held if each["code"] == "outside_fence" and not each["ended_at"]] == []
