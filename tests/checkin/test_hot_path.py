"""What a clean clock-in costs on the wire, what fifty phones with one id leave behind, and what production refuses."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.checkin.models import ClockEvent, Position
from app.factory import create_app
from app.kernel.db import db
from app.kernel.settings import EXTENSION, Mode
from app.schedules.models import VisitChange
from tests.checkin.factories import a_fix, a_tap, send
from tests.conftest import Clone, settings_for
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene, a_scene, a_visit


@pytest.fixture
def own_app(swept_database: Clone, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(swept_database.urls, tmp_path))
    with clock_at(NOW):  # making an application resets the clock
        yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def committed(own_app: Flask) -> tuple[Scene, UUID]:
    with own_app.app_context():
        session = db.session()
        session.bind_region("tianjin")
        scene = a_scene(session, own_app)
        visit_id = a_visit(session, scene)
        session.commit()
    return scene, visit_id


def count(app: Flask, model: type) -> int:
    with app.app_context():
        session: Session = db.session()
        session.bind_region("tianjin")
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_clean_clock_in_is_five_statements_in_one_transaction(own_app: Flask, committed: tuple[Scene, UUID]):
    scene, visit_id = committed
    with own_app.app_context():
        engine = db.engine
        session = db.session()
        session.bind_region("tianjin")
        warm = a_visit(session, scene, start=NOW + 2 * HOUR)
        session.commit()
    client = own_app.test_client()
    assert send(client, scene, warm, "in", a_tap()).status_code == 201
    wire: list[str] = []

    class NotingCursor(psycopg.Cursor):
        def execute(self, query, *rest, **more):
            wire.append(query.split(maxsplit=2)[0])
            return super().execute(query, *rest, **more)

    listeners = [
        ("checkout", lambda connection, *_: setattr(connection, "cursor_factory", NotingCursor)),
        ("begin", lambda connection: wire.append("BEGIN")),
        ("commit", lambda connection: wire.append("COMMIT")),
        ("rollback", lambda connection: wire.append("ROLLBACK")),
    ]
    for name, listener in listeners:
        event.listen(engine, name, listener)
    answer = send(client, scene, visit_id, "in", a_tap())

    assert (answer.status_code, answer.json["exceptions"]) == (201, [])
    assert wire == ["BEGIN", "SELECT", "INSERT", "INSERT", "UPDATE", "INSERT", "COMMIT"]


def test_fifty_phones_with_one_id_make_one_row_and_one_answer(own_app: Flask, committed: tuple[Scene, UUID]):
    scene, visit_id = committed
    tap = a_tap()

    def knock(_: int) -> tuple[int, str]:
        answer = send(own_app.test_client(), scene, visit_id, "in", tap)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(max_workers=50) as pool:
        answers = set(pool.map(knock, range(50)))
    other = send(own_app.test_client(), scene, visit_id, "in", tap | {"fix": None})

    assert len(answers) == 1, answers
    assert next(iter(answers))[0] == 201
    assert other.status_code == 409
    assert (count(own_app, ClockEvent), count(own_app, Position)) == (1, 1)


def test_taps_with_different_ids_at_one_moment_begin_the_visit_once(own_app: Flask, committed: tuple[Scene, UUID]):
    scene, visit_id = committed

    def knock(_: int) -> list[str]:
        answer = send(own_app.test_client(), scene, visit_id, "in", a_tap())
        assert answer.status_code == 201
        return answer.json["exceptions"]

    with ThreadPoolExecutor(max_workers=8) as pool:
        told = list(pool.map(knock, range(8)))

    assert sorted(told) == [[], *[["repeated_event"]] * 7]
    assert count(own_app, VisitChange) == 2


def test_production_refuses_a_simulated_position(own_app: Flask, committed: tuple[Scene, UUID]):
    scene, visit_id = committed
    own_app.extensions[EXTENSION] = replace(own_app.extensions[EXTENSION], mode=Mode.PRODUCTION)

    answer = send(own_app.test_client(), scene, visit_id, "in", a_tap(fix=a_fix(source="simulated")))

    assert (answer.status_code, answer.json["code"]) == (422, "simulated_location_refused")
    assert count(own_app, ClockEvent) == 0
