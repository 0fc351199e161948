"""Items, the client's word, and reviews over HTTP: who decides what, once, and what silence leads to."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.careplans.models import PlanItem
from app.checkin.models import ExceptionFound, Hold, ItemDone, PayableTime, Review
from app.checkin.queries.events import list_payable_times
from app.kernel.db import db
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.registry.models import Certificate
from app.schedules.models import Visit
from app.schedules.types import VisitState
from tests.checkin.factories import (
    API,
    a_fix,
    a_tap,
    an_item,
    check,
    close_forgotten,
    come_and_go,
    confirm,
    decide,
    done,
    escalate,
    fact,
    log,
    send,
    some_checks,
)
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, TODAY, Scene, a_guardian, a_scene, a_service_item, a_visit, an_actor


def test_a_clean_visit_without_the_clients_word_waits_for_the_agency_and_is_paid_once_accepted(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    waiting = fact(client, scene, past_visit)

    answer = decide(client, scene, past_visit, head, "agency")

    assert (waiting["grade"], waiting["standing"], waiting["exceptions"]) == ("C", "held", [])
    assert waiting["hold"] == {"step": "agency", "due_on": "2026-11-23"}
    assert (answer.status_code, answer.json["standing"], answer.json["hold"]) == (201, "accepted", None)
    (paid,) = list_payable_times(tianjin, visit_ids=[past_visit])
    assert (paid.minutes, paid.carer_id) == (60, scene.carer_id)


def test_the_guardians_word_lifts_the_grade_and_lets_the_visit_be_paid(
    client: FlaskClient, scene: Scene, guardian: Actor, tianjin: Session
):
    paid = []
    for hours in range(4, 7):  # one of several may be drawn as a sample; then it waits for the operator
        visit_id = a_visit(tianjin, scene, start=NOW - hours * HOUR)
        tianjin.commit()
        log(client, scene, visit_id, an_item())
        for kind, at in (("in", NOW - hours * HOUR), ("out", NOW - (hours - 1) * HOUR)):
            send(client, scene, visit_id, kind, a_tap(at=at))
        assert confirm(client, scene, visit_id, guardian).status_code == 201
        shown = fact(client, scene, visit_id)
        assert shown["grade"] == "B"
        paid.append(shown["standing"] == "accepted")

    assert any(paid)


def test_a_denial_holds_the_visit_and_takes_the_pay_back_until_somebody_looked(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)

    answer = confirm(client, scene, past_visit, guardian, holds=False)

    shown = fact(client, scene, past_visit)
    assert answer.status_code == 201
    assert [each["code"] for each in shown["exceptions"]] == ["client_denies"]
    assert shown["standing"] == "held"
    assert tianjin.scalar(select(func.count()).select_from(PayableTime)) == 0


def test_a_confirmation_is_kept_once_and_only_from_the_clients_own_guardian(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    stranger = a_guardian(tianjin, app, other.client_id)
    himself = replace(guardian, scope=Scope(ScopeKind.FUND), person_id=scene.carer_person_id)
    tianjin.commit()
    body = {"id": str(new_id())}

    first = confirm(client, scene, past_visit, guardian, **body)
    again = confirm(client, scene, past_visit, guardian, **body)

    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert again.headers["Idempotent-Replay"] == "true"
    assert confirm(client, scene, past_visit, guardian, holds=False, **body).status_code == 409
    assert confirm(client, scene, past_visit, stranger).status_code == 404
    assert confirm(client, scene, past_visit, scene.dispatcher).status_code == 403
    assert confirm(client, scene, past_visit, himself).json["code"] == "own_fact"
    assert client.post(f"{API}/visits/{past_visit}/confirmation", data=b"{").status_code == 401
    assert confirm(client, scene, past_visit, guardian, holds="yes").status_code == 422


def test_whom_an_agency_names_guardian_sees_and_confirms_nothing_before_the_fund_approves(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, app: Flask
):
    invented = a_guardian(tianjin, app, scene.client_id, since=TODAY, by=scene.dispatcher)
    tianjin.commit()
    done(client, scene, past_visit)
    headers = scene.headers(invented)

    assert client.get(f"{API}/visits/{past_visit}", headers=headers).status_code == 404
    assert client.get(f"{API}/facts/{past_visit}", headers=headers).status_code == 404
    assert confirm(client, scene, past_visit, invented).status_code == 404


def test_items_are_stored_once_and_compared_with_the_plan(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    items = [an_item("bath", "not_done", reason="no_hot_water"), an_item("hair", "extra", consented=True)]

    first = log(client, scene, past_visit, *items)
    again = log(client, scene, past_visit, *items)
    changed = log(client, scene, past_visit, items[0] | {"reason": "other"})
    come_and_go(client, scene, past_visit)

    assert (first.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replay"] == "true"
    assert (changed.status_code, changed.json["code"]) == (409, "event_reused")
    assert tianjin.scalar(select(func.count()).select_from(ItemDone)) == 2
    told = {(each["code"], each["severity"]) for each in fact(client, scene, past_visit)["exceptions"]}
    assert told == {("item_missing", "must_fix"), ("item_not_in_plan", "acknowledge")}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh-CN", "护理计划里的服务项目没有做完。"), ("en", "A planned service item was not done.")],
)
def test_what_was_found_is_told_in_words(
    client: FlaskClient, scene: Scene, past_visit: UUID, language: str, sentence: str
):
    log(client, scene, past_visit, an_item("bath", "not_done", reason="no_hot_water"))
    come_and_go(client, scene, past_visit)

    headers = scene.headers(scene.dispatcher) | {"Accept-Language": language}
    (found,) = client.get(f"{API}/facts/{past_visit}", headers=headers).json["exceptions"]

    assert (found["code"], found["text"]) == ("item_missing", sentence)


@pytest.mark.parametrize(
    ("kind", "valid_to", "told"),
    [
        (None, None, ["item_not_for_staff"]),
        ("elderly_care", None, ["item_not_for_staff"]),
        ("nurse", None, []),
        ("nurse", TODAY + timedelta(days=1), []),
        ("nurse", TODAY, ["item_not_for_staff"]),  # over on the day of the visit
    ],
)
def test_a_nurses_item_is_for_who_is_a_nurse_by_the_certificate_of_that_day(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, kind, valid_to, told
):
    item = a_service_item("drip")
    item.staff_kinds = ["nurse"]
    line = {"item_code": "drip", "item_version": 1, "times_per_week": 1, "minutes": 10}
    tianjin.add(item)
    tianjin.flush()
    tianjin.add(PlanItem(plan_id=scene.plan_id, recorded_at=NOW, **line))
    if kind is not None:
        dates = {"valid_from": TODAY - timedelta(days=90), "valid_to": valid_to}
        tianjin.add(Certificate(id=new_id(), carer_id=scene.carer_id, kind=kind, number="N-1", **dates))
    tianjin.commit()

    log(client, scene, past_visit, an_item(), an_item("drip", minutes=10))
    come_and_go(client, scene, past_visit)

    assert [each["code"] for each in fact(client, scene, past_visit)["exceptions"]] == told


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "items"),
        ([an_item("bath", "refused")], "items"),
        ([an_item("bath", "maybe")], "items"),
        ([an_item(minutes=1441)], "items"),
        ([an_item("bath", "refused", reason="王秀英不愿意")], "items"),
        ([an_item("给王秀英洗澡")], "items"),
        ([an_item(id="0190c2a0-0000-7000-8000-000000000000")] * 2, "items"),
    ],
)
def test_bad_items_are_told_by_field(client: FlaskClient, scene: Scene, past_visit: UUID, items, field):
    answer = log(client, scene, past_visit, *items)

    assert answer.status_code == 422
    assert field in {path.split(".")[0] for path in answer.json["details"]["fields"]}


def test_items_of_anothers_visit_are_not_found(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, app
):
    other = a_scene(tianjin, app)
    tianjin.commit()

    assert log(client, scene, past_visit, an_item(), actor=other.carer).status_code == 404
    assert log(client, scene, past_visit, an_item(), actor=scene.dispatcher).status_code == 403
    assert client.post(f"{API}/visits/{past_visit}/items", data=b"{").status_code == 401


def test_the_record_is_read_by_those_concerned(client: FlaskClient, scene: Scene, past_visit: UUID, tianjin, app):
    address, other = f"{API}/visits/{past_visit}/record", a_scene(tianjin, app)
    tianjin.commit()
    none_yet = client.get(address, headers=scene.headers(scene.carer))
    done(client, scene, past_visit)

    answer = client.get(address, headers=scene.headers(scene.carer))

    assert (none_yet.status_code, answer.status_code) == (404, 200)
    assert (answer.json["minutes"], answer.json["items"][0]["item_code"]) == (60, "bath")
    assert [(tap["kind"], tap["verdict"]) for tap in answer.json["taps"]] == [("in", "inside"), ("out", "inside")]
    assert client.get(address, headers=other.headers(other.dispatcher)).status_code == 404
    assert client.get(address).status_code == 401


def test_a_visit_far_from_home_waits_for_the_operator_who_may_refuse_it(
    client: FlaskClient, scene: Scene, past_visit: UUID, operator: Actor, guardian: Actor, tianjin: Session
):
    done(client, scene, past_visit, fix=a_fix(metres_away=2300))
    waiting = fact(client, scene, past_visit)

    answer = decide(client, scene, past_visit, operator, "operator", "refused")

    assert (waiting["grade"], waiting["hold"]["step"]) == ("D", "operator")
    assert {each["code"] for each in waiting["exceptions"]} == {"outside_fence"}
    assert (answer.json["standing"], answer.json["reviews"][0]["decision"]) == ("refused", "refused")
    assert confirm(client, scene, past_visit, guardian).status_code == 201
    assert fact(client, scene, past_visit)["standing"] == "refused"
    assert tianjin.scalar(select(func.count()).select_from(PayableTime)) == 0


def test_a_fact_is_decided_once_at_its_step_by_who_may(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, operator: Actor, tianjin: Session, app: Flask
):
    done(client, scene, past_visit)
    other = a_scene(tianjin, app)
    their_head = an_actor(tianjin, Role.AGENCY_HEAD, ScopeKind.AGENCY, key=str(other.agency_id))
    tianjin.commit()
    same = {"id": str(new_id())}

    too_early = decide(client, scene, past_visit, operator, "operator")
    theirs = decide(client, scene, past_visit, their_head, "agency")
    first = decide(client, scene, past_visit, head, "agency", **same)
    again = decide(client, scene, past_visit, head, "agency", **same)
    second = decide(client, scene, past_visit, head, "agency")

    assert (too_early.status_code, too_early.json["code"]) == (409, "not_held")
    assert theirs.status_code == 404
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert (second.status_code, second.json["code"]) == (409, "not_held")
    assert decide(client, scene, past_visit, head, "agency", "refused", **same).status_code == 409
    assert decide(client, scene, past_visit, scene.carer, "agency").status_code == 403
    assert decide(client, scene, past_visit, head, "operator").status_code == 403
    assert decide(client, scene, past_visit, head, "agency", "escalated").status_code == 422
    assert client.post(f"{API}/facts/{past_visit}/agency-review", data=b"{").status_code == 401
    assert client.post(f"{API}/facts/{past_visit}/operator-review", data=b"{").status_code == 401


def test_nobody_decides_about_his_own_care(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    himself = Actor(head.region, head.account_id, head.role, head.scope, head.grant_id, person_id=scene.carer_person_id)

    answer = decide(client, scene, past_visit, himself, "agency")

    assert (answer.status_code, answer.json["code"]) == (403, "own_fact")


def test_what_nobody_decides_goes_up_a_step_and_at_last_is_paid_and_marked(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    done(client, scene, past_visit)

    at_deadline = escalate(tianjin, at=NOW + timedelta(days=3))
    up = escalate(tianjin, at=NOW + timedelta(days=4))
    again = escalate(tianjin, at=NOW + timedelta(days=4))
    at_operator = fact(client, scene, past_visit)
    last = escalate(tianjin, at=NOW + timedelta(days=10))

    assert (at_deadline, up, again, last) == (0, 1, 0, 1)
    assert at_operator["hold"] == {"step": "operator", "due_on": "2026-11-29"}
    shown = fact(client, scene, past_visit)
    assert shown["standing"] == "accepted"
    assert [(each["step"], each["decision"], each["reason"]) for each in shown["reviews"]] == [
        ("machine", "escalated", "deadline_passed"),
        ("machine", "accepted", "deadline_passed"),
    ]
    assert len(list_payable_times(tianjin, visit_ids=[past_visit])) == 1


def test_time_that_is_paid_already_is_held_as_an_overlap_and_is_no_error(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, operator: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    decide(client, scene, past_visit, head, "agency")
    twin = a_visit(tianjin, scene, start=NOW - HOUR, state=VisitState.PLANNED, planned=None, source="unscheduled")
    tianjin.commit()
    done(client, scene, twin)

    answer = decide(client, scene, twin, head, "agency")

    assert answer.status_code == 201
    assert (answer.json["standing"], answer.json["hold"]["step"]) == ("held", "operator")
    assert "overlap" in {each["code"] for each in answer.json["exceptions"]}
    assert decide(client, scene, twin, operator, "operator", "refused").json["standing"] == "refused"


def test_a_forgotten_clock_out_is_closed_held_and_still_told_later(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    check(client, scene, past_visit, some_checks())
    log(client, scene, past_visit, an_item())
    with clock_at(NOW - HOUR):
        send(client, scene, past_visit, "in", a_tap(at=NOW - HOUR))
    too_soon = close_forgotten(tianjin, at=NOW + 2 * HOUR)

    closed = close_forgotten(tianjin, at=NOW + 2 * HOUR + timedelta(seconds=1))
    again = close_forgotten(tianjin, at=NOW + 3 * HOUR)
    tianjin.expire_all()

    assert (too_soon, closed, again) == (0, 1, 0)
    assert tianjin.get_one(Visit, past_visit).state is VisitState.DONE
    shown = fact(client, scene, past_visit)
    assert ([each["code"] for each in shown["exceptions"]], shown["standing"]) == (["no_clock_out"], "held")
    with clock_at(NOW + 4 * HOUR):
        late = send(client, scene, past_visit, "out", a_tap(at=NOW - timedelta(minutes=3)))
        record = client.get(f"{API}/visits/{past_visit}/record", headers=scene.headers(scene.carer)).json
    assert late.status_code == 201
    assert (record["minutes"], record["clock_out_id"]) == (57, late.json["id"])


def test_a_clock_out_whose_beginning_never_came_is_recorded_and_held(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    check(client, scene, past_visit, some_checks())
    send(client, scene, past_visit, "out", a_tap())

    close_forgotten(tianjin, at=NOW + 3 * HOUR)

    codes = {each["code"] for each in fact(client, scene, past_visit)["exceptions"]}
    assert codes == {"no_clock_in", "item_missing"}


def test_the_list_shows_what_waits_and_its_cost_does_not_grow(
    client: FlaskClient, scene: Scene, head: Actor, operator: Actor, tianjin: Session, app: Flask
):
    for hours in (2, 4, 6):
        visit_id = a_visit(tianjin, scene, start=NOW - hours * HOUR)
        tianjin.commit()
        send(client, scene, visit_id, "in", a_tap(at=NOW - hours * HOUR))
        send(client, scene, visit_id, "out", a_tap(at=NOW - (hours - 1) * HOUR))
    other = a_scene(tianjin, app)
    tianjin.commit()

    def read(query: str, actor: Actor) -> dict:
        answer = client.get(f"{API}/facts?{query}", headers=scene.headers(actor))
        assert answer.status_code == 200
        return answer.json

    first = read("pending=agency&limit=2", head)

    assert len(first["items"]) == 2
    assert len(read(f"pending=agency&limit=2&after={first['next_after']}", head)["items"]) == 1
    assert read("pending=operator", operator)["items"] == []
    assert read("", other.dispatcher)["items"] == []
    assert statements(lambda: read("limit=1", head)) == statements(lambda: read("limit=3", head)) <= 8
    assert client.get(f"{API}/facts?pending=machine", headers=scene.headers(head)).status_code == 422
    assert client.get(f"{API}/facts").status_code == 401
    assert client.get(f"{API}/facts/{first['items'][0]['id']}").status_code == 401
    theirs = client.get(f"{API}/facts/{first['items'][0]['id']}", headers=other.headers(other.dispatcher))
    assert theirs.status_code == 404


def statements(act) -> int:
    seen: list[str] = []

    def note(conn, cursor, statement, *rest) -> None:
        if "SAVEPOINT" not in statement:
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_stray_tap_is_settled_by_the_agency_and_pays_nothing(
    client: FlaskClient, scene: Scene, head: Actor, tianjin: Session
):
    stray = send(client, scene, new_id(), "in", a_tap())

    answer = decide(client, scene, stray.json["id"], head, "agency")

    assert (answer.status_code, answer.json["kind"], answer.json["standing"]) == (201, "event", "accepted")
    assert tianjin.scalar(select(func.count()).select_from(PayableTime)) == 0
    assert tianjin.scalar(select(func.count()).select_from(Review)) == 1
    assert tianjin.scalar(select(func.count()).select_from(Hold)) == 1
    assert tianjin.scalar(select(func.count()).select_from(ExceptionFound)) == 1


@pytest.mark.parametrize(("first_day", "status"), [(TODAY, 200), (TODAY + timedelta(days=1), 404)])
def test_a_guardian_sees_facts_of_his_days(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, app: Flask, first_day, status
):
    guardian = a_guardian(tianjin, app, scene.client_id, since=first_day)
    tianjin.commit()
    done(client, scene, past_visit)

    answer = client.get(f"{API}/facts/{past_visit}", headers=scene.headers(guardian))

    assert answer.status_code == status
