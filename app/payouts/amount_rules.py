"""What the paid days of a month come to: exact fractions of fen until the month is rounded, once. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from math import floor

from app.kernel.money import round_fen
from app.payouts.types import DayLine, SpanAmount
from app.policies.codes import DayDivisor, Rounding, SubsidyKind
from app.policies.terms import LevelAmount, SubsidyTerms
from app.policies.types import Policy
from app.registry.rules import level_number
from app.registry.types import EntitlementView

ONE_DAY = timedelta(days=1)
DAYS_OF_DIVISOR_THIRTY = 30
LEVEL_AMOUNTS = "subsidy.level_amounts"
RULES_VERSION = 1  # rises when the same facts give another amount, so that old months are computed anew


def span_amounts(
    lines: tuple[DayLine, ...], by_day: Mapping[date, Policy], *, amounts: Mapping[date, int], is_shared: bool
) -> Iterable[SpanAmount]:
    """What the days of each span under one policy and at one amount come to. `amounts` gives the fen of each day."""
    for (digest, amount_fen), group in groupby(lines, key=lambda line: (line.policy_digest, amounts[line.day])):
        span = list(group)
        paid = sum(line.is_paid for line in span)
        terms = by_day[span[0].day].subsidy
        exact = _span_fen(
            terms, amount_fen=amount_fen, paid=paid, days=len(span), month_days=len(lines), is_shared=is_shared
        )
        yield SpanAmount(span[0].day, span[-1].day + ONE_DAY, digest, paid, exact)


def amounts_by_level(by_day: Mapping[date, Policy], *, rights: Sequence[EntitlementView]) -> dict[date, int]:
    """The fen each day of a month is reckoned by: a change of level changes them only where the two differ."""
    first = min(by_day)
    held = [each for each in rights if each.period.valid_to is None or each.period.valid_to > first]
    return {day: _amount_on(day, policy.subsidy, held) for day, policy in by_day.items()}


def key_of_amount(day: date, terms: SubsidyTerms, *, rights: Sequence[EntitlementView]) -> str | None:
    """The policy key a paid day's amount stands under where it is the level's own, None where it is the usual one."""
    return LEVEL_AMOUNTS if _row_on(day, terms, rights) else None


def without_amount(day: date, terms: SubsidyTerms, *, rights: Sequence[EntitlementView]) -> EntitlementView | None:
    """The entitlement of a day whose level says no amount where amounts are the levels': one in words, or one without
    a row where there is no usual amount either. None where the amount is known."""
    held = _held_on(day, rights) if terms.level_amounts else None
    if held is None or _row_on(day, terms, rights):
        return None
    return held if level_number(held.level) is None or not terms.amount_fen else None


def _amount_on(day: date, terms: SubsidyTerms, rights: Sequence[EntitlementView]) -> int:
    """The fen a day is reckoned by: those of the level held, `amount_fen` where it has none of its own."""
    row = _row_on(day, terms, rights)
    return row.amount_fen if row else terms.amount_fen


def _row_on(day: date, terms: SubsidyTerms, rights: Sequence[EntitlementView]) -> LevelAmount | None:
    held = _held_on(day, rights) if terms.level_amounts else None
    level = level_number(held.level) if held else None
    return next((row for row in terms.level_amounts if row.level == level), None)


def _held_on(day: date, rights: Sequence[EntitlementView]) -> EntitlementView | None:
    """The entitlement of a day. A day without any is never paid, but may be cut from its span: it belongs to the one
    held last before, at the beginning to the first one held, so that a gap by itself divides no month."""
    begun = [each for each in rights if each.period.valid_from <= day]
    if begun:
        return max(begun, key=lambda each: each.period.valid_from)
    return min(rights, key=lambda each: each.period.valid_from, default=None)


def round_month(spans: Iterable[SpanAmount], *, is_shared: bool) -> int:
    """Add the spans up and round once: half up, and down where carers share the month."""
    exact = sum((span.exact_fen for span in spans), Fraction(0))
    return floor(exact) if is_shared else round_fen(exact)


def _span_fen(
    terms: SubsidyTerms, *, amount_fen: int, paid: int, days: int, month_days: int, is_shared: bool
) -> Fraction:
    """What `paid` of a span's `days` come to. Without a paid day nothing, without an unpaid day nothing is cut.

    With divisor 30 each missed day takes a thirtieth off, and a paid day leaves at least one: a single day of January
    is not worth nothing because 30 others are missed. Where carers share a month each has his days' part of it,
    whatever the divisor and without the day's rounding: cuts of thirtieths leave two carers of a February more than
    the month.
    """
    if terms.kind is SubsidyKind.PER_DAY:
        return Fraction(amount_fen * paid)
    monthly = Fraction(amount_fen) * Fraction(terms.package_share if terms.package_share is not None else 1)
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
