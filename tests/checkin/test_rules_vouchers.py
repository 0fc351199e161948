"""When does an e-voucher speak for a visit, and what does a trace mean?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.checkin.rules.grading import grade
from app.checkin.rules.vouchers import is_voucher_witness, judge_trace
from app.checkin.types import Witness
from app.checkin.vouchers import VoucherState
from app.policies.codes import EvidenceGrade
from app.policies.oversight_codes import Voucher
from tests.checkin.terms import a_policy

FIRST = datetime(2026, 11, 20, 1, tzinfo=UTC)
COUNTS = replace(a_policy().settlement, voucher_is_witness=True, vouchers=(Voucher.E_VOUCHER,))
NOT_BY_POLICY = replace(COUNTS, voucher_is_witness=False)
ONLY_CARDS = replace(COUNTS, vouchers=(Voucher.SOCIAL_SECURITY_CARD,))
POSITION, TAG, FACE, CLIENT = ({each} for each in (Witness.POSITION, Witness.TAG, Witness.FACE, Witness.CLIENT))

CASES = [
    ((), POSITION, COUNTS, False),
    ((0,), POSITION, COUNTS, True),
    ((60,), TAG, COUNTS, True),
    ((-1, 61), POSITION, COUNTS, False),
    ((-1, 30), POSITION, COUNTS, True),
    ((30,), POSITION, NOT_BY_POLICY, False),
    ((30,), POSITION, ONLY_CARDS, False),
    # Nobody was seen at the door: a lent phone, or a code sent on, lifts nothing.
    ((30,), set(), COUNTS, False),
    ((30,), CLIENT, COUNTS, False),
    ((30,), CLIENT | FACE, COUNTS, False),
    ((30,), CLIENT | POSITION, COUNTS, True),
]


@pytest.mark.parametrize(("traced", "witnesses", "terms", "speaks"), CASES)
def test_a_voucher_speaks_while_the_care_lasts_beside_a_witness_of_the_place_where_policy_lets_it(
    traced: tuple[int, ...], witnesses: set[Witness], terms, speaks: bool
):
    told = [FIRST + timedelta(seconds=seconds) for seconds in traced]
    last = FIRST + timedelta(seconds=60)

    assert is_voucher_witness(told, first=FIRST, last=last, witnesses=witnesses, terms=terms) is speaks


@pytest.mark.parametrize("said", VoucherState)
def test_only_a_traced_voucher_can_be_somebody_elses(said: VoucherState):
    other = VoucherState.OTHER_PERSON if said is VoucherState.TRACED else said

    assert judge_trace(said, is_clients=True) is said
    assert judge_trace(said, is_clients=False) is other


def test_beside_place_and_client_a_voucher_is_the_second_witness():
    assert grade({Witness.POSITION, Witness.CLIENT}) is EvidenceGrade.B
    assert grade({Witness.POSITION, Witness.CLIENT, Witness.VOUCHER}) is EvidenceGrade.A
    assert grade({Witness.POSITION, Witness.VOUCHER}) is EvidenceGrade.C
