"""Visits over HTTP: all or none, refusals by place, other agencies' visits do not exist, phones learn of no change."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.kernel.db import db
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind, SystemActor
from app.registry.models import AgencyAgreement
from app.schedules.service import progress
from tests.checkin.factories import a_tap, send
from tests.schedules.factories import (
    HOUR,
    NOW,
    Scene,
    a_carer,
    a_guardian,
    a_scene,
    a_visit,
    an_actor,
    an_assignment,
    as_json,
    to_plan,
)

VISITS = "/api/v1/visits"


def post(client: FlaskClient, scene: Scene, *visits, actor: Actor | None = None):
    body = {"visits": [as_json(visit) for visit in visits]}
    return client.post(VISITS, json=body, headers=scene.headers(actor or scene.dispatcher))


def test_visits_are_planned_with_agency_district_and_plan(client: FlaskClient, scene: Scene):
    first, second = to_plan(scene, hours=24), to_plan(scene, hours=25)

    answer = post(client, scene, first, second)

    assert answer.status_code == 201
    assert [item["id"] for item in answer.json["items"]] == [str(first.id), str(second.id)]
    assert {item["plan_id"] for item in answer.json["items"]} == {str(scene.plan_id)}
    assert {item["state"] for item in answer.json["items"]} == {"planned"}


def test_one_bad_visit_keeps_all_from_being_planned_and_each_reason_is_listed(client: FlaskClient, scene: Scene):
    good, past = to_plan(scene, hours=24), to_plan(scene, hours=-48)
    unknown = to_plan(scene, hours=48, client_id=new_id(), carer_id=new_id())

    answer = post(client, scene, good, past, unknown)

    assert answer.status_code == 409
    assert answer.json["code"] == "visits_refused"
    assert answer.json["details"]["refusals"] == [
        {"index": 1, "codes": ["in_past"]},
        {"index": 2, "codes": ["client_unknown", "carer_unknown"]},
    ]
    assert client.get(f"{VISITS}/{good.id}", headers=scene.headers(scene.dispatcher)).status_code == 404


def test_an_agreement_that_names_no_home_types_is_for_all_of_them(client: FlaskClient, scene: Scene, tianjin: Session):
    signed = tianjin.scalars(select(AgencyAgreement).where(AgencyAgreement.agency_id == scene.agency_id)).one()
    signed.valid_to = signed.valid_from  # withdrawn
    tianjin.flush()
    tianjin.add(AgencyAgreement(id=new_id(), agency_id=scene.agency_id, valid_from=signed.valid_from, home_types=None))
    tianjin.commit()

    answer = post(client, scene, to_plan(scene))

    assert answer.status_code == 201, answer.json


def test_an_overlap_with_a_planned_visit_is_named_by_the_database_and_touching_is_none(
    client: FlaskClient, scene: Scene, tianjin: Session, app: Flask
):
    other, _ = a_carer(tianjin, app, scene.agency_id)
    an_assignment(tianjin, scene.client_id, other)
    tianjin.commit()
    assert post(client, scene, to_plan(scene, hours=24)).status_code == 201

    touching = post(client, scene, to_plan(scene, hours=25))
    same_carer = post(client, scene, to_plan(scene, hours=24.5, team_slot=2))
    same_client = post(client, scene, to_plan(scene, hours=24.5, carer_id=other))
    together = post(client, scene, to_plan(scene, hours=24, carer_id=other, team_slot=2))

    assert touching.status_code == 201
    assert same_carer.json["details"]["refusals"] == [{"index": 0, "codes": ["carer_overlap"]}]
    assert same_client.json["details"]["refusals"] == [{"index": 0, "codes": ["client_overlap"]}]
    assert together.status_code == 201


@pytest.mark.parametrize(("tap", "state"), [("in", "begun"), ("out", "done")])
def test_a_late_tap_at_a_missed_visit_is_kept_though_another_was_planned_over_its_time(
    client: FlaskClient, scene: Scene, tianjin: Session, tap: str, state: str
):
    missed = a_visit(tianjin, scene, start=NOW - HOUR / 4)
    progress.mark_missed(tianjin, ids=[missed], actor=SystemActor("tianjin", "test"), at=NOW)
    tianjin.commit()
    assert post(client, scene, to_plan(scene, hours=0)).status_code == 201

    answer = send(client, scene, missed, tap, a_tap(at=NOW - HOUR / 4))

    assert (answer.status_code, answer.json["visit_id"]) == (201, str(missed))
    shown = client.get(f"{VISITS}/{missed}", headers=scene.headers(scene.dispatcher))
    assert shown.json["state"] == state


@pytest.mark.parametrize(("tap", "codes"), [("in", ["carer_overlap", "client_overlap"]), ("out", [])])
def test_nothing_is_planned_over_a_visit_under_way_and_one_that_is_over_frees_its_time(
    client: FlaskClient, scene: Scene, tianjin: Session, tap: str, codes: list[str]
):
    visit_id = a_visit(tianjin, scene, start=NOW - HOUR / 2)
    tianjin.commit()
    send(client, scene, visit_id, tap, a_tap(at=NOW - HOUR / 4))

    answer = post(client, scene, to_plan(scene, hours=0.25))

    assert (answer.status_code, answer.json.get("details", {})) == (
        (409, {"refusals": [{"index": 0, "codes": codes}]}) if codes else (201, {})
    )


def test_a_resend_changes_nothing_and_other_content_under_the_same_id_is_refused(client: FlaskClient, scene: Scene):
    visit = to_plan(scene)
    first = post(client, scene, visit)

    again = post(client, scene, visit)
    other = post(client, scene, to_plan(scene, hours=30, id=visit.id))

    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replay"] == "true"
    assert other.json["details"]["refusals"] == [{"index": 0, "codes": ["id_used"]}]


def test_two_hundred_visits_take_no_more_statements_than_two(client: FlaskClient, scene: Scene):
    few = [to_plan(scene, hours=24 + n) for n in range(2)]
    many = [to_plan(scene, hours=100 + n) for n in range(200)]

    of_few = statements_of(lambda: post(client, scene, *few))
    of_many = statements_of(lambda: post(client, scene, *many))

    assert of_few == of_many
    assert of_many < 25


def statements_of(act) -> int:
    seen: list[str] = []

    def note(conn, cursor, statement, *rest) -> None:
        if "SAVEPOINT" not in statement:
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert act().status_code < 300
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"visits": []}, "visits"),
        ({"visits": [{}] * 201}, "visits"),
        ({"visits": [{"id": "x"}]}, "visits.0.id"),
        ({}, "visits"),
        ({"visits": [], "more": 1}, "more"),
    ],
)
def test_bad_input_is_told_by_field(client: FlaskClient, scene: Scene, body, field):
    answer = client.post(VISITS, json=body, headers=scene.headers(scene.dispatcher))

    assert answer.status_code == 422
    assert field in answer.json["details"]["fields"]


def test_strangers_and_wrong_roles_are_told_so_before_their_body_is_read(client: FlaskClient, scene: Scene):
    assert client.post(VISITS, data=b"{").status_code == 401
    assert client.post(VISITS, data=b"{", headers=scene.headers(scene.carer)).status_code == 403
    assert client.get(f"{VISITS}/snapshot").status_code == 401
    assert client.get(f"{VISITS}?day_from=2026-11-20&day_to=2026-11-20").status_code == 401
    assert client.get(f"{VISITS}/{new_id()}").status_code == 401
    assert client.post(f"{VISITS}/{new_id()}/cancellation", json={}).status_code == 401


def test_another_agencys_visits_do_not_exist(client: FlaskClient, scene: Scene, tianjin: Session, app: Flask):
    visit_id, other = a_visit(tianjin, scene), a_scene(tianjin, app)
    tianjin.commit()
    theirs = {**other.headers(other.dispatcher), "Idempotency-Key": "1"}

    listed = client.get(f"{VISITS}?day_from=2026-11-20&day_to=2026-11-21", headers=theirs)

    assert client.get(f"{VISITS}/{visit_id}", headers=theirs).status_code == 404
    assert (
        client.post(f"{VISITS}/{visit_id}/cancellation", json={"reason": "unsafe"}, headers=theirs).status_code == 404
    )
    assert listed.json["items"] == []


def test_each_role_sees_what_concerns_it(client: FlaskClient, scene: Scene, tianjin: Session, app: Flask):
    visit_id = a_visit(tianjin, scene)
    colleague = an_actor(
        tianjin, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=a_carer(tianjin, app, scene.agency_id)[1]
    )
    seeing = [
        scene.dispatcher,
        scene.carer,
        a_guardian(tianjin, app, scene.client_id),
        an_actor(tianjin, Role.SUPERVISOR, ScopeKind.FUND),
        an_actor(tianjin, Role.SUPERVISOR, ScopeKind.DISTRICT, key="120101"),
    ]
    blind = [colleague, an_actor(tianjin, Role.SUPERVISOR, ScopeKind.DISTRICT, key="120102")]
    tianjin.commit()

    def status(actor: Actor) -> int:
        return client.get(f"{VISITS}/{visit_id}", headers=scene.headers(actor)).status_code

    assert [status(actor) for actor in seeing] == [200] * len(seeing)
    assert [status(actor) for actor in blind] == [404] * len(blind)


def test_lists_are_paged_by_local_days_in_one_statement(client: FlaskClient, scene: Scene, tianjin: Session):
    for hours in (-10, 1, 2, 3, 20):  # the first lies in the evening before, the last in the morning after
        a_visit(tianjin, scene, start=NOW + hours * HOUR)
    tianjin.commit()
    address = f"{VISITS}?day_from=2026-11-20&day_to=2026-11-20&limit=2"
    headers = scene.headers(scene.dispatcher)

    first = client.get(address, headers=headers)
    rest = client.get(f"{address}&after={first.json['next_after']}", headers=headers)

    assert (len(first.json["items"]), len(rest.json["items"]), rest.json["next_after"]) == (2, 1, None)
    assert statements_of(lambda: client.get(address, headers=headers)) <= 2  # the account's check, the page


def test_a_list_asks_for_a_span_that_makes_sense(client: FlaskClient, scene: Scene):
    for days in ("day_from=2026-11-20&day_to=2026-11-19", "day_from=2026-01-01&day_to=2026-12-31", "day_from=x"):
        answer = client.get(f"{VISITS}?{days}", headers=scene.headers(scene.dispatcher))

        assert answer.status_code == 422


def test_a_phone_learns_by_its_etag_that_nothing_changed(client: FlaskClient, scene: Scene, tianjin: Session):
    a_visit(tianjin, scene, start=NOW + HOUR)
    a_visit(tianjin, scene, start=NOW + timedelta(days=4))
    tianjin.commit()
    headers = scene.headers(scene.carer)

    first = client.get(f"{VISITS}/snapshot", headers=headers)
    same = client.get(f"{VISITS}/snapshot", headers={**headers, "If-None-Match": first.headers["ETag"]})
    a_visit(tianjin, scene, start=NOW + 5 * HOUR)
    tianjin.commit()
    changed = client.get(f"{VISITS}/snapshot", headers={**headers, "If-None-Match": first.headers["ETag"]})

    assert len(first.json["items"]) == 1
    assert (same.status_code, same.data) == (304, b"")
    assert (same.headers["ETag"], same.headers.get("Content-Type")) == (first.headers["ETag"], None)
    assert (changed.status_code, len(changed.json["items"])) == (200, 2)


def test_a_cancelled_visit_frees_its_time_and_cannot_be_cancelled_again(client: FlaskClient, scene: Scene):
    visit = to_plan(scene)
    post(client, scene, visit)
    headers = scene.headers(scene.dispatcher)
    address = f"{VISITS}/{visit.id}/cancellation"

    bare = client.post(address, json={"reason": "rescheduled"}, headers=headers)
    first = client.post(address, json={"reason": "rescheduled"}, headers={**headers, "Idempotency-Key": "a"})
    again = client.post(address, json={"reason": "rescheduled"}, headers={**headers, "Idempotency-Key": "b"})

    assert bare.json["code"] == "idempotency_key_missing"
    assert (first.status_code, first.json["state"]) == (201, "cancelled")
    assert (again.status_code, again.json["code"]) == (409, "illegal_transition")
    assert post(client, scene, to_plan(scene)).status_code == 201


def test_a_visit_whose_time_has_come_is_not_cancelled_away(client: FlaskClient, scene: Scene, tianjin: Session):
    visit_id = a_visit(tianjin, scene, start=NOW - HOUR / 60)
    tianjin.commit()
    headers = scene.headers(scene.dispatcher) | {"Idempotency-Key": "a"}

    answer = client.post(f"{VISITS}/{visit_id}/cancellation", json={"reason": "client_declined"}, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (409, "visit_due")
    assert client.get(f"{VISITS}/{visit_id}", headers=headers).json["state"] == "planned"


def test_a_cancellation_names_a_reason_of_the_list_and_no_text(client: FlaskClient, scene: Scene, tianjin: Session):
    visit = to_plan(scene)
    post(client, scene, visit)
    headers = scene.headers(scene.dispatcher) | {"Idempotency-Key": "a"}

    answer = client.post(f"{VISITS}/{visit.id}/cancellation", json={"reason": "王秀英住院"}, headers=headers)

    assert (answer.status_code, list(answer.json["details"]["fields"])) == (422, ["reason"])


def test_a_snapshot_of_more_than_500_says_so_and_keeps_the_first_to_begin(
    client: FlaskClient, scene: Scene, tianjin: Session
):
    planned = [a_visit(tianjin, scene, start=NOW + n * HOUR / 10, length=HOUR / 10) for n in reversed(range(500))]
    tianjin.commit()
    whole = client.get(f"{VISITS}/snapshot", headers=scene.headers(scene.carer)).json
    a_visit(tianjin, scene, start=NOW + 60 * HOUR)
    tianjin.commit()

    cut = client.get(f"{VISITS}/snapshot", headers=scene.headers(scene.carer)).json

    assert (whole["is_complete"], cut["is_complete"]) == (True, False)
    assert [item["id"] for item in cut["items"]] == [str(visit_id) for visit_id in reversed(planned)]


def test_an_actor_without_an_agency_cannot_plan(client: FlaskClient, scene: Scene):
    odd = replace(scene.dispatcher, scope=Scope(ScopeKind.FUND))

    answer = post(client, scene, to_plan(scene), actor=odd)

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
