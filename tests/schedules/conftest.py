"""A scene of one agency, at nine in the morning of 20 November 2026."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Connection

from tests.conftest import made_on
from tests.fixed_clock import clock_at
from tests.schedules.factories import NOW, Scene, a_scene


@pytest.fixture(autouse=True)
def nine_in_the_morning() -> Iterator[None]:
    with clock_at(NOW):
        yield


@pytest.fixture(scope="module")
def shared_scene(app: Flask, ground: Connection) -> Scene:
    return made_on(app, ground, a_scene, at=NOW)


@pytest.fixture
def scene(shared_scene: Scene, rolled_back: None) -> Scene:
    """The test's own, to change as it likes."""
    return replace(shared_scene, more={})
