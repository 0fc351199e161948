"""A home tag scanned after the tap says what it would have said beside it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.tag_models import TagScan
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from tests.checkin.factories import API, a_tap, confirm, fact, send
from tests.checkin.test_home_tags_api import AWAY, VAGUE, chip, issue, printed, visit
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene, a_scene

MINUTE = timedelta(minutes=1)
OUT_OF_TIME = {"occurred_at": (NOW + 2 * HOUR).isoformat()}


def a_scan(event_id: str, tag: str, **changed: object) -> dict[str, Any]:
    return {"id": str(new_id()), "event_id": event_id, "tag": tag, "occurred_at": NOW.isoformat()} | changed


def scan(client: FlaskClient, scene: Scene, visit_id: UUID, body: dict[str, Any], actor: Actor | None = None):
    headers = scene.headers(actor or scene.carer)
    return client.post(f"{API}/visits/{visit_id}/tag-scans", json=body, headers=headers)


def holding(client: FlaskClient, scene: Scene, visit_id: UUID) -> set[str]:
    return {each["code"] for each in fact(client, scene, visit_id)["exceptions"] if each["ended_at"] is None}


SCANS: list[tuple[str, Any, dict[str, Any], tuple[str, str], set[str], str, str | None]] = [
    ("what was uncertain is inside then", VAGUE, {}, ("genuine", "inside"), set(), "B", None),
    ("outside stays outside", AWAY, {}, ("genuine", "outside"), {"outside_fence"}, "C", "agency"),
    ("no position stays none", None, {}, ("genuine", "no_position"), {"no_location"}, "B", "agency"),
    ("after the visit it is no proof", VAGUE, OUT_OF_TIME, ("out_of_time", "uncertain"), {"uncertain_location"}, "C",
     "agency"),
    ("no tag of ours is a finding", VAGUE, {"tag": "x"}, ("unreadable", "uncertain"),
     {"uncertain_location", "tag_not_valid"}, "C", "agency"),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "fix", "changed", "told", "codes", "grade", "step"), SCANS)
def test_what_a_tag_scanned_later_makes_of_a_visit(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session,
    _case, fix, changed, told, codes, grade, step,
):  # fmt: skip
    tag_id = issue(client, scene)
    code = chip(client, scene, tag_id, tianjin)(1) if fix is None else printed(scene, tag_id)
    taps = [{"id": str(new_id()), "fix": fix} for _ in range(2)]
    visit(client, scene, past_visit, *taps)
    confirm(client, scene, past_visit, guardian)

    with clock_at(NOW + HOUR * 2 if changed is OUT_OF_TIME else NOW):
        answers = [scan(client, scene, past_visit, a_scan(tap["id"], code) | changed) for tap in taps]

    shown = fact(client, scene, past_visit)
    assert [(each.json["outcome"], each.json["verdict"]) for each in answers] == [told] * 2
    assert holding(client, scene, past_visit) == codes
    assert (shown["grade"], shown["hold"] and shown["hold"]["step"]) == (grade, step)


def test_a_scan_comes_once_with_the_batch_of_its_tap_and_from_nobody_else(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    tianjin.commit()
    code, tap = printed(scene, issue(client, scene)), a_tap(fix=VAGUE)
    body = a_scan(tap["id"], code)
    sent = [
        {"kind": kind, "visit_id": str(past_visit), "record": record}
        for kind, record in (("tag_scan", body), ("clock_in", tap))
    ]

    early = scan(client, scene, past_visit, body)
    answers = [
        client.post(f"{API}/sync", json={"records": sent}, headers=scene.headers(scene.carer)).json["answers"]
        for _ in range(2)
    ]
    again, reused = scan(client, scene, past_visit, body), scan(client, scene, past_visit, body | {"tag": "x"})
    strange = scan(client, scene, past_visit, a_scan(tap["id"], code), other.carer)

    assert [[(each["status"], each["verdict"]) for each in told] for told in answers] == [
        [(201, "inside"), (201, "uncertain")]
    ] * 2
    assert [each.status_code for each in (early, again, reused, strange)] == [404, 201, 409, 404]
    assert again.headers["Idempotent-Replay"] == "true"
    assert tianjin.scalar(select(func.count()).select_from(TagScan)) == 1
    assert "uncertain_location" not in holding(client, scene, past_visit)
    assert send(client, scene, past_visit, "out", a_tap()).status_code == 201
