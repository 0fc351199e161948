"""Which rule decides a day of a month: the first that applies, in a fixed order. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from app.checkin.types import DayStanding
from app.payouts.amount_rules import LEVEL_AMOUNTS, key_of_amount, without_amount
from app.payouts.explaining import citations
from app.payouts.types import DayLine, DayRule, MonthFacts
from app.policies.codes import HomeType
from app.policies.types import Policy
from app.registry.rules import benefit_starts
from app.registry.types import EntitlementView, ServiceMode, StayKind, StayView, TrainingStage

STEPS = "supplement.steps"

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
        DayRule.NOT_AT_HOME: ("entitlement.mode_change", True),
        DayRule.LEVEL_TOO_LOW: ("supplement.from_level", True),
        DayRule.HOURS_CHOSEN: ("supplement.chosen_by", True),
        DayRule.NOT_LONG_ENOUGH: (STEPS, True),
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


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that applies to a day; `key` where it is not the rule's usual one."""

    rule: DayRule
    record_id: UUID | None = None
    key: str | None = None


def judge_day(month: MonthFacts, day: date, policy: Policy) -> Found:
    """The rule that decides a family carer's day."""
    return (
        died(month, day, policy)
        or _entitlement(month, day)
        or rested(month, day)
        or away(month, day, policy)
        or _assignment(month, day)
        or _training(month, day, policy)
        or _record(month, day, policy)
    )


def line_of(found: Found, day: date, policy: Policy) -> DayLine:
    """The line of a day, with the document and clause behind the value that decided it."""
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


def died(month: MonthFacts, day: date, policy: Policy) -> Found | None:
    """First of all, since the news of a death ends the other rights too and would hide behind them."""
    died_on = month.client.died_on
    if died_on is None or day < died_on or (day == died_on and policy.subsidy.death_day_paid):
        return None
    return Found(DayRule.DIED)


def entitled(month: MonthFacts, day: date) -> EntitlementView | Found:
    """The entitlement of a day, or why there is none."""
    rights = month.client.entitlements
    held = next((each for each in rights if each.period.covers(day)), None)
    if held is not None:
        return held
    earlier = [each for each in rights if each.period.valid_from <= day]
    if earlier:
        return Found(DayRule.ENTITLEMENT_ENDED, max(earlier, key=lambda each: each.period.valid_from).id)
    later = min(rights, key=lambda each: each.period.valid_from, default=None)
    return Found(DayRule.BEFORE_ENTITLEMENT, later.id if later else None)


def _entitlement(month: MonthFacts, day: date) -> Found | None:
    held = entitled(month, day)
    if isinstance(held, Found):
        return held
    is_family_care = held.mode is ServiceMode.HOME and HomeType.FAMILY_CARE in held.home_types
    return None if is_family_care else Found(DayRule.MODE_WITHOUT_FAMILY_CARE, held.id)


def rested(month: MonthFacts, day: date) -> Found | None:
    """Days on which the entitlement rests."""
    return next(
        (Found(DayRule.SUSPENDED, each.id) for each in month.client.suspensions if each.period.covers(day)), None
    )


def away(month: MonthFacts, day: date, policy: Policy) -> Found | None:
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
        counts = benefit_starts(each.period.valid_from, rule=policy.family.counts_from)
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
