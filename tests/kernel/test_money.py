from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import fen_from_yuan, round_fen, yuan

ROUNDED = [
    (0, 0),
    (7, 7),
    (-7, -7),
    (Decimal("0.49"), 0),
    (Decimal("0.5"), 1),
    (Decimal("1.5"), 2),
    (Decimal("2.5"), 3),
    (Decimal("2.4999999999999999999999999999999999"), 2),
    (Decimal("-0.49"), 0),
    (Decimal("-0.5"), -1),
    (Decimal("-2.5"), -3),
    (Decimal("1E+3"), 1000),
    (Decimal("123456789012345678901234567890.5"), 123456789012345678901234567891),
    (Fraction(1, 2), 1),
    (Fraction(-1, 2), -1),
    (Fraction(5, 2), 3),
    (Fraction(-5, 2), -3),
    (Fraction(49, 100), 0),
    (Fraction(75000, 31), 2419),
    (Fraction(-75000, 31), -2419),
]


@pytest.mark.parametrize(("amount", "fen"), ROUNDED)
def test_a_half_fen_is_rounded_away_from_zero(amount, fen):
    rounded = round_fen(amount)

    assert rounded == fen
    assert type(rounded) is int


@given(st.fractions())
def test_rounding_is_never_off_by_more_than_half_a_fen(amount):
    off = abs(round_fen(amount) - amount)

    assert off <= Fraction(1, 2)


@given(st.fractions())
def test_a_reversal_takes_back_what_was_booked(amount):
    assert round_fen(-amount) == -round_fen(amount)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_decimals_and_fractions_round_alike(amount):
    assert round_fen(amount) == round_fen(Fraction(amount))


@pytest.mark.parametrize("amount", [1.0, True, "1", None])
def test_other_types_are_no_money(amount):
    with pytest.raises(TypeError):
        round_fen(amount)
    with pytest.raises(TypeError):
        yuan(amount)


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_money_is_finite(amount):
    with pytest.raises(ValueError, match="finite"):
        round_fen(Decimal(amount))


WRITTEN = [
    (0, "0.00"),
    (1, "0.01"),
    (-5, "-0.05"),
    (99, "0.99"),
    (100, "1.00"),
    (-100, "-1.00"),
    (-12345, "-123.45"),
    (75000, "750.00"),
    (99999999999999999, "999999999999999.99"),
]


@pytest.mark.parametrize(("fen", "text"), WRITTEN)
def test_fen_are_written_as_yuan_and_read_back(fen, text):
    written = yuan(fen)

    assert written == text
    assert fen_from_yuan(written, signed=True) == fen


@pytest.mark.parametrize(("text", "fen"), [("750", 75000), ("750.5", 75050), ("0", 0), ("0.0", 0), ("0.1", 10)])
def test_fewer_decimals_are_read_too(text, fen):
    assert fen_from_yuan(text) == fen


UNREADABLE = ["", " ", "1.", ".5", "1.005", "1e3", "1E3", "+1", "-1", "--1", " 1", "1 ", "1\n", "1,000", "1_000", "007"]
UNREADABLE += ["00", "0x1", "１", "٣", "NaN", "inf", "750.00元", "9" * 16, "1.0.0"]


@pytest.mark.parametrize("text", UNREADABLE)
def test_amounts_are_read_strictly(text):
    with pytest.raises(ValueError, match="two decimals"):
        fen_from_yuan(text)


@pytest.mark.parametrize(("text", "fen"), [("-0.05", -5), ("-1", -100), ("-0", 0), ("1", 100)])
def test_a_minus_is_read_when_asked_for(text, fen):
    assert fen_from_yuan(text, signed=True) == fen


@pytest.mark.parametrize("text", ["--1", "+1", "- 1", "-"])
def test_only_one_minus_is_a_sign(text):
    with pytest.raises(ValueError, match="two decimals"):
        fen_from_yuan(text, signed=True)
