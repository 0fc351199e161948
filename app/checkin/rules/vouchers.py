"""What does an e-voucher prove that its provider traced? That the client's unlocked phone showed it, no more."""

from collections.abc import Collection
from datetime import datetime

from app.checkin.types import Witness
from app.checkin.vouchers import VoucherState
from app.policies.oversight_codes import Voucher
from app.policies.oversight_terms import SettlementTerms

OF_PLACE = frozenset({Witness.POSITION, Witness.TAG})


def judge_trace(said: VoucherState, *, is_clients: bool) -> VoucherState:
    """Say what a trace means for the client at whose door the code was scanned."""
    return VoucherState.OTHER_PERSON if said is VoucherState.TRACED and not is_clients else said


def is_voucher_witness(
    traced: Collection[datetime],
    *,
    first: datetime,
    last: datetime,
    witnesses: Collection[Witness],
    terms: SettlementTerms,
) -> bool:
    """Say whether the client's e-voucher speaks for a visit: traced to him between two instants, by the arrivals of the
    traces, where policy lets it count, and beside a witness of the place.

    Alone it lifts nothing: a phone can be lent, and its code sent on within the minute it lives, to whoever sits
    anywhere. A confirmation from that same phone would second it.
    """
    is_asked = terms.voucher_is_witness and Voucher.E_VOUCHER in terms.vouchers
    return is_asked and not OF_PLACE.isdisjoint(witnesses) and any(first <= each <= last for each in traced)
