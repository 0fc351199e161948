"""What the next carer must know before the door, and what happened to a client."""

from datetime import timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.card_models import CareCard, Incident, IncidentNote, ShiftNote
from app.kernel.audit import AuditEntry
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from tests.checkin.factories import API
from tests.fixed_clock import clock_at
from tests.schedules.factories import NOW, Scene, a_scene

RISKS = "夜里起床会头晕"
WORDS = {"place": "卫生间", "happened": "地滑坐倒", "done": "扶起，已打电话给家属"}


def write(client: FlaskClient, scene: Scene, actor: Actor, client_id: UUID, key: str = "1", **texts: str):
    headers = scene.headers(actor) | {"Idempotency-Key": key}
    return client.put(f"{API}/clients/{client_id}/care-card", json=texts, headers=headers)


def carried(client: FlaskClient, scene: Scene, actor: Actor | None = None, **headers: str):
    return client.get(f"{API}/care-cards", headers=scene.headers(actor or scene.carer) | headers)


def leave(client: FlaskClient, scene: Scene, visit_id: UUID, actor: Actor | None = None, **changed: object):
    body = {"id": str(new_id()), "text": "今天胃口差", "occurred_at": NOW.isoformat()} | changed
    return client.post(f"{API}/visits/{visit_id}/shift-note", json=body, headers=scene.headers(actor or scene.carer))


def an_incident(scene: Scene, **changed: object) -> dict[str, object]:
    told = {"id": str(new_id()), "kind": "fall", "client_id": str(scene.client_id), "occurred_at": NOW.isoformat()}
    return told | {"texts": WORDS} | changed


def sync(client: FlaskClient, scene: Scene, *records: dict) -> list[dict]:
    answer = client.post(f"{API}/sync", json={"records": records}, headers=scene.headers(scene.carer))
    return answer.json["answers"]


def count(session: Session, model: type, *conditions: object) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def test_a_carer_carries_name_place_card_and_last_note_of_his_clients_and_each_reading_is_audited(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    tianjin.commit()
    empty = carried(client, scene)
    written = write(client, scene, scene.dispatcher, scene.client_id, risks=RISKS, way_in="门铃坏了，敲窗")
    with clock_at(NOW - timedelta(hours=1)):
        leave(client, scene, past_visit, text="旧的", occurred_at=(NOW - timedelta(hours=1)).isoformat())
    note = {"id": str(new_id())}
    first, again = (leave(client, scene, past_visit, **note) for _ in range(2))
    reused = leave(client, scene, past_visit, **note, text="改了")

    answer = carried(client, scene)
    same = carried(client, scene, **{"If-None-Match": answer.headers["ETag"]})

    [card] = answer.json["items"]
    assert (empty.json["items"][0]["card"], written.status_code) == (None, 200)
    assert card["client_id"] == str(scene.client_id)
    assert "*" not in card["name"]
    assert [bool(each["address"]) for each in card["places"]] == [True]
    assert (card["card"]["texts"]["risks"], card["note"]["text"]) == (RISKS, "今天胃口差")
    assert (again.headers["Idempotent-Replay"], again.json) == ("true", first.json)
    assert (reused.status_code, same.status_code) == (409, 304)
    read = AuditEntry.action == "care_cards.read"
    assert count(tianjin, AuditEntry, read) == 3
    assert carried(client, other).json["items"][0]["client_id"] == str(other.client_id)
    assert leave(client, scene, past_visit, other.carer).status_code == 404
    assert [RISKS.encode() in row for row in tianjin.scalars(select(CareCard.text_enc))] == [False]
    seen = client.get(f"{API}/clients/{scene.client_id}/care-card", headers=scene.headers(guardian))
    assert seen.json["texts"]["risks"] == RISKS
    assert write(client, scene, other.dispatcher, scene.client_id, risks="-").status_code == 404
    address = f"{API}/clients/{scene.client_id}/care-notes?day_from=2026-11-20&day_to=2026-11-20"
    notes = {who: client.get(address, headers=scene.headers(who)) for who in (guardian, scene.dispatcher)}
    assert [[each["text"] for each in answer.json["items"]] for answer in notes.values()] == [
        ["旧的", "今天胃口差"]
    ] * 2
    assert client.get(address, headers=scene.headers(other.dispatcher)).status_code == 404
    assert count(tianjin, AuditEntry, AuditEntry.action == "care_notes.read") == 2


def test_an_incident_is_kept_once_told_to_the_agency_and_taken_by_it(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, operator: Actor, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    tianjin.commit()
    told = an_incident(scene, visit_id=str(past_visit))
    not_his = an_incident(scene, client_id=str(other.client_id))
    note = {"id": str(new_id()), "text": "交接", "occurred_at": NOW.isoformat()}
    signs = {"id": str(new_id()), "signs": {"systolic": 150, "diastolic": 90}, "occurred_at": NOW.isoformat()}
    nothing = signs | {"id": str(new_id()), "signs": {}}
    too_hot = signs | {"id": str(new_id()), "signs": {"temperature_tenths": 37}}
    records = [
        {"kind": "incident", "record": told},
        {"kind": "shift_note", "visit_id": str(past_visit), "record": note},
        {"kind": "incident", "record": not_his},
        *({"kind": "vital_signs", "visit_id": str(past_visit), "record": each} for each in (signs, nothing, too_hot)),
    ]
    answers = [sync(client, scene, *records) for _ in range(2)]
    by_itself = client.post(f"{API}/incidents", json=told, headers=scene.headers(scene.carer))

    listed = {
        who: client.get(f"{API}/incidents?state=open", headers=scene.headers(actor)).json["items"]
        for who, actor in {"agency": head, "fund": operator, "other": other.dispatcher, "carer": scene.carer}.items()
    }
    address = f"{API}/incidents/{told['id']}/acknowledgement"
    taken = [client.post(address, headers=scene.headers(each)) for each in (head, scene.dispatcher, other.dispatcher)]

    assert [[each["status"] for each in each_time] for each_time in answers] == [[201, 201, 404, 201, 422, 422]] * 2
    assert (by_itself.headers["Idempotent-Replay"], by_itself.json["agency_ids"]) == ("true", [str(scene.agency_id)])
    assert [(model.__tablename__, count(tianjin, model)) for model in (Incident, IncidentNote, ShiftNote)] == [
        ("incident", 1),
        ("incident_note", 1),
        ("shift_note", 1),
    ]
    assert {who: [each["texts"] for each in items] for who, items in listed.items()} == {
        "agency": [WORDS],
        "fund": [WORDS],
        "other": [],
        "carer": [WORDS],
    }
    assert [each.status_code for each in taken] == [201, 201, 404]
    assert taken[0].json["state"] == "acknowledged"
    assert taken[1].json["acknowledged_by"] == str(head.account_id)
    assert count(tianjin, AuditEntry, AuditEntry.action == "incidents.read") == 2
    query = {"day_from": "2026-11-20", "day_to": "2026-11-20"}
    sent = client.get(f"{API}/sent-records", query_string=query, headers=scene.headers(scene.carer)).json
    assert (sent["incidents"], sent["shift_notes"], sent["vital_signs"]) == (1, 1, 1)
    [measured] = client.get(f"{API}/clients/{scene.client_id}/vital-signs", headers=scene.headers(head)).json["items"]
    assert (measured["signs"]["systolic"], measured["signs"]["pulse"]) == (150, None)
    assert count(tianjin, AuditEntry, AuditEntry.action == "vital_signs.read") == 1
