"""A phone compares its count with the server's."""

from datetime import timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel.permissions import Actor
from tests.checkin.factories import API, a_tap, an_item, log, send
from tests.schedules.factories import NOW, Scene, a_scene, a_visit

NO_PHOTOS = {"photos": 0, "photo_contents": 0, "shift_notes": 0, "incidents": 0, "vital_signs": 0}


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

    assert counts(client, scene).json == {"clock_events": 2, "items": 1, "care_days": 0} | NO_PHOTOS
    assert counts(client, scene, day="2026-11-19").json == {"clock_events": 1, "items": 0, "care_days": 0} | NO_PHOTOS


def test_nobody_counts_what_another_carer_sent(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    a_visit(tianjin, other)
    tianjin.commit()
    send(client, scene, past_visit, "in", a_tap())

    answer = counts(client, scene, actor=other.carer)

    assert answer.json == {"clock_events": 0, "items": 0, "care_days": 0} | NO_PHOTOS
    assert counts(client, scene, actor=scene.dispatcher).status_code == 403
    assert counts(client, scene, day="2026-13-01").status_code == 422
