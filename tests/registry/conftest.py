"""A scene of two agencies, at nine in the morning of 20 November 2026."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from tests.conftest import made_on
from tests.fixed_clock import clock_at
from tests.registry.scene import NOW, Scene, a_scene


@pytest.fixture(scope="module")
def shared_scene(app: Flask, ground: Connection) -> Scene:
    return made_on(app, ground, a_scene, at=NOW)


@pytest.fixture
def scene(shared_scene: Scene, tianjin: Session) -> Iterator[Scene]:
    with clock_at(NOW):
        yield shared_scene.on(tianjin)
