"""Limits of home care over HTTP: what is planned with any agency counts, what was cancelled or missed does not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel.permissions import SystemActor
from app.policies.service import EXTENSION
from app.schedules.service import progress
from tests.policies.factories import limited
from tests.registry.factories import an_agency
from tests.schedules.factories import HOUR, NOW, Scene, a_visit, as_json, to_plan

MINUTE = timedelta(minutes=1)
DAY = 24 * HOUR
UNTIL_SUNDAY, UNTIL_MONDAY = 24 * 2, 24 * 3  # hours from the Friday of the scene


@pytest.fixture(autouse=True)
def at_most_two_hours_a_week(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, EXTENSION, limited(tmp_path, 'period = "week", visits = 3, minutes = 120'))


def plan(client: FlaskClient, scene: Scene, *visits: Any) -> list[dict[str, Any]]:
    """What is refused; nothing when all are planned."""
    body = {"visits": [as_json(visit) for visit in visits]}
    answer = client.post("/api/v1/visits", json=body, headers=scene.headers(scene.dispatcher))
    assert answer.status_code in (201, 409), answer.json
    return [] if answer.status_code == 201 else answer.json["details"]["refusals"]


def over(index: int, *, used_visits: int, used_minutes: int, starts_on: str = "2026-11-16") -> dict[str, Any]:
    limit = {"period": "week", "starts_on": starts_on, "visits": 3, "minutes": 120}
    used = {"used_visits": used_visits, "used_minutes": used_minutes}
    return {"index": index, "codes": ["hours_used_up"], "limits": [limit | used]}


def test_the_visits_of_one_list_use_up_the_hours_one_after_the_other(client: FlaskClient, scene: Scene):
    week = [to_plan(scene, hours=hours) for hours in (24, 26, 28)]
    next_monday = to_plan(scene, hours=UNTIL_MONDAY)

    assert plan(client, scene, *week, next_monday) == [over(2, used_visits=2, used_minutes=120)]
    assert plan(client, scene, *week[:2], next_monday) == []


def test_just_the_minutes_that_are_left_may_be_planned(client: FlaskClient, scene: Scene):
    assert plan(client, scene, to_plan(scene, hours=24, length=90 * MINUTE)) == []

    assert plan(client, scene, to_plan(scene, hours=UNTIL_SUNDAY, length=31 * MINUTE)) == [
        over(0, used_visits=1, used_minutes=90)
    ]
    assert plan(client, scene, to_plan(scene, hours=UNTIL_SUNDAY, length=30 * MINUTE)) == []


def test_a_fourth_visit_is_one_too_many_however_short(client: FlaskClient, scene: Scene):
    short = [to_plan(scene, hours=hours, length=10 * MINUTE) for hours in (24, 25, 26, 27)]

    assert plan(client, scene, *short) == [over(3, used_visits=3, used_minutes=30)]


def test_care_by_another_agency_uses_up_the_clients_hours(client: FlaskClient, scene: Scene, tianjin: Session):
    a_visit(tianjin, scene, start=NOW + DAY, length=2 * HOUR, agency_id=an_agency(tianjin).id)
    tianjin.commit()

    assert plan(client, scene, to_plan(scene, hours=30)) == [over(0, used_visits=1, used_minutes=120)]


def test_a_visit_that_was_missed_frees_its_hours_and_one_that_may_yet_come_does_not(
    client: FlaskClient, scene: Scene, tianjin: Session
):
    a_visit(tianjin, scene, start=NOW - DAY, length=90 * MINUTE)
    missed = a_visit(tianjin, scene, start=NOW - 2 * HOUR, length=90 * MINUTE)
    tianjin.commit()
    assert plan(client, scene, to_plan(scene, length=30 * MINUTE)) == [over(0, used_visits=2, used_minutes=180)]

    progress.mark_missed(tianjin, ids=[missed], actor=SystemActor("tianjin", "test"), at=NOW)
    tianjin.commit()

    assert plan(client, scene, to_plan(scene, length=31 * MINUTE)) == [over(0, used_visits=1, used_minutes=90)]
    assert plan(client, scene, to_plan(scene, length=30 * MINUTE)) == []


def test_the_week_is_that_of_the_local_day(client: FlaskClient, scene: Scene, tianjin: Session):
    sunday_night = NOW + timedelta(days=2, hours=14)  # 23:00 on Sunday in Tianjin
    a_visit(tianjin, scene, start=sunday_night, length=2 * HOUR)
    tianjin.commit()

    assert plan(client, scene, to_plan(scene, hours=24)) == [over(0, used_visits=1, used_minutes=120)]
    assert plan(client, scene, to_plan(scene, hours=UNTIL_MONDAY, length=2 * HOUR)) == []
