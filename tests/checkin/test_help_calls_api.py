"""A carer calls for help: never refused, told to the agency at once, taken once."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.checkin.help_models import HelpAcknowledgement, HelpCall
from app.checkin.models import POINT_CONTEXT, ClockEvent, Position
from app.kernel.audit import AuditEntry
from app.kernel.db import db
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role
from tests.checkin.factories import API, a_fix, a_tap, send
from tests.checkin.family_rows import a_family
from tests.schedules.factories import NOW, Scene, a_scene, settings_of
from tests.tokens import make_account


def call(client: FlaskClient, scene: Scene, body: dict[str, object], *, actor: Actor | None = None):
    return client.post(f"{API}/help-calls", json=body, headers=scene.headers(actor or scene.carer))


def listed(client: FlaskClient, scene: Scene, actor: Actor, **query: object) -> list[str]:
    answer = client.get(f"{API}/help-calls", query_string=query, headers=scene.headers(actor))
    assert answer.status_code == 200, answer.json
    return [each["id"] for each in answer.json["items"]]


def take(client: FlaskClient, scene: Scene, call_id: object, actor: Actor):
    return client.post(f"{API}/help-calls/{call_id}/acknowledgement", headers=scene.headers(actor))


def test_a_call_is_kept_and_the_agency_sees_where_it_comes_from(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, app: Flask
):
    body = a_tap(visit_id=str(visit_id))

    told = call(client, scene, body)

    assert told.status_code == 201, told.json
    assert (told.json["state"], told.json["visit_id"]) == ("open", str(visit_id))
    assert told.json["agency_ids"] == [str(scene.agency_id)]
    desk = scene.headers(scene.dispatcher)
    (seen,) = client.get(f"{API}/help-calls?state=open", headers=desk).json["items"]
    assert seen == told.json
    assert (seen["place"]["latitude"], seen["place"]["system"]) == (pytest.approx(39.1), "wgs84")
    kept = tianjin.get_one(Position, UUID(body["id"]))
    point = settings_of(app).key_ring.decrypt(kept.point_enc, context=POINT_CONTEXT)
    assert point.startswith("39.1")
    assert b"39.1" not in kept.point_enc


@pytest.mark.parametrize(
    "changed",
    [
        {"fix": None},
        {"fix": a_fix(metres_away=50_000)},
        {"fix": a_fix(latitude=0, longitude=0)},
        {"occurred_at": (NOW - timedelta(days=20)).isoformat()},
        {"occurred_at": (NOW + timedelta(days=20)).isoformat()},
        {"visit_id": str(new_id())},
    ],
)
def test_a_call_from_anywhere_at_any_time_and_without_a_visit_is_kept(
    client: FlaskClient, scene: Scene, changed: dict[str, object]
):
    told = call(client, scene, a_tap() | changed)

    assert (told.status_code, told.json["visit_id"]) == (201, None)
    assert listed(client, scene, scene.dispatcher, state="open") == [told.json["id"]]


def test_sent_again_it_is_kept_once_and_other_content_is_refused(client: FlaskClient, scene: Scene, tianjin: Session):
    body = a_tap()
    first, again = call(client, scene, body), call(client, scene, body)

    other = call(client, scene, body | {"fix": None})

    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert (other.status_code, other.json["code"]) == (409, "event_reused")
    assert tianjin.scalar(select(func.count()).select_from(HelpCall)) == 1


def test_an_id_that_names_a_tap_with_a_position_is_refused_and_nothing_of_the_call_is_kept(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session
):
    tap = a_tap()
    assert send(client, scene, visit_id, "in", tap).status_code == 201

    told = call(client, scene, a_tap(id=tap["id"]))

    assert (told.status_code, told.json["code"]) == (409, "event_reused")
    assert tianjin.scalar(select(func.count()).select_from(HelpCall)) == 0


def test_an_id_that_names_a_call_with_a_position_is_refused_at_the_door(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session
):
    body = a_tap()
    call(client, scene, body)

    tapped = send(client, scene, visit_id, "in", a_tap(id=body["id"]))

    assert (tapped.status_code, tapped.json["code"]) == (409, "event_reused")
    assert tianjin.scalar(select(func.count()).select_from(ClockEvent)) == 0


def test_a_call_without_a_position_does_not_show_that_of_a_tap_of_its_id(
    client: FlaskClient, scene: Scene, visit_id: UUID
):
    tap = a_tap()
    send(client, scene, visit_id, "in", tap)

    told = call(client, scene, a_tap(id=tap["id"], fix=None))

    assert (told.status_code, told.json["place"]) == (201, None)


def test_the_first_of_the_agency_takes_a_call_and_the_phone_learns_of_it(
    client: FlaskClient, scene: Scene, head: Actor, tianjin: Session
):
    body = a_tap()
    call(client, scene, body)

    first = take(client, scene, body["id"], scene.dispatcher)
    again = take(client, scene, body["id"], head)

    assert (first.status_code, first.json["state"]) == (201, "acknowledged")
    assert first.json["acknowledged_by"] == str(scene.dispatcher.account_id)
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert call(client, scene, body).json["state"] == "acknowledged"
    assert listed(client, scene, head, state="open") == []
    assert listed(client, scene, head, state="acknowledged") == [body["id"]]
    assert tianjin.scalar(select(func.count()).select_from(HelpAcknowledgement)) == 1
    actions = tianjin.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == UUID(body["id"]))).all()
    assert actions == ["acknowledge_help_call"]


def test_another_agency_neither_sees_nor_takes_a_call(client: FlaskClient, scene: Scene, tianjin: Session, app: Flask):
    other = a_scene(tianjin, app)
    tianjin.commit()
    body = a_tap()
    call(client, scene, body)

    taken = take(client, scene, body["id"], other.dispatcher)

    assert (taken.status_code, listed(client, scene, other.dispatcher)) == (404, [])
    assert listed(client, scene, scene.dispatcher, state="open") == [body["id"]]


def test_a_call_that_names_anothers_visit_goes_to_the_carers_own_agency_alone(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    tianjin.commit()

    told = call(client, scene, a_tap(visit_id=str(visit_id)), actor=other.carer)

    assert (told.status_code, told.json["visit_id"]) == (201, None)
    assert told.json["agency_ids"] == [str(other.agency_id)]
    assert listed(client, scene, scene.dispatcher) == []


def test_a_family_carer_whom_no_agency_serves_is_told_that_nobody_was_told(
    client: FlaskClient, scene: Scene, tianjin: Session
):
    family = a_family(tianjin)
    relative = make_account(tianjin, role=Role.FAMILY_CARER, person_id=family.actor.person_id)
    tianjin.commit()

    told = call(client, scene, a_tap(), actor=relative)

    assert (told.status_code, told.json["agency_ids"]) == (201, [])


BAD = [
    ({"id": "5c8ef2c1-1111-4111-8111-111111111111"}, "id"),
    ({"occurred_at": "2026-11-10T12:00:00"}, "occurred_at"),
    ({"fix": a_fix(latitude=91)}, "fix"),
    ({"visit_id": "x"}, "visit_id"),
]


@pytest.mark.parametrize(("changed", "field"), BAD)
def test_bad_input_is_told_by_field(client: FlaskClient, scene: Scene, changed: dict[str, object], field: str):
    told = call(client, scene, a_tap() | changed)

    assert told.status_code == 422
    assert field in str(told.json)


def test_strangers_and_wrong_roles_are_turned_away(client: FlaskClient, scene: Scene, guardian: Actor):
    assert client.post(f"{API}/help-calls", data=b"{").status_code == 401
    assert client.get(f"{API}/help-calls").status_code == 401
    assert call(client, scene, a_tap(), actor=guardian).status_code == 403
    assert take(client, scene, new_id(), scene.carer).status_code == 403
    wrong = client.get(f"{API}/help-calls?state=closed", headers=scene.headers(scene.dispatcher))
    assert wrong.status_code == 422


def test_the_lists_cost_does_not_grow(client: FlaskClient, scene: Scene, app: Flask):
    def cost() -> int:
        sent: list[str] = []

        def note(_connection, _cursor, statement, *_):
            sent.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        listed(client, scene, scene.dispatcher)
        event.remove(engine, "before_cursor_execute", note)
        return len([each for each in sent if "help" in each or "position" in each])

    call(client, scene, a_tap())
    one = cost()
    for _ in range(4):
        call(client, scene, a_tap())

    assert (one, cost()) == (4, 4)
    assert len(listed(client, scene, scene.dispatcher, limit=2)) == 2
