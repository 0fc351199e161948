"""The stand-in provider of face checks as a fixture."""

from collections.abc import Iterator

import pytest

from standins.face.server import DEFAULT_APP, DEFAULT_SECRET
from tests.standins_signed import StandIn, running


@pytest.fixture(scope="session")
def face_process() -> Iterator[StandIn]:
    with running("face", app_id=DEFAULT_APP, secret=DEFAULT_SECRET) as standin:
        yield standin


@pytest.fixture
def face_standin(face_process: StandIn) -> StandIn:
    face_process.order("reset")
    return face_process
