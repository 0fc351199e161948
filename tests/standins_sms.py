"""The stand-in provider of text messages as a fixture."""

from collections.abc import Iterator

import pytest

from standins.sms.server import DEFAULT_APP, DEFAULT_SECRET
from tests.standins_signed import StandIn, running


@pytest.fixture(scope="session")
def sms_process() -> Iterator[StandIn]:
    with running("sms", app_id=DEFAULT_APP, secret=DEFAULT_SECRET) as standin:
        yield standin


@pytest.fixture
def sms_standin(sms_process: StandIn) -> StandIn:
    sms_process.order("reset")
    return sms_process
