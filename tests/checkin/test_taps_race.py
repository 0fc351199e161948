"""Taps, cancellations and care days at one moment: a database of its own, real commits."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.checkin.models import CareDay, ClockEvent, PayableCareDay
from app.checkin.queries.tags import take_tags_turn
from app.checkin.tag_models import TagScan
from app.checkin.tags import TagMedium, TagOutcome
from app.factory import create_app
from app.kernel import clock
from app.kernel.db import db
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role
from app.kernel.tag_codes import write_code
from app.registry.tag_models import HomeTag
from app.schedules.models import Visit
from app.schedules.queries import find_visits
from app.schedules.service import progress
from app.schedules.types import VisitState
from tests.checkin.factories import a_tap, send
from tests.checkin.family_rows import a_family
from tests.conftest import Clone, settings_for
from tests.fixed_clock import clock_at
from tests.locks import HOW_MANY_WAIT
from tests.schedules.factories import HOUR, NOW, Scene, a_scene, a_visit, headers, settings_of
from tests.tokens import make_account

LONGEST_WAIT_S = 10


@pytest.fixture
def own_app(swept_database: Clone, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(swept_database.urls, tmp_path))
    with clock_at(NOW):  # making an application resets the clock
        yield app
    with app.app_context():
        db.engine.dispose()


@contextmanager
def in_region(app: Flask) -> Iterator[Session]:
    with app.app_context():
        session = db.session()
        session.bind_region("tianjin")
        yield session
        session.commit()


@pytest.fixture
def planned(own_app: Flask) -> tuple[Scene, UUID]:
    with in_region(own_app) as session:
        scene = a_scene(session, own_app)
        visit_id = a_visit(session, scene)
    return scene, visit_id


def wait_for_lock(urls: Any, answer: Future[TestResponse]) -> None:
    """Until a request waits for what another transaction holds."""
    engine = create_engine(urls.owner)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        until = time.monotonic() + LONGEST_WAIT_S
        while not connection.scalar(HOW_MANY_WAIT) and not answer.done() and time.monotonic() < until:
            time.sleep(0.01)
    engine.dispose()


def test_a_cancellation_that_overtakes_a_tap_has_it_sent_again_as_work_nobody_planned(
    own_app: Flask, swept_database: Clone, planned: tuple[Scene, UUID]
):
    scene, visit_id = planned
    tap = a_tap()

    with ThreadPoolExecutor() as pool:
        with in_region(own_app) as session:
            visit = find_visits(session, ids=[visit_id])[visit_id]
            progress.advance(session, visit, VisitState.CANCELLED, actor=scene.dispatcher, at=NOW, reason="x")
            overtaken = pool.submit(send, own_app.test_client(), scene, visit_id, "in", tap)
            wait_for_lock(swept_database.urls, overtaken)
        busy = overtaken.result()
    again = send(own_app.test_client(), scene, visit_id, "in", tap)

    assert (busy.status_code, busy.json["code"]) == (503, "visit_busy")
    assert (again.status_code, again.json["exceptions"]) == (201, ["unscheduled", "visit_cancelled"])
    with in_region(own_app) as session:
        assert session.scalars(select(ClockEvent.visit_id)).one() == UUID(tap["id"])


def test_two_clock_ins_at_one_moment_begin_one_visit_that_nobody_planned(own_app: Flask, planned: tuple[Scene, UUID]):
    scene, _ = planned

    def knock(_: int) -> list[str]:
        tap = a_tap(kind="in", client_id=str(scene.client_id))
        sent = {"Phone-Sent-At": clock.now().isoformat()}
        answer = own_app.test_client().post("/api/v1/clock-events", json=tap, headers=scene.headers(scene.carer) | sent)
        assert answer.status_code == 201, answer.json
        return answer.json["exceptions"]

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(knock, range(8)))

    assert sorted(told, key=len, reverse=True) == [*[["repeated_event", "unscheduled"]] * 7, ["unscheduled"]]
    with in_region(own_app) as session:
        assert session.scalar(select(func.count()).select_from(Visit).where(Visit.source == "unscheduled")) == 1


def a_day_with_taps(client_id: UUID) -> list[tuple[str, dict[str, Any]]]:
    """A care day and the taps it names, as a phone sends them that was without a signal."""
    ids = {"in": str(new_id()), "out": str(new_id())}
    day = {"id": str(new_id()), "client_id": str(client_id), "day": "2026-11-20", "occurred_at": NOW.isoformat()}
    day |= {f"{kind}_event_id": tap_id for kind, tap_id in ids.items()}
    times = {"in": NOW - HOUR, "out": NOW - timedelta(minutes=1)}
    taps = [a_tap(id=ids[kind], kind=kind, at=times[kind], client_id=str(client_id)) for kind in ids]
    return [("care-days", day), *(("clock-events", tap) for tap in taps)]


def test_taps_and_the_care_day_that_names_them_see_each_other_however_they_arrive(own_app: Flask):
    """The client has an approved home, so that the day has grade A and may be paid once all three have arrived."""
    families: list[tuple[UUID, Actor]] = []
    with in_region(own_app) as session:
        for _ in range(6):
            scene = a_scene(session, own_app)
            family = a_family(session, client_id=scene.client_id)
            account = make_account(session, role=Role.FAMILY_CARER, person_id=family.actor.person_id)
            families.append((scene.client_id, account))

    def knock(actor: Actor, address: str, body: dict[str, Any]) -> None:
        sent = headers(own_app, actor) | {"Phone-Sent-At": clock.now().isoformat()}
        answer = own_app.test_client().post(f"/api/v1/{address}", json=body, headers=sent)
        assert answer.status_code == 201, answer.json

    for client_id, actor in families:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda each, actor=actor: knock(actor, *each), a_day_with_taps(client_id)))

    with in_region(own_app) as session:
        assert session.scalar(select(func.count()).select_from(CareDay)) == 6
        assert session.scalar(select(func.count()).select_from(PayableCareDay)) == 6


def test_of_two_readings_of_a_chip_with_one_counter_at_one_moment_one_is_a_copy(
    own_app: Flask, swept_database: Clone, planned: tuple[Scene, UUID]
):
    scene, visit_id = planned
    keys, tag_id = settings_of(own_app).tag_keys, new_id()
    code = write_code("tianjin", tag_id, 7, key=keys.keys[keys.current])
    with in_region(own_app) as session:
        session.add(
            HomeTag(id=tag_id, client_id=scene.client_id, key_id=keys.current, account_id=new_id(), recorded_at=NOW)
        )

    with ThreadPoolExecutor(1) as pool:
        with in_region(own_app) as session:  # a colleague's tap, not committed yet
            take_tags_turn(session, tag_id=tag_id)
            read = {"tag_id": tag_id, "medium": TagMedium.CHIP, "counter": 7, "outcome": TagOutcome.GENUINE}
            session.add(TagScan(id=new_id(), carer_id=new_id(), counted_at=NOW, recorded_at=NOW, **read))
            session.flush()
            answer = pool.submit(send, own_app.test_client(), scene, visit_id, "in", a_tap(tag=code))
            wait_for_lock(swept_database.urls, answer)
        told = answer.result(timeout=LONGEST_WAIT_S)

    assert told.json["exceptions"] == ["tag_replayed"]
