"""The client of the provider of e-vouchers against a stand-in that is a process of its own; how it is asked is
`test_face`'s."""

from collections.abc import Iterator

import pytest

from app.gateways.signed import ProviderBusy, ProviderMisconfigured
from app.gateways.voucher import VOUCHERS_PATH, Trace, TraceState, VoucherClient
from tests.registry.factories import an_id_number
from tests.standins_signed import StandIn
from tests.standins_voucher import voucher_process, voucher_standin

__all__ = ["voucher_process", "voucher_standin"]


@pytest.fixture
def provider(voucher_standin: StandIn) -> Iterator[VoucherClient]:
    client = VoucherClient(voucher_standin.settings())
    yield client
    client.close()


def test_a_code_works_once_for_a_minute_and_the_same_reference_has_the_same_answer(
    provider: VoucherClient, voucher_standin: StandIn
):
    one, blocked = an_id_number(), an_id_number()
    codes = [voucher_standin.order("codes", id_number=each)["voucher_code"] for each in (one, one, blocked)]
    voucher_standin.order("blocked", id_number=blocked)

    first, again = (provider.trace(reference="r1", code=codes[0]) for _ in range(2))
    used, refused = (provider.trace(reference=f"r-{code}", code=code) for code in (codes[0], codes[2]))
    voucher_standin.order("clock", forward_s=60)
    expired, unknown = (provider.trace(reference=f"r-{code}", code=code) for code in (codes[1], "28"))

    assert (first, first.id_number) == (again, one)
    assert one not in repr(first)
    states = [each.state for each in (first, used, refused, expired, unknown)]
    assert states == [TraceState.TRACED, TraceState.REFUSED, TraceState.REFUSED, TraceState.EXPIRED, TraceState.UNKNOWN]
    assert used == Trace(TraceState.REFUSED, used.trace_id)


def test_a_trace_that_cannot_be_read_is_none_and_an_account_that_is_not_ours_is_told(
    provider: VoucherClient, voucher_standin: StandIn
):
    for body in (
        '{"code": 0, "state": "unknown"}',
        '{"code": 0, "trace_id": "t"}',
        '{"code": 0, "trace_id": "t", "state": "maybe"}',
        '{"code": 0, "trace_id": "t", "state": "traced"}',
        '{"code": 0, "trace_id": "t", "state": "traced", "id_number": 7}',
        '{"code": 0, "trace_id": "t", "state": "traced", "id_number": "110105197503030021"}',
    ):
        voucher_standin.order("faults", path=VOUCHERS_PATH, body=body)
        with pytest.raises(ProviderBusy):
            provider.trace(reference="r1", code="28")

    with pytest.raises(ProviderMisconfigured):
        VoucherClient(voucher_standin.settings(secret="another")).trace(reference="r1", code="28")
