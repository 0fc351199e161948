"""What the paid days of a month come to: exact fractions of fen until the month is rounded, once. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from math import floor

from app.kernel.money import round_fen
from app.payouts.types import DayLine, SpanAmount
from app.policies.codes import DayDivisor, Rounding, SubsidyKind
from app.policies.types import Policy

ONE_DAY = timedelta(days=1)
DAYS_OF_DIVISOR_THIRTY = 30
RULES_VERSION = 1  # rises when the same facts give another amount, so that old months are computed anew


def span_amounts(lines: tuple[DayLine, ...], by_day: Mapping[date, Policy], *, is_shared: bool) -> Iterable[SpanAmount]:
    """What the days of each span under one policy come to."""
    for digest, group in groupby(lines, key=lambda line: line.policy_digest):
        span = list(group)
        paid = sum(line.is_paid for line in span)
        exact = _span_fen(by_day[span[0].day], paid=paid, days=len(span), month_days=len(lines), is_shared=is_shared)
        yield SpanAmount(span[0].day, span[-1].day + ONE_DAY, digest, paid, exact)


def round_month(spans: Iterable[SpanAmount], *, is_shared: bool) -> int:
    """Add the spans up and round once: half up, and down where carers share the month."""
    exact = sum((span.exact_fen for span in spans), Fraction(0))
    return floor(exact) if is_shared else round_fen(exact)


def _span_fen(policy: Policy, *, paid: int, days: int, month_days: int, is_shared: bool) -> Fraction:
    """What `paid` of a span's `days` come to. Without a paid day nothing, without an unpaid day nothing is cut.

    With divisor 30 each missed day takes a thirtieth off, and a paid day leaves at least one: a single day of January
    is not worth nothing because 30 others are missed. Where carers share a month each has his days' part of it,
    whatever the divisor and without the day's rounding: cuts of thirtieths leave two carers of a February more than
    the month.
    """
    terms = policy.subsidy
    if terms.kind is SubsidyKind.PER_DAY:
        return Fraction(terms.amount_fen * paid)
    monthly = Fraction(terms.amount_fen) * Fraction(terms.package_share if terms.package_share is not None else 1)
    full = monthly * days / month_days
    if paid in (0, days):
        return full if paid else Fraction(0)
    if is_shared:
        return monthly * paid / month_days
    if terms.day_divisor is DayDivisor.THIRTY:
        a_day = _a_day(monthly / DAYS_OF_DIVISOR_THIRTY, terms.rounding)
        return min(full, max(a_day, full - (days - paid) * a_day))
    return min(full, paid * _a_day(monthly / month_days, terms.rounding))


def _a_day(exact: Fraction, rounding: Rounding) -> Fraction:
    return exact if rounding is Rounding.HALF_UP_PER_MONTH else Fraction(round_fen(exact))
