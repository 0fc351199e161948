"""Photos over HTTP: told of first, brought later, seen by who judges care and nobody else."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.consent_types import ConsentPurpose
from app.checkin.photo_models import Photo, PhotoTaken
from app.gateways.object_store import EXTENSION as STORE
from app.gateways.object_store import ObjectStore, open_store
from app.kernel.audit import AuditEntry
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role
from app.kernel.settings import Limits
from app.registry.models import Client
from tests.checkin.factories import API, an_item, confirm, done, fact
from tests.checkin.family_rows import a_family
from tests.checkin.photos import described, encoded, room, seen
from tests.checkin.test_sent_api import counts
from tests.checkin.test_sync_api import of_visit, statuses, sync
from tests.schedules.factories import HOUR, NOW, Scene, a_consent, a_scene, a_visit, settings_of
from tests.standins_s3 import S3Server, s3_server
from tests.tokens import make_account

__all__ = ["s3_server"]
PLACE = "39.0851 N"


def with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = PLACE
    return encoded(seen(1), exif=exif)


def person_of(session: Session, client_id: UUID) -> UUID:
    return session.scalars(select(Client.person_id).where(Client.id == client_id)).one()


def tell(client: FlaskClient, scene: Scene, body: dict[str, Any], actor: Actor | None = None) -> Any:
    return client.post(f"{API}/photos", json=body, headers=scene.headers(actor or scene.carer))


def bring(client: FlaskClient, scene: Scene, photo_id: object, content: bytes, actor: Actor | None = None) -> Any:
    headers = scene.headers(actor or scene.carer)
    return client.put(f"{API}/photos/{photo_id}/content", data=content, headers=headers)


def look(client: FlaskClient, scene: Scene, photo_id: object, actor: Actor) -> Any:
    return client.get(f"{API}/photos/{photo_id}/content", headers=scene.headers(actor))


def test_a_photo_is_told_of_then_brought_and_seen_without_what_the_camera_wrote(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, operator: Actor, tianjin: Session, app: Flask
):
    content = with_place()
    body = described(content, past_visit)

    told = [tell(client, scene, body) for _ in range(2)]
    missing = look(client, scene, body["id"], operator)
    brought = [bring(client, scene, body["id"], content) for _ in range(2)]

    tell(client, scene, described(b"its bytes do not come", past_visit))
    assert [each.status_code for each in (*told, *brought)] == [201, 201, 200, 200], brought[0].get_json()
    assert counts(client, scene).get_json() | {"photos": 2, "photo_contents": 1} == counts(client, scene).get_json()
    assert [each.get_json()["state"] for each in (*told, *brought)] == ["described", "described", "stored", "stored"]
    assert ["Idempotent-Replay" in each.headers for each in (*told, *brought)] == [False, True, False, True]
    assert missing.status_code == 404
    done(client, scene, past_visit)
    shown = next(each for each in fact(client, scene, past_visit)["photos"] if each["id"] == body["id"])
    assert (shown["id"], shown["purpose"], shown["state"]) == (body["id"], "care", "stored")
    assert [fact(client, scene, past_visit, each)["photos"] for each in (guardian, scene.carer)] == [None, None]
    stranger = a_scene(tianjin, app).dispatcher
    tianjin.commit()
    answers = {each: look(client, scene, body["id"], each) for each in (scene.dispatcher, operator)}
    assert [each.status_code for each in answers.values()] == [200, 200]
    assert [look(client, scene, body["id"], each).status_code for each in (stranger, guardian, scene.carer)] == [
        404,
        403,
        403,
    ]
    picture = answers[operator]
    assert (picture.content_type, picture.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert (PLACE.encode() in content, PLACE.encode() in picture.data) == (True, False)
    assert Image.open(io.BytesIO(picture.data)).size == seen(1).size
    read = tianjin.scalars(select(AuditEntry.actor_id).where(AuditEntry.action == "photo.read"))
    assert set(read) == {scene.dispatcher.account_id, operator.account_id}
    (path,) = (settings_of(app).data_dir / "photos" / "tianjin").rglob(body["id"])
    stored = path.read_bytes()  # cannot be read without the keys
    assert (content[:64] in stored, PLACE.encode() in stored, len(stored) > len(content)) == (False, False, True)


def test_only_the_bytes_that_were_told_of_are_taken_and_only_pictures(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    tianjin.commit()
    content, large = encoded(room(1)), encoded(Image.new("L", (1500, 1001)), "PNG")
    broken, one_more = content[:500], content + b"\0"
    bodies = {each: described(each, past_visit) for each in (content, large, broken)}
    for body in bodies.values():
        assert tell(client, scene, body).status_code == 201
    wanted = bodies[content]["id"]

    answers = {
        "others bytes": bring(client, scene, wanted, encoded(room(2))),
        "a byte more": bring(client, scene, wanted, one_more),
        "nothing": bring(client, scene, wanted, b""),
        "no whole picture": bring(client, scene, bodies[broken]["id"], broken),
        "too many pixels": bring(client, scene, bodies[large]["id"], large),
        "too many bytes": bring(client, scene, wanted, b"\0" * (Limits().photo_body + 1)),
        "another carer's": bring(client, scene, wanted, content, other.carer),
        "never told of": bring(client, scene, new_id(), content),
    }

    assert {name: (each.status_code, each.get_json()["code"]) for name, each in answers.items()} == {
        "others bytes": (422, "photo_differs"),
        "a byte more": (422, "photo_differs"),
        "nothing": (422, "photo_differs"),
        "no whole picture": (422, "photo_unreadable"),
        "too many pixels": (422, "photo_too_large"),
        "too many bytes": (413, "body_too_large"),
        "another carer's": (404, "not_found"),
        "never told of": (404, "not_found"),
    }
    assert tianjin.scalars(select(Photo.id)).all() == []
    assert bring(client, scene, wanted, content).status_code == 200


WRONG = [
    ("sha256", "0" * 63, "not_a_sha256"),
    ("sha256", "G" * 64, "not_a_sha256"),
    ("sha256", 7, "not_text"),
    ("size", 0, "size"),
    ("size", Limits().photo_body + 1, "size"),
    ("purpose", "portrait", "not_one_of_the_choices"),
]


def test_what_is_told_is_checked(client: FlaskClient, scene: Scene, past_visit: UUID):
    for field, value, code in WRONG:
        answer = tell(client, scene, described(b"x", past_visit, **{field: value}))

        assert (answer.status_code, answer.get_json()["details"]["fields"][field]["code"]) == (422, code)


def test_photos_come_with_other_records_and_a_bad_one_takes_nothing_with_it(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    family = a_family(tianjin, client_id=scene.client_id)
    carer = make_account(tianjin, role=Role.FAMILY_CARER, person_id=family.actor.person_id)
    tianjin.commit()
    day = {"id": str(new_id()), "client_id": str(scene.client_id), "day": "2026-11-20", "items": []}
    day["occurred_at"] = (NOW + timedelta(minutes=1)).isoformat()
    of_day = described(b"of the day", UUID(day["id"]))
    mine, twice = described(b"one", past_visit), described(b"two", past_visit)
    others = described(b"not hers", UUID(day["id"]))

    from_home = sync(client, scene, [{"kind": "photo", "record": of_day}, {"kind": "care_day", "record": day}], carer)
    photos = [{"kind": "photo", "record": each} for each in (mine, others, twice)]
    records = [*photos, of_visit(past_visit, "item", an_item())]
    answer, again = (sync(client, scene, records) for _ in range(2))

    assert statuses(from_home) == [201, 201]
    assert statuses(answer) == statuses(again) == [201, 404, 201, 201]
    stored = tianjin.execute(select(PhotoTaken.id, PhotoTaken.fact_id, PhotoTaken.carer_id))
    kept = {tuple(row) for row in stored}
    assert kept == {
        (UUID(of_day["id"]), UUID(day["id"]), family.carer_id),
        *((UUID(each["id"]), past_visit, scene.carer_id) for each in (mine, twice)),
    }
    reused = sync(client, scene, [{"kind": "photo", "record": mine | {"purpose": "place"}}])
    assert reused.get_json()["answers"][0]["code"] == "event_reused"


def test_any_number_of_photos_is_kept_by_as_many_statements_as_one(
    client: FlaskClient, scene: Scene, past_visit: UUID, statements: list[str]
):
    counts = []
    for number in (1, 40):
        records = [{"kind": "photo", "record": described(b"x", past_visit)} for _ in range(number)]
        statements.clear()
        assert set(statuses(sync(client, scene, records))) == {201}
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_a_store_set_up_wrongly_loses_nothing_and_the_photo_is_taken_once_it_is_mended(
    client: FlaskClient,
    scene: Scene,
    past_visit: UUID,
    operator: Actor,
    app: Flask,
    s3_server: S3Server,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
):
    def use(store: ObjectStore) -> None:
        monkeypatch.setitem(app.extensions, STORE, store)

    content = encoded(room(3))
    body = described(content, past_visit)
    tell(client, scene, body)
    use(open_store(s3_server.access(secret="wrong"), folder=tmp_path))
    refused = bring(client, scene, body["id"], content)
    done(client, scene, past_visit)
    meanwhile = fact(client, scene, past_visit)["photos"][0]["state"], look(client, scene, body["id"], operator)

    use(open_store(s3_server.access(), folder=tmp_path))
    taken = bring(client, scene, body["id"], content)

    assert (refused.status_code, refused.get_json()["code"]) == (503, "photo_store_misconfigured")
    assert (meanwhile[0], meanwhile[1].status_code) == ("receiving", 404)
    assert (taken.status_code, taken.get_json()["state"]) == (200, "stored")
    assert [name for name in s3_server.object_names() if body["id"] in name] == [
        f"tianjin/{body['id'][-2:]}/{body['id']}"
    ]
    assert look(client, scene, body["id"], operator).status_code == 200


def test_photos_pay_nothing_and_hold_nothing_by_themselves(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    other = a_visit(tianjin, scene, start=NOW + HOUR)
    tianjin.commit()
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    before = fact(client, scene, past_visit)
    content = encoded(room(4))
    for visit_id in (past_visit, other):
        body = described(content, visit_id)
        tell(client, scene, body)
        bring(client, scene, body["id"], content)

    after = fact(client, scene, past_visit)

    assert {name: after[name] for name in ("grade", "standing", "exceptions")} == {
        name: before[name] for name in ("grade", "standing", "exceptions")
    }
    assert fact(client, scene, other)["standing"] == "open"  # a photo makes it a fact, so that it can be looked at


def test_without_a_consent_no_bytes_are_taken_and_the_work_goes_on(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session, app: Flask
):
    content, person_id = encoded(room(5)), person_of(tianjin, scene.client_id)
    body, later = described(content, past_visit), described(content, past_visit)
    taken = [tell(client, scene, each) for each in (body, later)] + [bring(client, scene, body["id"], content)]
    a_consent(tianjin, person_id, ConsentPurpose.PHOTOS, is_given=False, seq=2)
    tianjin.commit()

    refused = bring(client, scene, later["id"], content)
    again = bring(client, scene, body["id"], content)  # it came while there was a consent
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)

    assert [each.status_code for each in taken] == [201, 201, 200]
    assert (refused.status_code, refused.get_json()["code"]) == (409, "photo_not_consented")
    assert (again.status_code, again.get_json()["state"]) == (200, "stored")
    assert tianjin.get(Photo, UUID(later["id"])) is None  # nothing is half written
    stored = {path.name for path in (settings_of(app).data_dir / "photos" / "tianjin").rglob("*-*")}
    assert {body["id"], later["id"]} & stored == {body["id"]}
    assert (shown := fact(client, scene, past_visit))["standing"] == "accepted", shown
    assert shown["exceptions"] == []

    a_consent(tianjin, person_id, ConsentPurpose.PHOTOS, seq=3)
    a_consent(tianjin, scene.carer_person_id, ConsentPurpose.PHOTOS, is_given=False)
    tianjin.commit()
    of_carer = bring(client, scene, later["id"], content)
    a_consent(tianjin, scene.carer_person_id, ConsentPurpose.PHOTOS, seq=2)
    tianjin.commit()

    assert of_carer.get_json()["code"] == "photo_not_consented"
    assert bring(client, scene, later["id"], content).get_json()["state"] == "stored"
