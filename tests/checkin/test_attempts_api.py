"""A carer at the door who cannot start: kept once, told to the agency at once, and no dead end."""

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.checkin.attempt_models import VisitAttempt
from app.checkin.models import Position
from app.checkin.reasons import AttemptReason
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind, SystemActor
from app.schedules.models import VisitChange
from app.schedules.service import progress
from app.schedules.types import VisitState
from tests.checkin.factories import API, a_fix, a_tap, cancel, come_and_go, send, visit_of
from tests.schedules.factories import NOW, Scene, a_carer, a_scene, an_actor


def attempt(
    client: FlaskClient, scene: Scene, visit_id: UUID, body: dict[str, object], *, actor: Actor | None = None
) -> TestResponse:
    headers = scene.headers(actor or scene.carer) | {"Phone-Sent-At": NOW.isoformat()}
    return client.post(f"{API}/visits/{visit_id}/attempts", json=body, headers=headers)


def an_attempt(reason: AttemptReason = AttemptReason.NOBODY_OPENS, **changed: object) -> dict[str, object]:
    return a_tap() | {"reason": reason.value} | changed


@pytest.mark.parametrize("reason", list(AttemptReason))
def test_an_attempt_is_kept_with_its_place_and_the_agency_sees_the_visit(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, reason: AttemptReason
):
    body = an_attempt(reason)

    told = attempt(client, scene, visit_id, body)

    assert (told.status_code, told.json["verdict"], told.json["distance_m"]) == (201, "inside", 0)
    assert visit_of(tianjin, visit_id).state is VisitState.ATTEMPTED
    change = tianjin.scalars(select(VisitChange).where(VisitChange.to_state == "attempted")).one()
    assert (change.reason, str(change.cause_id)) == (reason.value, body["id"])
    assert tianjin.get_one(Position, UUID(str(body["id"]))).accuracy_m == 20
    query = {"day_from": "2026-11-20", "day_to": "2026-11-20", "state": "attempted"}
    desk = scene.headers(scene.dispatcher)
    listed = client.get(f"{API}/visits", query_string=query, headers=desk).json["items"]
    assert [each["id"] for each in listed] == [str(visit_id)]
    shown = client.get(f"{API}/visits/{visit_id}/attempts", headers=desk).json["items"]
    assert [(each["id"], each["reason"]) for each in shown] == [(body["id"], reason.value)]
    others = client.get(f"{API}/visits", query_string=query | {"state": "planned"}, headers=desk)
    assert others.json["items"] == []


def test_sent_again_it_is_kept_once_and_with_another_reason_it_is_refused(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session
):
    body = an_attempt()

    first, again = attempt(client, scene, visit_id, body), attempt(client, scene, visit_id, body)
    other = attempt(client, scene, visit_id, body | {"reason": "unsafe"})

    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert (other.status_code, other.json["code"]) == (409, "event_reused")
    assert len(tianjin.scalars(select(VisitAttempt)).all()) == 1


def test_an_attempt_without_a_position_is_kept(client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session):
    told = attempt(client, scene, visit_id, an_attempt(fix=None))

    assert (told.status_code, told.json["verdict"]) == (201, "no_position")
    assert tianjin.scalars(select(Position)).all() == []


def test_a_visit_that_was_attempted_begins_and_ends_all_the_same(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    attempt(client, scene, past_visit, an_attempt())

    first, last = come_and_go(client, scene, past_visit)

    assert (first.status_code, last.status_code) == (201, 201)
    assert visit_of(tianjin, past_visit).state is VisitState.DONE


def test_an_attempted_visit_whose_end_alone_is_told_is_done(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session
):
    attempt(client, scene, visit_id, an_attempt())

    told = send(client, scene, visit_id, "out", a_tap())

    assert told.status_code == 201
    assert visit_of(tianjin, visit_id).state is VisitState.DONE


def test_a_phone_tells_late_of_a_visit_that_was_called_missed(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session
):
    progress.mark_missed(tianjin, ids=[visit_id], actor=SystemActor("tianjin", "test"), at=NOW)
    tianjin.commit()

    attempt(client, scene, visit_id, an_attempt())

    assert visit_of(tianjin, visit_id).state is VisitState.ATTEMPTED


@pytest.mark.parametrize("state", [VisitState.BEGUN, VisitState.CANCELLED])
def test_what_has_begun_or_was_cancelled_stays_so_and_the_attempt_is_kept(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, state: VisitState
):
    if state is VisitState.BEGUN:
        send(client, scene, visit_id, "in", a_tap())
    else:
        cancel(client, scene, visit_id)

    told = attempt(client, scene, visit_id, an_attempt())

    assert told.status_code == 201
    assert visit_of(tianjin, visit_id).state is state


def test_nobody_tells_of_a_visit_that_is_not_his(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, app: Flask
):
    _, person_id = a_carer(tianjin, app, scene.agency_id)
    colleague = an_actor(tianjin, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id)
    stranger = a_scene(tianjin, app).dispatcher
    tianjin.commit()

    told = attempt(client, scene, visit_id, an_attempt(), actor=colleague)
    nowhere = attempt(client, scene, new_id(), an_attempt(fix=a_fix(metres_away=5)))
    seen = client.get(f"{API}/visits/{visit_id}/attempts", headers=scene.headers(stranger))

    assert [each.status_code for each in (told, nowhere, seen)] == [404, 404, 404]
    assert tianjin.scalars(select(VisitAttempt)).all() == []
