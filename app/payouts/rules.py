"""The family-care subsidy of a month: a line for each day, and one sum.

Days are judged by an ordered list of rules; the first that applies gives the reason. Sums are exact fractions of fen
until the month is rounded, once.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from uuid import UUID

from app.checkin.days import DayFact
from app.checkin.types import DayStanding
from app.payouts.amount_rules import amounts_by_level, round_month, span_amounts
from app.payouts.continuous_rules import cash_on, judge_day_at_home
from app.payouts.day_rules import judge_day, line_of
from app.payouts.types import MonthFacts, PolicyForDay, SubsidyComputation
from app.policies.types import Policy
from app.registry.types import Period

LEAST_DAYS = "subsidy.least_days"

BEST_STANDING = (DayStanding.PAYABLE, DayStanding.IN_REVIEW, DayStanding.REFUSED, DayStanding.SECOND)


def compute_subsidy(month: MonthFacts, *, policies: PolicyForDay) -> SubsidyComputation:
    """Compute a family carer's subsidy for one client and month, 0 fen or more and never above the month's amount.

    Without a carer it is the cash of a client who stays in home care, by the same sums.

    Each span of days under one policy and at one amount is reckoned by itself (a span's monthly amount is its
    days' part of the month); the exact spans are added and the sum is rounded once, half up. The day's own rounding,
    where a policy asks for it, comes before. `policies` gives the rules of a day.

    A month that is shared with another carer is rounded down: two halves of an odd amount come to no fen more than
    the month.
    """
    days = calendar_days(month.month)
    by_day = {day: policies(day) for day in days}
    own = _deciding(month)
    judge = judge_day_at_home if month.carer_id is None else judge_day
    lines = tuple(line_of(judge(own, day, by_day[day]), day, by_day[day]) for day in days)
    spans = tuple(span_amounts(lines, by_day, amounts=_amounts(own, by_day), is_shared=month.is_shared))
    last = by_day[days[-1]]
    days_paid = sum(line.is_paid for line in lines)
    withheld = days_paid > 0 and days_paid < last.subsidy.least_days
    return SubsidyComputation(
        client_id=month.client.client_id,
        carer_id=month.carer_id,
        month=month.month,
        amount_fen=0 if withheld else round_month(spans, is_shared=month.is_shared),
        days_paid=days_paid,
        payee=last.subsidy.payee,
        pay_by=days[-1] + last.payment.pay_by,
        policy_digest=last.digest,
        withheld_by=LEAST_DAYS if withheld else None,
        spans=spans,
        days=lines,
    )


def facts_by_day(facts: Iterable[DayFact], *, client_id: UUID, carer_id: UUID) -> dict[date, DayFact]:
    """Choose one fact a day among a carer's own for a client: payable before in review, refused and second."""
    own = (fact for fact in facts if fact.client_id == client_id and fact.carer_id == carer_id)
    chosen: dict[date, DayFact] = {}
    for fact in sorted(own, key=lambda each: (each.day, BEST_STANDING.index(each.standing), each.care_day_id)):
        chosen.setdefault(fact.day, fact)
    return chosen


def is_shared(facts: Iterable[DayFact], *, client_id: UUID, carer_id: UUID) -> bool:
    """Say whether a day of the client's month counts for another carer than this one."""
    return any(
        fact.standing is DayStanding.PAYABLE and fact.client_id == client_id and fact.carer_id != carer_id
        for fact in facts
    )


def months_before(day: date, *, count: int) -> tuple[date, ...]:
    """The first days of the `count` months that were over before `day`, oldest first."""
    last = day.year * 12 + day.month - 1
    return tuple(date(number // 12, number % 12 + 1, 1) for number in range(last - count, last))


@lru_cache(maxsize=64)
def calendar_days(month: date) -> tuple[date, ...]:
    """Every day of the month that begins on `month`; ValueError when that is not a first day."""
    if month.day != 1:
        raise ValueError("a month is named by its first day")
    return tuple(month.replace(day=number) for number in range(1, monthrange(month.year, month.month)[1] + 1))


def _amounts(month: MonthFacts, by_day: Mapping[date, Policy]) -> dict[date, int]:
    if month.carer_id is not None:
        return amounts_by_level(by_day, rights=month.client.entitlements)
    return {day: cash_on(day, month.client, steps=policy.supplement.steps) for day, policy in by_day.items()}


def _deciding(month: MonthFacts) -> MonthFacts:
    """The month with those rights alone that can decide a day: of this carer, and none without days, which was
    withdrawn and never counted. A stay of one day has no night away."""
    client = replace(
        month.client,
        entitlements=tuple(each for each in month.client.entitlements if _has_days(each.period)),
        stays=tuple(each for each in month.client.stays if _has_days(each.period)),
        assignments=tuple(each for each in month.client.assignments if each.carer_id == month.carer_id),
        trainings=tuple(each for each in month.client.trainings if each.carer_id == month.carer_id),
    )
    return replace(month, client=client)


def _has_days(period: Period) -> bool:
    return period.valid_from != period.valid_to
