"""Hours used up at the door: recorded, and the money of the visit past the limit waits for the operator."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.models import PayableTime
from app.kernel.permissions import Actor
from app.policies.service import EXTENSION
from tests.checkin.factories import (
    a_tap,
    an_item,
    an_undrawn_id,
    check,
    confirm,
    decide,
    escalate,
    fact,
    log,
    reopen,
    send,
    some_checks,
)
from tests.fixed_clock import clock_at
from tests.policies.factories import limited
from tests.schedules.factories import HOUR, NOW, Scene, a_visit

LIMIT = {"period": "week", "starts_on": "2026-11-16", "visits": None, "minutes": 120}


@pytest.fixture(autouse=True)
def at_most_two_hours_a_week(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, EXTENSION, limited(tmp_path, 'period = "week", minutes = 120'))


@pytest.fixture
def visits(scene: Scene, tianjin: Session, app: Flask) -> list[UUID]:
    """Three hours of work one after the other, up to now; no sample falls on them."""
    made = [a_visit(tianjin, scene, id=an_undrawn_id(app), start=NOW - hours * HOUR) for hours in (3, 2, 1)]
    tianjin.commit()
    return made


def work(client: FlaskClient, scene: Scene, visit_id: UUID, *, begin: int) -> None:
    """A whole visit with its daily item, begun so many hours ago."""
    assert check(client, scene, visit_id, some_checks()).status_code == 201
    assert log(client, scene, visit_id, an_item()).status_code == 201
    for kind, at in (("in", NOW - begin * HOUR), ("out", NOW - (begin - 1) * HOUR)):
        with clock_at(at):
            assert send(client, scene, visit_id, kind, a_tap(at=at)).status_code == 201


@pytest.fixture
def worked(client: FlaskClient, scene: Scene, visits: list[UUID]) -> list[UUID]:
    for visit_id, begin in zip(visits, (3, 2, 1), strict=True):
        work(client, scene, visit_id, begin=begin)
    return visits


def stands(client: FlaskClient, scene: Scene, visit_id: UUID) -> tuple[str, str | None]:
    shown = fact(client, scene, visit_id)
    return shown["standing"], shown["hold"] and shown["hold"]["step"]


def open_codes(client: FlaskClient, scene: Scene, visit_id: UUID) -> list[str]:
    shown = fact(client, scene, visit_id)
    return [each["code"] for each in shown["exceptions"] if each["ended_at"] is None]


def test_the_visit_past_the_limit_waits_for_the_operator_and_those_paid_before_stay(
    client: FlaskClient, scene: Scene, worked: list[UUID], guardian: Actor
):
    first, second, third = worked
    for visit_id in worked:
        confirm(client, scene, visit_id, guardian)

    (told,) = fact(client, scene, third)["exceptions"]

    assert [stands(client, scene, each) for each in (first, second)] == [("accepted", None)] * 2
    assert stands(client, scene, third) == ("held", "operator")
    assert (told["code"], told["severity"]) == ("hours_used_up", "must_fix")
    assert told["details"] == LIMIT | {"used_visits": 2, "used_minutes": 120}


def test_an_agency_cannot_accept_past_the_limit_and_the_operator_can(
    client: FlaskClient, scene: Scene, worked: list[UUID], head: Actor, operator: Actor, tianjin: Session
):
    first, second, third = worked

    for visit_id in worked:
        assert decide(client, scene, visit_id, head, "agency").status_code == 201

    assert [stands(client, scene, each) for each in (first, second)] == [("accepted", None)] * 2
    assert (stands(client, scene, third), open_codes(client, scene, third)) == (("held", "operator"), ["hours_used_up"])
    assert tianjin.scalar(select(func.count()).select_from(PayableTime)) == 2
    assert decide(client, scene, third, operator, "operator").json["standing"] == "accepted"
    assert tianjin.scalar(select(func.count()).select_from(PayableTime)) == 3


def test_what_was_paid_first_stays_paid_when_it_is_looked_at_again(
    client: FlaskClient, scene: Scene, worked: list[UUID], head: Actor, operator: Actor, guardian: Actor
):
    first, _, third = worked
    confirm(client, scene, first, guardian)
    for visit_id in worked[1:]:
        decide(client, scene, visit_id, head, "agency")
    decide(client, scene, third, operator, "operator")  # now three hours are paid

    confirm(client, scene, first, guardian)

    assert (stands(client, scene, first), open_codes(client, scene, first)) == (("accepted", None), [])


def test_an_hour_that_is_taken_back_makes_room(
    client: FlaskClient, scene: Scene, worked: list[UUID], guardian: Actor, operator: Actor
):
    first, _, third = worked
    for visit_id in worked:
        confirm(client, scene, visit_id, guardian)
    assert open_codes(client, scene, third) == ["hours_used_up"]
    reopen(client, scene, first, operator)

    confirm(client, scene, third, guardian)  # it is settled again

    assert (stands(client, scene, third), open_codes(client, scene, third)) == (("accepted", None), [])


def test_silence_pays_past_the_limit_and_it_is_told(
    client: FlaskClient, scene: Scene, worked: list[UUID], tianjin: Session
):
    third = worked[-1]
    escalate(tianjin, at=NOW + timedelta(days=4))  # all three wait for the operator now
    assert open_codes(client, scene, third) == []

    escalate(tianjin, at=NOW + timedelta(days=20))

    told = [open_codes(client, scene, each) for each in worked]
    assert [stands(client, scene, each) for each in worked] == [("accepted", None)] * 3
    assert sorted(told) == [[], [], ["hours_used_up"]]
