from datetime import datetime

import pytest

from app.gateways.bank.types import MAX_AMOUNT_FEN, InvalidPayment
from tests.gateways.bank.factories import PAYEES, a_batch, a_line, an_account


@pytest.mark.parametrize("amount_fen", [1, 75_000, MAX_AMOUNT_FEN])
def test_an_amount_is_a_positive_whole_number_of_fen(amount_fen):
    assert a_line(amount_fen=amount_fen).amount_fen == amount_fen


@pytest.mark.parametrize("amount_fen", [0, -1, True, 750.0, "75000", MAX_AMOUNT_FEN + 1])
def test_any_other_amount_is_refused(amount_fen):
    with pytest.raises(InvalidPayment) as refusal:
        a_line(amount_fen=amount_fen)

    assert refusal.value.field == "amount_fen"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("serial", wrong) for wrong in ("", "p1", "P-1", "P" * 36, "P1\n", "P１")),
        *(("purpose", wrong) for wrong in ("", "补" * 41)),
    ],
)
def test_a_line_refuses_what_no_bank_file_carries(field, wrong):
    with pytest.raises(InvalidPayment) as refusal:
        a_line(**{field: wrong})

    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("field", "right"),
    [("serial", "P" * 35), ("purpose", "补" * 40)],
)
def test_a_line_takes_values_up_to_the_limit(field, right):
    assert getattr(a_line(**{field: right}), field) == right


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("bank_code", wrong) for wrong in ("10211000001", "1021100000189", "10211000001X")),
        *(("number", wrong) for wrong in ("=1234567", "1234", "1" * 35)),
        *(("name", wrong) for wrong in ("", "陈" * 141)),
        ("bank_name", ""),
    ],
)
def test_an_account_refuses_what_no_bank_file_carries(field, wrong):
    with pytest.raises(InvalidPayment) as refusal:
        an_account(**{field: wrong})

    assert refusal.value.field == field


def test_an_old_passbook_number_without_a_valid_check_digit_is_taken():
    assert an_account(number="403000123456").number == "403000123456"


def test_count_and_total_come_from_the_lines():
    batch = a_batch(a_line(serial="A", amount_fen=75_000), a_line(serial="B", amount_fen=5))

    assert (batch.count, batch.total_fen) == (2, 75_005)


def test_a_batch_holds_each_serial_once():
    with pytest.raises(InvalidPayment, match="each serial once"):
        a_batch(a_line(), a_line())


def test_a_batch_without_lines_is_refused():
    with pytest.raises(InvalidPayment, match="at least one payment"):
        a_batch(lines=())


def test_a_batch_needs_an_instant_with_its_zone():
    with pytest.raises(InvalidPayment, match="zone"):
        a_batch(created_at=datetime(2026, 12, 3, 9, 30))  # noqa: DTZ001  the naive value is the point


def test_names_and_numbers_stay_out_of_the_printed_form():
    printed = repr(a_batch())

    assert "P202611000001" in printed
    for secret in (PAYEES[0].name, PAYEES[0].number):
        assert secret not in printed
