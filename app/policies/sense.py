"""Values that are each allowed and do not fit together. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from app.policies.codes import GradeOutcome, SubsidyKind
from app.policies.entry_terms import EntitlementTerms, HomeLimit
from app.policies.oversight_codes import PositionVerdict, SupplementChoice
from app.policies.oversight_terms import PaymentTerms, SanctionTerms, SettlementTerms, SupplementTerms
from app.policies.terms import CarerTerms, GradingTerms, LocationTerms, SubsidyTerms
from app.policies.types import Policy

Contradiction = tuple[str, str, str]
AREA = re.compile(r"[1-9][0-9]{5}([0-9]{3})?")


def contradictions(policy: Policy) -> Iterator[Contradiction]:
    """Give each key whose value contradicts another's, with why in Chinese and English."""
    yield from _caseload(policy.carer)
    yield from _transition(policy.carer)
    yield from _samples(policy.grading)
    yield from _subsidy(policy.subsidy, policy.supplement)
    yield from _supplement(policy.supplement)
    yield from _home_types(policy.entitlement)
    yield from _prices(policy.settlement)
    yield from _verdicts(policy.location)
    yield from _ladder(policy.sanction)
    yield from _counters(policy.payment)


def _caseload(terms: CarerTerms) -> Iterator[Contradiction]:
    low, high = terms.caseload_min, terms.caseload_max
    if low is not None and high is not None and low > high:
        yield "carer.caseload_min", "照护人数下限大于上限", "the lower caseload bound is above the upper one"


def _transition(terms: CarerTerms) -> Iterator[Contradiction]:
    by_employment = terms.uncertified_until is not None and terms.uncertified_employed_before
    if by_employment and terms.home_care_began_on is None:
        yield (
            "carer.home_care_began_on",
            "过渡期仅限开展居家照护前已在职人员时须写开展日期",
            "a transition for who was employed before home care began needs the day on which it did",
        )


def _samples(terms: GradingTerms) -> Iterator[Contradiction]:
    for grade in "abcd":
        outcome = getattr(terms, f"{grade}_outcome")
        if outcome is GradeOutcome.PAYS_SAMPLED and not getattr(terms, f"{grade}_sample_share"):
            yield f"grading.{grade}_sample_share", "抽查付款须有抽查比例", "paying with samples needs a share above 0"


def _subsidy(terms: SubsidyTerms, supplement: SupplementTerms) -> Iterator[Contradiction]:
    if (terms.kind is SubsidyKind.SHARE_OF_PACKAGE) != (terms.package_share is not None):
        yield (
            "subsidy.package_share",
            "按护理包比例计发时须有比例，其他方式为 none",
            "a share of a package needs a share, other kinds have none",
        )
    if terms.kind is SubsidyKind.CONTINUOUS_MONTHS and (terms.amount_fen or not supplement.steps):
        yield (
            "subsidy.kind",
            "按连续居家月数计发时金额写在 supplement.steps，subsidy.amount_fen 为 0",
            "by continuous months the amounts are the steps of supplement, and subsidy.amount_fen is 0",
        )
    is_by_client = supplement.chosen_by in (None, SupplementChoice.BY_CLIENT)
    if terms.kind is SubsidyKind.CONTINUOUS_MONTHS and not is_by_client:
        yield (
            "supplement.chosen_by",
            "按连续居家月数计发现金须由服务对象自选",
            "cash by continuous months is what a client chooses",
        )
    levels = [row.level for row in terms.level_amounts]
    if len(set(levels)) != len(levels) or (levels and terms.kind is SubsidyKind.CONTINUOUS_MONTHS):
        yield (
            "subsidy.level_amounts",
            "每个等级只写一次；按连续居家月数计发时不按等级写金额",
            "each level is named once, and by continuous months no level has an amount of its own",
        )


def _supplement(terms: SupplementTerms) -> Iterator[Contradiction]:
    if terms.steps and (terms.from_level is None or terms.chosen_by is None):
        yield "supplement.steps", "有增补须写最低等级和由谁选择", "a supplement needs its lowest level and who chooses"
    ends = [(step.over_months, step.to_months) for step in terms.steps]
    backwards = any(last is not None and last <= first for first, last in ends)
    if backwards or any(last is None or later < last for (_, last), (later, _) in pairwise(ends)):
        yield "supplement.steps", "增补的月数须递增且不重叠", "the months of the steps must rise and not overlap"


def _home_types(terms: EntitlementTerms) -> Iterator[Contradiction]:
    allowed = set(terms.home_types)
    if any(not each <= allowed for each in terms.combinations):
        yield (
            "entitlement.combinations",
            "组合含有不允许的居家护理类型",
            "a combination holds a type of home care that is not allowed",
        )
    if not all(_fits(limit, terms) for limit in terms.home_limits):
        yield (
            "entitlement.home_limits",
            "限额须属于允许的类型和组合，且至少写一项限额或比例",
            "a limit must be of an allowed type and combination, and say a limit or a share",
        )


def _fits(limit: HomeLimit, terms: EntitlementTerms) -> bool:
    is_known = limit.home_type in terms.home_types
    held = frozenset(limit.combination or ())
    is_held = limit.combination is None or (limit.home_type in held and held in terms.combinations)
    is_ordered = limit.level_from is None or limit.level_to is None or limit.level_from <= limit.level_to
    says_something = (limit.visits, limit.minutes, limit.limit_fen, limit.fund_share) != (None,) * 4
    return is_known and is_held and is_ordered and says_something


def _prices(terms: SettlementTerms) -> Iterator[Contradiction]:
    if any((each.item_code, each.category, each.staff) == (None, None, None) for each in terms.prices[:-1]):
        yield (
            "settlement.prices",
            "不带条件的价格须写在最后：写在前面时，后面的价格用不上",
            "a price without a condition comes last: none behind it would ever be used",
        )


def _verdicts(terms: LocationTerms) -> Iterator[Contradiction]:
    named = Counter(rule.verdict for rule in terms.verdicts)
    if named and named != Counter(PositionVerdict):
        yield "location.verdicts", "每种位置判定须各写一次", "each verdict must be named once"


def _ladder(terms: SanctionTerms) -> Iterator[Contradiction]:
    rungs = defaultdict(set)
    for each in terms.ladder:
        rungs[each.trigger].add(each.step)
    if any(steps != set(range(1, len(steps) + 1)) for steps in rungs.values()):
        yield (
            "sanction.ladder",
            "每种情形的步骤须从 1 起连续",
            "the steps of each trigger must run from 1 without a gap",
        )


def _counters(terms: PaymentTerms) -> Iterator[Contradiction]:
    areas = [each.area for each in terms.counters]
    if len(set(areas)) != len(areas) or not all(AREA.fullmatch(area) for area in areas):
        yield (
            "payment.counters",
            "每个区县（6 位代码）或街镇（9 位代码）只写一次",
            "each district (6 digits) or street (9 digits) is named once",
        )
