"""The stand-in provider of e-vouchers as a fixture."""

from collections.abc import Iterator

import pytest

from standins.voucher.server import DEFAULT_APP, DEFAULT_SECRET
from tests.standins_signed import StandIn, running


@pytest.fixture(scope="session")
def voucher_process() -> Iterator[StandIn]:
    with running("voucher", app_id=DEFAULT_APP, secret=DEFAULT_SECRET) as standin:
        yield standin


@pytest.fixture
def voucher_standin(voucher_process: StandIn) -> StandIn:
    voucher_process.order("reset")
    return voucher_process
