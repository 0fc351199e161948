"""A scene of one agency and a planned visit at nine in the morning of 20 November 2026."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from app.kernel.db import db
from app.kernel.permissions import Actor, Role, ScopeKind
from tests.checkin.factories import an_undrawn_id
from tests.conftest import made_on
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene, a_guardian, a_scene, a_visit, an_actor


@pytest.fixture(autouse=True)
def nine_in_the_morning() -> Iterator[None]:
    with clock_at(NOW):
        yield


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """What is sent to the database; a test clears it before what it counts."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def shared_scene(app: Flask, ground: Connection) -> Scene:
    return made_on(app, ground, a_scene, at=NOW)


@pytest.fixture
def scene(shared_scene: Scene, rolled_back: None) -> Scene:
    """The test's own, to change as it likes."""
    return replace(shared_scene, more={})


@pytest.fixture
def visit_id(scene: Scene, tianjin: Session) -> UUID:
    made = a_visit(tianjin, scene)
    tianjin.commit()
    return made


@pytest.fixture
def past_visit(scene: Scene, tianjin: Session) -> UUID:
    """A visit planned for the hour that ends now; no sample falls on it."""
    made = a_visit(tianjin, scene, id=an_undrawn_id(scene.app), start=NOW - HOUR)
    tianjin.commit()
    return made


@pytest.fixture
def guardian(scene: Scene, tianjin: Session, app: Flask) -> Actor:
    made = a_guardian(tianjin, app, scene.client_id)
    tianjin.commit()
    return made


@pytest.fixture
def head(scene: Scene, tianjin: Session) -> Actor:
    made = an_actor(tianjin, Role.AGENCY_HEAD, ScopeKind.AGENCY, key=str(scene.agency_id))
    tianjin.commit()
    return made


@pytest.fixture
def operator(tianjin: Session) -> Actor:
    made = an_actor(tianjin, Role.OPERATOR_REVIEWER, ScopeKind.FUND)
    tianjin.commit()
    return made
