"""A phone compares its count with the server's."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.checkin.schemas.sent import SentCountsSchema
from app.checkin.sync import OF_A_VISIT, RecordKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.policies.service import EXTENSION
from tests.checkin.boxes import a_rating_handed_over
from tests.checkin.factories import API, a_fix, a_tap, an_item, log, send, some_checks
from tests.policies.factories import asking_for_rating
from tests.schedules.factories import NOW, Scene, a_scene, a_visit

NOTHING = dict.fromkeys(SentCountsSchema().fields, 0)


def counts(client: FlaskClient, scene: Scene, *, day: str = "2026-11-20", actor: Actor | None = None):
    query = {"day_from": day, "day_to": day}
    return client.get(f"{API}/sent-records", query_string=query, headers=scene.headers(actor or scene.carer))


def test_every_record_is_counted_once_on_the_phones_day(client: FlaskClient, scene: Scene, past_visit: UUID):
    tap, out, item = a_tap(at=NOW - timedelta(hours=1)), a_tap(at=NOW), an_item()
    for _ in range(3):
        send(client, scene, past_visit, "in", tap)
        log(client, scene, past_visit, item)
        send(client, scene, past_visit, "out", out)
    send(client, scene, past_visit, "in", a_tap(at=NOW - timedelta(days=1)))

    assert counts(client, scene).json == NOTHING | {"clock_events": 2, "items": 1}
    assert counts(client, scene, day="2026-11-19").json == NOTHING | {"clock_events": 1}


def test_nobody_counts_what_another_carer_sent(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    a_visit(tianjin, other)
    tianjin.commit()
    send(client, scene, past_visit, "in", a_tap())

    answer = counts(client, scene, actor=other.carer)

    assert answer.json == NOTHING
    assert counts(client, scene, actor=scene.dispatcher).status_code == 403
    assert counts(client, scene, day="2026-13-01").status_code == 422


def test_every_kind_that_a_phone_syncs_is_counted_for_who_sent_it(
    client: FlaskClient,
    scene: Scene,
    past_visit: UUID,
    guardian: Actor,
    app: Flask,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(app.extensions, EXTENSION, asking_for_rating(tmp_path, "asked"))
    key = client.get(f"{API}/ratings/handing-over", headers=scene.headers(scene.carer)).json["public_key"]
    at = {"occurred_at": NOW.isoformat()}

    def told(**more: object) -> dict[str, object]:
        return {"id": str(new_id())} | at | more

    tap, visit, whom = a_tap(fix=a_fix(metres_away=175)), str(past_visit), {"client_id": str(scene.client_id)}
    notice = told(kind="travel_out", day="2026-11-20", **whom)
    by_carer = {
        "checks": some_checks(),
        "item": an_item(),
        "clock_in": tap,
        "attempt": told(reason="unsafe", fix=None),
        "clock_out": a_tap(),
        "stated_end": told(ended_at=NOW.isoformat(), reason="forgotten"),
        "confirmation": told(reason="nobody_there", holds=None),
        "clock_event": a_tap(kind="out", **whom),
        "help_call": told(fix=None),
        "photo": told(fact_id=visit, purpose="care", sha256="0" * 64, size=1000),
        "shift_note": told(text="-"),
        "incident": told(kind="fall", texts={"happened": "-"}, **whom),
        "away_word": told(event_id=tap["id"], case="at_door"),
        "tag_scan": told(event_id=tap["id"], tag="-"),
        "vital_signs": told(signs={"pulse": 70}),
        "remark": told(fact_id=visit, text="-"),
        "rating": a_rating_handed_over(key),
    }
    by_family = {"confirmation": told(holds=True), "notice": notice}

    def sync(actor: Actor, records: dict[str, dict[str, object]]) -> dict[str, int]:
        sent = [
            {"kind": kind, "record": record} | ({"visit_id": visit} if RecordKind(kind) in OF_A_VISIT else {})
            for kind, record in records.items()
        ]
        answer = client.post(f"{API}/sync", json={"records": sent}, headers=scene.headers(actor)).json["answers"]
        assert {each["status"] for each in answer} == {201}, answer
        return {kind: number for kind, number in counts(client, scene, actor=actor).json.items() if number}

    ones = {"checks", "items", "attempts", "help_calls", "photos", "shift_notes", "incidents"}
    ones |= {"away_words", "tag_scans", "vital_signs", "remarks", "ratings"}
    assert sync(scene.carer, by_carer) == dict.fromkeys(ones, 1) | {"clock_events": 3, "statements": 2}
    assert sync(guardian, by_family) == {"statements": 1, "notices": 1}
    assert {*by_carer, *by_family} == {*RecordKind} - {RecordKind.CARE_DAY}
