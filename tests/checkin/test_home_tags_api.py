"""Home tags over HTTP: issued, printed, programmed, scanned at the door."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.models import GradeEntry
from app.checkin.tag_models import TagScan
from app.kernel.geo import Point
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.kernel.tag_codes import write_code
from tests.checkin.factories import API, a_fix, a_tap, an_item, check, confirm, fact, log, send, some_checks
from tests.checkin.family_rows import a_family, a_home
from tests.fixed_clock import clock_at
from tests.schedules.factories import (
    HOME,
    HOUR,
    NOW,
    Scene,
    a_client,
    a_visit,
    an_actor,
    an_assignment,
    settings_of,
)
from tests.tokens import bearer, make_account

VAGUE: dict[str, Any] = a_fix(metres_away=175, accuracy_m=40)
AWAY: dict[str, Any] = a_fix(metres_away=2300)


def issue(client: FlaskClient, scene: Scene, client_id: UUID | None = None) -> str:
    address = f"{API}/clients/{client_id or scene.client_id}/home-tags"
    headers = scene.headers(scene.dispatcher) | {"Idempotency-Key": str(new_id())}
    answer = client.post(address, headers=headers)
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


def printed(scene: Scene, tag_id: str) -> str:
    keys = settings_of(scene.app).tag_keys
    return write_code("tianjin", UUID(tag_id), 0, key=keys.keys[keys.current])


def chip(client: FlaskClient, scene: Scene, tag_id: str, session: Session):
    """A chip as its maker programmes it from the answer alone: says prefix, counter, MAC."""
    admin = an_actor(session, Role.REGION_ADMIN, ScopeKind.FUND)
    session.commit()
    told = client.post(f"{API}/home-tags/{tag_id}/chip-key", headers=scene.headers(admin))
    assert told.status_code == 200, told.json

    def read(counter: int) -> str:
        said = f"{told.json['prefix']}{counter}"
        mac = hmac.digest(bytes.fromhex(told.json["key"]), said.encode(), hashlib.sha256)[:16]
        return f"{said}:{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    return read


def visit(client: FlaskClient, scene: Scene, visit_id: UUID, *taps: dict[str, Any]) -> list[list[str]]:
    """A whole visit with its daily item, an hour long; what each tap was answered."""
    assert log(client, scene, visit_id, an_item()).status_code == 201
    check(client, scene, visit_id, some_checks())
    told = []
    for kind, at, tap in zip(("in", "out"), (NOW - HOUR, NOW), taps, strict=True):
        with clock_at(at):
            answer = send(client, scene, visit_id, kind, a_tap(at=at, **tap))
        assert answer.status_code == 201, answer.json
        told.append(answer.json["exceptions"])
    return told


def test_a_tag_is_issued_printed_without_a_word_of_the_client_and_withdrawn_once(
    client: FlaskClient, scene: Scene, tianjin: Session
):
    tag_id, headers = issue(client, scene), scene.headers(scene.dispatcher)

    sheet = client.get(f"{API}/home-tags/{tag_id}/print", headers=headers)
    lost, again = (
        client.post(f"{API}/home-tags/{tag_id}/revocation", json={"reason": reason}, headers=headers)
        for reason in ("lost", "copied")
    )
    listed = client.get(f"{API}/clients/{scene.client_id}/home-tags", headers=headers).json["items"]
    late = client.get(f"{API}/home-tags/{tag_id}/print", headers=headers)

    assert (sheet.status_code, sheet.content_type) == (200, "image/svg+xml")
    words = " ".join("".join(ElementTree.fromstring(sheet.data).itertext()).split())
    assert words == f"安护 入户码 上门时用小程序扫一扫 {tag_id[-8:]}"
    assert (lost.status_code, lost.json["reason"]) == (201, "lost")
    assert (again.json, again.headers["Idempotent-Replay"]) == (lost.json, "true")
    assert listed == [lost.json]
    assert (late.status_code, late.json["code"]) == (409, "home_tag_revoked")


def test_the_key_that_signs_a_tag_may_be_taken_out(client: FlaskClient, scene: Scene, visit_id: UUID, monkeypatch):
    tag_id = issue(client, scene)
    code = printed(scene, tag_id)
    monkeypatch.setattr(type(settings_of(scene.app).tag_keys), "keys", {"newer": b"n" * 32})

    sheet = client.get(f"{API}/home-tags/{tag_id}/print", headers=scene.headers(scene.dispatcher))
    told = send(client, scene, visit_id, "in", a_tap(fix=VAGUE, tag=code))

    assert (sheet.status_code, sheet.json["code"]) == (409, "home_tag_key_gone")
    assert told.json["exceptions"] == ["tag_not_valid", "uncertain_location"]


VISITS = [
    ("a printed tag lifts what is uncertain", VAGUE, "printed", [], "B", None),
    ("a chip is a second witness", "home", "chip", [], "A", None),
    ("location switched off never passes by itself", None, "chip", ["no_location"], "B", "agency"),
    ("a phone elsewhere is a finding", AWAY, "printed", ["outside_fence", "tag_elsewhere"], "C", "operator"),
]


@pytest.mark.parametrize(("_case", "fix", "medium", "told", "grade", "step"), VISITS)
def test_what_a_tag_makes_of_a_visit(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session,
    _case, fix, medium, told, grade, step,
):  # fmt: skip
    tag_id = issue(client, scene)
    read = chip(client, scene, tag_id, tianjin) if medium == "chip" else lambda _: printed(scene, tag_id)
    taps = [{"fix": fix, "tag": read(counter) if medium else None} for counter in (1, 2)]

    answers = visit(client, scene, past_visit, *taps)
    confirm(client, scene, past_visit, guardian)

    shown = fact(client, scene, past_visit)
    assert answers == [told, told]
    assert (shown["grade"], shown["hold"] and shown["hold"]["step"]) == (grade, step)


def test_a_tag_scanned_with_a_second_tap_settles_the_first(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    tag_id = issue(client, scene)
    with clock_at(NOW - HOUR):
        first = send(client, scene, past_visit, "in", a_tap(fix=VAGUE))
        again = send(client, scene, past_visit, "in", a_tap(fix=VAGUE, tag=printed(scene, tag_id)))
    send(client, scene, past_visit, "out", a_tap())

    shown = fact(client, scene, past_visit)

    assert (first.json["exceptions"], again.json["exceptions"]) == (["uncertain_location"], ["repeated_event"])
    assert [each["ended_at"] is None for each in shown["exceptions"] if each["code"] == "uncertain_location"] == [False]


def test_a_copied_counter_is_found_in_whatever_order_readings_arrive(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    tag_id = issue(client, scene)
    read = chip(client, scene, tag_id, tianjin)
    later = a_visit(tianjin, scene, start=NOW + HOUR)
    tianjin.commit()
    leave, come, copied = a_tap(tag=read(6)), a_tap(at=NOW - HOUR, tag=read(5)), a_tap(at=NOW + HOUR, tag=read(6))

    told = [send(client, scene, past_visit, "out", leave), send(client, scene, past_visit, "in", come)]
    again = send(client, scene, past_visit, "in", come)
    with clock_at(NOW + HOUR):
        told.append(send(client, scene, later, "in", copied))

    assert [("tag_replayed" in each.json["exceptions"]) for each in told] == [False, False, True]
    assert (again.json, again.headers["Idempotent-Replay"]) == (told[1].json, "true")
    rows = tianjin.execute(select(TagScan.counter, TagScan.outcome).order_by(TagScan.counter, TagScan.counted_at)).all()
    assert [tuple(row) for row in rows] == [(5, "genuine"), (6, "genuine"), (6, "replayed")]


def test_the_tags_of_two_homes_in_one_minute_are_for_the_operator(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, app: Flask
):
    far = a_client(tianjin, app, scene.agency_id, home=Point(HOME.latitude + 0.1, HOME.longitude))
    an_assignment(tianjin, far, scene.carer_id)
    tianjin.commit()
    codes = [printed(scene, issue(client, scene, each)) for each in (scene.client_id, far)]
    there = a_fix(metres_away=11_103)

    first = send(client, scene, visit_id, "in", a_tap(tag=codes[0]))
    free = a_tap(at=NOW + timedelta(minutes=1), fix=there, tag=codes[1], kind="in", client_id=str(far))
    with clock_at(NOW + timedelta(minutes=1)):
        second = client.post(f"{API}/clock-events", json=free, headers=scene.headers(scene.carer))

    shown = fact(client, scene, second.json["visit_id"])
    assert first.json["exceptions"] == []
    assert "tag_too_fast" in second.json["exceptions"]
    found = next(each for each in shown["exceptions"] if each["code"] == "tag_too_fast")
    assert (found["severity"], found["details"]["other_event_id"]) == ("must_fix", first.json["id"])


def test_whatever_was_scanned_is_taken(client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session):
    tap = a_tap(tag="https://example.com/菜单?" + "x" * 7000)

    told = send(client, scene, visit_id, "in", tap)
    record = {"kind": "clock_in", "visit_id": str(visit_id), "record": tap}
    synced = client.post(f"{API}/sync", json={"records": [record]}, headers=scene.headers(scene.carer)).json["answers"]

    assert (told.status_code, told.json["exceptions"]) == (201, ["tag_not_valid"])
    assert [(each["status"], each["exceptions"]) for each in synced] == [(201, ["tag_not_valid"])]
    scan = tianjin.scalars(select(TagScan)).one()
    assert (str(scan.id), scan.outcome, scan.tag_id, scan.medium) == (tap["id"], "unreadable", None, None)


def test_a_family_carers_day_is_as_certain_as_its_tag(
    client: FlaskClient, tianjin: Session, app: Flask, operator: Actor
):
    family = a_family(tianjin)
    a_home(tianjin, family.client_id, metres_away=0)
    actor = make_account(tianjin, role=Role.FAMILY_CARER, person_id=family.actor.person_id)
    tianjin.commit()
    address = f"{API}/clients/{family.client_id}/home-tags"
    issued = client.post(address, headers=bearer(app, operator) | {"Idempotency-Key": "k"}).json["id"]
    keys = settings_of(app).tag_keys
    code = write_code("tianjin", UUID(issued), 0, key=keys.keys[keys.current])
    told = []
    for kind, hours in (("in", 2), ("out", 1)):
        tap = a_tap(at=NOW - hours * HOUR, fix=VAGUE, tag=code, kind=kind, client_id=str(family.client_id))
        told.append(client.post(f"{API}/clock-events", json=tap, headers=bearer(app, actor)).json)
    day = {"id": str(new_id()), "client_id": str(family.client_id), "day": "2026-11-20", "occurred_at": NOW.isoformat()}
    day |= {"in_event_id": told[0]["id"], "out_event_id": told[1]["id"]}

    logged = client.post(f"{API}/care-days", json=day, headers=bearer(app, actor)).json

    assert [each["verdict"] for each in told] == ["uncertain", "uncertain"]
    assert "uncertain_location" not in logged["exceptions"]
    grades = tianjin.scalars(select(GradeEntry).where(GradeEntry.fact_id == UUID(day["id"])))
    assert [(each.grade, each.witnesses) for each in grades] == [("A", ["in", "out", "position"])]
