"""A scene of one agency, at nine in the morning of 20 November 2026."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.fixed_clock import clock_at
from tests.schedules.factories import NOW, Scene, a_scene


@pytest.fixture(autouse=True)
def nine_in_the_morning() -> Iterator[None]:
    with clock_at(NOW):
        yield


@pytest.fixture
def scene(app: Flask, tianjin: Session) -> Scene:
    made = a_scene(tianjin, app)
    tianjin.commit()
    return made
