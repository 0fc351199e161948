"""A scene of two agencies, at nine in the morning of 20 November 2026."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.fixed_clock import clock_at
from tests.registry.scene import NOW, Scene, a_scene


@pytest.fixture
def scene(app: Flask, tianjin: Session) -> Iterator[Scene]:
    with clock_at(NOW):
        yield a_scene(tianjin, app)
