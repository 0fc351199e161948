"""Money is a whole number of fen. Rates are `Decimal`, divisions best `Fraction`; each line is rounded once, here."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

YUAN = re.compile(r"(?P<sign>-?)(?P<yuan>0|[1-9][0-9]{0,14})(?:\.(?P<fen>[0-9]{1,2}))?")


def round_fen(amount: Decimal | Fraction | int) -> int:
    """Round an amount of fen to whole fen, a half away from zero: 0.5 gives 1, -0.5 gives -1.

    Negative amounts mirror positive ones, so that a reversal takes back exactly what was booked.
    Raises TypeError for float and bool, ValueError for NaN and infinity.
    """
    if isinstance(amount, Decimal):
        if not amount.is_finite():
            raise ValueError("an amount of money is finite")
        return int(amount.to_integral_value(rounding=ROUND_HALF_UP))
    if isinstance(amount, Fraction):
        size = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
        return size if amount >= 0 else -size
    return _whole(amount)


def yuan(fen: int) -> str:
    """Write fen as yuan with two decimals and no grouping: 75000 gives "750.00", -5 gives "-0.05"."""
    size = abs(_whole(fen))
    return f"{'-' if fen < 0 else ''}{size // 100}.{size % 100:02d}"


def fen_from_yuan(text: str, *, signed: bool = False) -> int:
    """Read yuan as people and bank files write them: ASCII digits, at most two decimals, nothing else.

    A minus is read only with `signed`. Leading zeros, a plus, grouping, exponents and spaces raise ValueError.
    """
    found = YUAN.fullmatch(text)
    if found is None or (found["sign"] and not signed):
        raise ValueError("an amount in yuan is digits with at most two decimals, such as 750 or 750.00")
    size = int(found["yuan"]) * 100 + int((found["fen"] or "").ljust(2, "0"))
    return -size if found["sign"] else size


def _whole(fen: object) -> int:
    if isinstance(fen, bool) or not isinstance(fen, int):
        raise TypeError(f"money is int, Decimal or Fraction, never {type(fen).__name__}")
    return fen
