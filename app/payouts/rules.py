"""The family-care subsidy of a month: a line for each day, and one sum.

Days are judged by an ordered list of rules; the first that applies gives the reason. Sums are exact fractions of fen
until the month is rounded, once.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from app.checkin.types import DayFact, DayStanding
from app.payouts.amount_rules import LEVEL_AMOUNTS, key_of_amount, round_month, span_amounts, without_amount
from app.payouts.explaining import citations
from app.payouts.types import (
    DayLine,
    DayRule,
    MonthFacts,
    PolicyForDay,
    SubsidyComputation,
)
from app.policies.codes import HomeType, StartRule
from app.policies.types import Policy
from app.registry.types import Period, ServiceMode, StayKind, StayView, TrainingStage

ONE_DAY = timedelta(days=1)
LEAST_DAYS = "subsidy.least_days"

# Which policy value decides under each rule, and whether that value itself says what follows. Where it does not (no
# policy value speaks of journeys, say), the consequence is the operator's assumption and the line names no source.
DECIDED_BY: Mapping[DayRule, tuple[str, bool]] = MappingProxyType(
    {
        DayRule.DIED: ("subsidy.death_day_paid", True),
        DayRule.BEFORE_ENTITLEMENT: ("entitlement.benefit_start", True),
        DayRule.ENTITLEMENT_ENDED: ("entitlement.conclusion_validity_months", True),
        DayRule.MODE_WITHOUT_FAMILY_CARE: ("entitlement.mode_change", True),
        DayRule.SUSPENDED: ("subsidy.kind", False),
        DayRule.IN_HOSPITAL: ("subsidy.admission_day_paid", True),
        DayRule.IN_INSTITUTION: ("subsidy.admission_day_paid", False),
        DayRule.AWAY: ("subsidy.admission_day_paid", False),
        DayRule.NOT_ASSIGNED: ("family.relations", False),
        DayRule.IN_TRAINING: ("family.provisional_earns", True),
        DayRule.NO_RECORD: ("family.clock_events_per_day", True),
        DayRule.SECOND_CARE_DAY: ("subsidy.amount_fen", False),
        DayRule.IN_REVIEW: ("grading.operator_review_days", True),
        DayRule.REFUSED: ("grading.appeal_days", True),
        DayRule.UNKNOWN_LEVEL: (LEVEL_AMOUNTS, False),
        DayRule.PAID: ("subsidy.amount_fen", True),
    }
)
RULE_OF_STAY = MappingProxyType(
    {
        StayKind.HOSPITAL: DayRule.IN_HOSPITAL,
        StayKind.INSTITUTION: DayRule.IN_INSTITUTION,
        StayKind.TRAVEL: DayRule.AWAY,
    }
)
RULE_OF_STANDING = MappingProxyType(
    {
        DayStanding.PAYABLE: DayRule.PAID,
        DayStanding.IN_REVIEW: DayRule.IN_REVIEW,
        DayStanding.REFUSED: DayRule.REFUSED,
        DayStanding.SECOND: DayRule.SECOND_CARE_DAY,
    }
)
BEST_STANDING = (DayStanding.PAYABLE, DayStanding.IN_REVIEW, DayStanding.REFUSED, DayStanding.SECOND)


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that applies to a day; `key` where it is not the rule's usual one."""

    rule: DayRule
    record_id: UUID | None = None
    key: str | None = None


def compute_subsidy(month: MonthFacts, *, policies: PolicyForDay) -> SubsidyComputation:
    """Compute a family carer's subsidy for one client and month, 0 fen or more and never above the month's amount.

    Each span of days under one policy and at one level's amount is reckoned by itself (a span's monthly amount is its
    days' part of the month); the exact spans are added and the sum is rounded once, half up. The day's own rounding,
    where a policy asks for it, comes before. `policies` gives the rules of a day.

    A month that is shared with another carer is rounded down: two halves of an odd amount come to no fen more than
    the month.
    """
    days = calendar_days(month.month)
    by_day = {day: policies(day) for day in days}
    own = _deciding(month)
    lines = tuple(_line(own, day, by_day[day]) for day in days)
    spans = tuple(span_amounts(lines, by_day, rights=own.client.entitlements, is_shared=month.is_shared))
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


def counts_on(changed_on: date, *, rule: StartRule) -> date:
    """The first day on which a change made on `changed_on` counts."""
    if rule is StartRule.SAME_DAY:
        return changed_on
    if rule is StartRule.NEXT_DAY:
        return changed_on + ONE_DAY
    return calendar_days(changed_on.replace(day=1))[-1] + ONE_DAY


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


def _line(month: MonthFacts, day: date, policy: Policy) -> DayLine:
    found = (
        _death(month, day, policy)
        or _entitlement(month, day)
        or _suspension(month, day)
        or _stay(month, day, policy)
        or _assignment(month, day)
        or _training(month, day, policy)
        or _record(month, day, policy)
    )
    usual_key, says_so = DECIDED_BY[found.rule]
    key = found.key or usual_key
    return DayLine(
        day=day,
        is_paid=found.rule is DayRule.PAID,
        rule=found.rule,
        policy_key=key,
        source=citations(policy)[key] if says_so else None,
        policy_digest=policy.digest,
        record_id=found.record_id,
    )


def _death(month: MonthFacts, day: date, policy: Policy) -> Found | None:
    """First of all, since the news of a death ends the other rights too and would hide behind them."""
    died_on = month.client.died_on
    if died_on is None or day < died_on or (day == died_on and policy.subsidy.death_day_paid):
        return None
    return Found(DayRule.DIED)


def _entitlement(month: MonthFacts, day: date) -> Found | None:
    rights = month.client.entitlements
    for right in rights:
        if right.period.covers(day):
            is_family_care = right.mode is ServiceMode.HOME and HomeType.FAMILY_CARE in right.home_types
            return None if is_family_care else Found(DayRule.MODE_WITHOUT_FAMILY_CARE, right.id)
    earlier = [each for each in rights if each.period.valid_from <= day]
    if earlier:
        return Found(DayRule.ENTITLEMENT_ENDED, max(earlier, key=lambda each: each.period.valid_from).id)
    later = min(rights, key=lambda each: each.period.valid_from, default=None)
    return Found(DayRule.BEFORE_ENTITLEMENT, later.id if later else None)


def _suspension(month: MonthFacts, day: date) -> Found | None:
    return next(
        (Found(DayRule.SUSPENDED, each.id) for each in month.client.suspensions if each.period.covers(day)), None
    )


def _stay(month: MonthFacts, day: date, policy: Policy) -> Found | None:
    """A stay away from home, its two edges by policy: leaving for an institution or a journey counts as admission.

    A day on which one stay ends and the next begins is a day away.
    """
    inside = next((each for each in month.client.stays if each.period.covers(day)), None)
    ended = next((each for each in month.client.stays if each.period.valid_to == day), None)
    if inside is None:
        return _edge(ended, is_paid=policy.subsidy.discharge_day_paid, key="subsidy.discharge_day_paid")
    if ended is None and inside.period.valid_from == day:
        return _edge(inside, is_paid=policy.subsidy.admission_day_paid, key="subsidy.admission_day_paid")
    return Found(RULE_OF_STAY[inside.kind], inside.id)


def _edge(stay: StayView | None, *, is_paid: bool, key: str) -> Found | None:
    return None if stay is None or is_paid else Found(RULE_OF_STAY[stay.kind], stay.id, key)


def _assignment(month: MonthFacts, day: date) -> Found | None:
    held = any(each.period.covers(day) for each in month.client.assignments)
    return None if held else Found(DayRule.NOT_ASSIGNED)


def _training(month: MonthFacts, day: date, policy: Policy) -> Found | None:
    """A provisional carer's day. Who became formal counts from the day the policy says; none on record is training."""
    if policy.family.provisional_earns or policy.family.training_months == 0:
        return None
    for each in month.client.trainings:
        counts = counts_on(each.period.valid_from, rule=policy.family.counts_from)
        if each.stage is TrainingStage.FORMAL and each.period.covers(day) and counts <= day:
            return None
    record = next((each for each in month.client.trainings if each.period.covers(day)), None)
    key = "family.counts_from" if record and record.stage is TrainingStage.FORMAL else None
    return Found(DayRule.IN_TRAINING, record.id if record else None, key)


def _record(month: MonthFacts, day: date, policy: Policy) -> Found:
    fact = month.day_facts.get(day)
    if fact is None:
        return Found(DayRule.NO_RECORD)
    rule = RULE_OF_STANDING[fact.standing]
    if rule is not DayRule.PAID:
        return Found(rule, fact.care_day_id)
    rights = month.client.entitlements
    unknown = without_amount(day, policy.subsidy, rights=rights)
    if unknown is not None:
        return Found(DayRule.UNKNOWN_LEVEL, unknown.id)
    return Found(rule, fact.care_day_id, key_of_amount(day, policy.subsidy, rights=rights))
