"""A provider that traces the one-time code of an e-voucher (医保电子凭证): whose voucher was it shown by?

The protocol is one of our own. The interface that medical institutions decode the codes by (`ec.query` of the national
platform: institution, kind of business and operator go in, the ID number comes out) knows no kind of business for care
at home, and what it answers of a code decoded twice was not found: a provider is met by an adapter that speaks this
one. Requests are signed as `app.gateways.signed` says. A call may be repeated under one reference: the adapter gives
the same answer again, though a code works once.

- `POST /v1/vouchers {"reference", "voucher_code"}` → `{"code": 0, "trace_id", "state", "id_number"?}`

`state` is `traced` (then with the ID number of whose it is), `expired` (codes live for about a minute), `refused` (used
before, or its voucher is blocked) or `unknown`. The ID number is a person's reference here and nothing else: it is
hashed and dropped.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from app.gateways.signed import SignedClient, text_of, unreadable
from app.kernel.codes import normal_resident_id

VOUCHERS_PATH = "/v1/vouchers"


class TraceState(StrEnum):
    """What the provider says of a code."""

    TRACED = "traced"
    EXPIRED = "expired"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Trace:
    """The provider's answer about a code; `id_number` where it was traced."""

    state: TraceState
    trace_id: str
    id_number: str | None = field(default=None, repr=False)


class VoucherClient(SignedClient):
    """Asks the provider of e-vouchers."""

    def trace(self, *, reference: str, code: str) -> Trace:
        """Whose voucher a code shows; the same reference has the same answer. Raises ProviderBusy,
        ProviderMisconfigured."""
        answer = self._ask(VOUCHERS_PATH, {"reference": reference, "voucher_code": code})
        trace_id = text_of(VOUCHERS_PATH, answer, "trace_id")
        try:
            state = TraceState(text_of(VOUCHERS_PATH, answer, "state"))
            if state is not TraceState.TRACED:
                return Trace(state, trace_id)
            return Trace(state, trace_id, normal_resident_id(text_of(VOUCHERS_PATH, answer, "id_number")))
        except ValueError:  # a state we do not know, or no ID number
            unreadable(VOUCHERS_PATH)
