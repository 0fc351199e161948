from datetime import timedelta
from decimal import Decimal

import pytest

from app.policies.codes import DayDivisor, HomeType, Payee, PlanAuthor, Relation, StartRule, SubsidyKind
from app.policies.entry_codes import LimitPeriod
from app.policies.oversight_codes import (
    PricedStaff,
    PriceUnit,
    SanctionMeasure,
    SanctionTarget,
    SanctionTrigger,
    SupplementChoice,
)
from app.policies.oversight_terms import SupplementStep
from app.policies.registry import REGISTRY
from app.policies.service import load_book
from app.policies.texts import explain_policy
from app.policies.types import NoPolicy, PolicyExpired
from demo.installation import lay_policies
from tests.policies.factories import day

BOOK = load_book()
NOW = "2026-11-03"
INDUCED = SanctionTrigger.REASSESSMENT_INDUCED
JIADING, CHANGNING = "310114", "310105"
ON = {CHANGNING: "2020-11-03"}  # its document was in force in 2020 only
PLACES = [
    ("tianjin", None),
    ("huaian", None),
    ("changchun", None),
    ("shanghai", None),
    ("shanghai", JIADING),
    ("shanghai", CHANGNING),
]

FOUND = [
    ("tianjin", None, "subsidy.amount_fen", 75000, None),
    ("tianjin", None, "subsidy.payee", "family_carer", None),
    ("tianjin", None, "application.treatment_months", 6, "一（三）"),
    ("tianjin", None, "assessment.reviewing_experts", 2, "一（三）"),
    ("tianjin", None, "assessment.agency_experience_months", 3, "一（一）"),
    ("tianjin", None, "agency.contract", "labour_in_working_age", "二（四）"),
    ("tianjin", None, "carer.caseload_min", 5, "二（四）"),
    ("tianjin", None, "carer.caseload_max", 10, "二（四）"),
    ("tianjin", None, "family.training_months", 2, "二（四）"),
    ("tianjin", None, "plan.author_role", "agency", "二（六）"),
    ("tianjin", None, "entitlement.mode_change", "next_month", "二（五）"),
    ("tianjin", None, "entitlement.home_types", ["agency_care", "family_care"], "二（四）、二（五）"),
    ("tianjin", None, "settlement.refusals_kept_by_agency", True, "三（八）"),
    ("tianjin", None, "inspection.agency_share", "1", "五（十三）"),
    ("tianjin", None, "inspection.person_share", "0.1", "五（十三）"),
    ("huaian", None, "application.treatment_months", 6, "二（三）1"),
    ("huaian", None, "assessment.standard", "national", "三（二）"),
    ("huaian", None, "carer.certificate_required", False, "四（二）"),
    ("huaian", None, "subsidy.payee", "insured_person", "三（五）"),
    ("huaian", None, "entitlement.benefit_start", "next_day", "二（三）1"),
    ("huaian", None, "entitlement.review_interval_months", 12, "三（二）"),
    ("huaian", None, "entitlement.home_types", ["agency_care", "family_care"], "二（三）2"),
    ("huaian", None, "inspection.every_months", 12, "三（七）"),
    ("changchun", None, "agency.contract", "labour_or_service", "二（七）"),
    ("changchun", None, "agency.liability_insurance", "optional", "二（八）"),
    ("changchun", None, "carer.uncertified_employed_before", True, "三（十五）"),
    ("changchun", None, "plan.admission_assessment_required", True, "二（八）"),
    ("changchun", None, "service.limb_check_required", True, "二（九）"),
    ("changchun", None, "service.rating", "required", "二（九）"),
    ("changchun", None, "settlement.deductible_fen", 0, "二（十）3"),
    ("changchun", None, "visit.capped_at_planned", True, "二（十）4"),
    ("shanghai", None, "assessment.standard", "shanghai_unified", "第十四条"),
    ("shanghai", None, "entitlement.lowest_level", 2, "第十四条"),
    ("shanghai", None, "supplement.from_level", 5, "第十四条"),
    ("shanghai", JIADING, "application.intake_body", "street_centre", "三（一）"),
    ("shanghai", JIADING, "application.online_kinds", ["end_of_term"], "三（一）"),
    ("shanghai", JIADING, "assessment.publicity_body", "intake_and_committee", "三（二）"),
    ("shanghai", JIADING, "plan.author_role", "agency", "三（三）"),
    ("shanghai", JIADING, "carer.certificate_required", True, "三（三）"),
    ("shanghai", JIADING, "agency.service_area_required", True, "三（三）"),
    ("shanghai", JIADING, "inspection.truthfulness_body", "village_committee", "五"),
    ("shanghai", CHANGNING, "application.intake_body", "community_health_centre", "二（一）1"),
    ("shanghai", CHANGNING, "application.pledge_required", True, "二（一）1"),
    ("shanghai", CHANGNING, "plan.author_role", "community_nurse", "二（一）3"),
    ("shanghai", CHANGNING, "agency.publicity_filed", True, "二（一）4"),
    ("shanghai", CHANGNING, "inspection.reassessments_ranked", True, "二（二）1"),
]
ASSUMED = [
    ("tianjin", None, "subsidy.day_divisor"),
    ("tianjin", None, "family.provisional_earns"),
    ("tianjin", None, "family.counts_from"),
    ("tianjin", None, "family.item_category"),
    ("tianjin", None, "family.clock_events_per_day"),
    ("tianjin", None, "location.radius_m"),
    ("tianjin", None, "application.intake_body"),
    ("tianjin", None, "service.identity_check_required"),
    ("huaian", None, "subsidy.kind"),
    ("huaian", None, "subsidy.amount_fen"),
    ("huaian", None, "entitlement.combinations"),
    ("changchun", None, "subsidy.amount_fen"),
    ("changchun", None, "carer.uncertified_until"),
    ("changchun", None, "entitlement.home_limits"),
    ("tianjin", None, "settlement.prices"),
    ("shanghai", None, "settlement.prices"),
    ("shanghai", None, "supplement.chosen_by"),
    ("shanghai", None, "subsidy.payee"),
    ("shanghai", None, "plan.author_role"),
    ("shanghai", JIADING, "assessment.publicity_days"),
    ("shanghai", CHANGNING, "sanction.rectify_days"),
]
SECONDARY = [
    ("tianjin", "subsidy.amount_fen"),
    ("tianjin", "entitlement.home_limits"),
    ("shanghai", "supplement.steps"),
    ("shanghai", "entitlement.home_limits"),
]
DAYS = [
    ("tianjin", "2024-12-05", NoPolicy),
    ("tianjin", "2024-12-06", None),
    ("tianjin", "2029-12-05", None),
    ("tianjin", "2029-12-06", PolicyExpired),
    ("huaian", "2023-09-30", NoPolicy),
    ("huaian", "2023-10-01", None),
    ("huaian", "2028-09-30", None),
    ("huaian", "2028-10-01", PolicyExpired),
    ("changchun", "2022-10-30", NoPolicy),
    ("changchun", "2022-10-31", None),
    ("shanghai", "2019-12-31", NoPolicy),
    ("shanghai", "2020-01-01", None),
]


def rules_of(region, district=None):
    return BOOK.policy_for(region=region, district=district, on=day(ON.get(district, NOW)))


def explained(region, district, key):
    return next(each for each in explain_policy(rules_of(region, district)) if each.key == key)


@pytest.mark.parametrize(("region", "district", "key", "value", "clause"), FOUND)
def test_a_found_figure_names_its_document_and_clause(region, district, key, value, clause):
    figure = explained(region, district, key)

    assert not figure.assumed
    assert (figure.value, figure.source.clause) == (value, clause)
    assert figure.source.document.title


@pytest.mark.parametrize(("region", "key"), SECONDARY)
def test_what_is_known_from_a_report_only_is_marked_as_secondary(region, key):
    document = explained(region, None, key).source.document

    assert document.secondary
    assert document.note


@pytest.mark.parametrize(("region", "district", "key"), ASSUMED)
def test_what_no_document_says_is_assumed_with_a_reason(region, district, key):
    guess = explained(region, district, key)

    assert guess.assumed
    assert guess.reason


@pytest.mark.parametrize(("region", "district"), PLACES)
def test_every_value_of_every_shipped_place_has_a_source_or_a_reason(region, district):
    values = explain_policy(rules_of(region, district))

    assert [each.key for each in values] == list(REGISTRY)
    assert all(bool(each.source) != bool(each.reason) for each in values)
    assert all(each.source.clause or each.source.document.secondary for each in values if each.source)


@pytest.mark.parametrize(
    ("one", "other"),
    [("tianjin", "huaian"), ("tianjin", "changchun"), ("tianjin", "shanghai")],
)
def test_two_funds_differ_in_twenty_keys_or_more(one, other):
    values = [{each.key: each.value for each in explain_policy(rules_of(region))} for region in (one, other)]

    assert len([key for key in REGISTRY if values[0][key] != values[1][key]]) >= 20


@pytest.mark.parametrize(("region", "on", "error"), DAYS)
def test_a_document_holds_from_its_first_to_its_last_day_in_force(region, on, error):
    if error is None:
        assert BOOK.policy_for(region=region, district=None, on=day(on)).holds(day(on))
        return

    with pytest.raises(error):
        BOOK.policy_for(region=region, district=None, on=day(on))


def test_tianjin_and_huaian_differ_in_what_their_documents_say():
    tianjin = BOOK.policy_for(region="tianjin", district=None, on=day("2026-11-03"))
    huaian = BOOK.policy_for(region="huaian", district=None, on=day("2026-11-03"))

    assert (tianjin.subsidy.payee, huaian.subsidy.payee) == (Payee.FAMILY_CARER, Payee.INSURED_PERSON)
    assert (tianjin.subsidy.kind, huaian.subsidy.kind) == (SubsidyKind.MONTHLY, SubsidyKind.PER_DAY)
    assert tianjin.subsidy.day_divisor is DayDivisor.DAYS_IN_MONTH
    assert (tianjin.carer.caseload_min, huaian.carer.caseload_min) == (5, None)
    assert tianjin.plan.author_role is PlanAuthor.AGENCY
    assert huaian.entitlement.benefit_start is StartRule.NEXT_DAY
    assert frozenset(HomeType) in tianjin.entitlement.combinations


@pytest.mark.parametrize(
    ("region", "district", "on", "radius_m", "late_minutes"),
    [
        ("tianjin", None, "2026-11-03", 200, 30),
        ("tianjin", "120101", "2024-12-31", 200, 30),
        ("tianjin", "120101", "2025-01-01", 150, 30),
        ("tianjin", "120102", "2026-11-03", 200, 30),
        ("huaian", "320812", "2026-11-03", 200, 45),
        ("huaian", "120101", "2026-11-03", 200, 30),
    ],
)
def test_a_made_up_district_of_the_demo_changes_its_local_keys_on_its_days_only(
    tmp_path, region, district, on, radius_m, late_minutes
):
    policy = load_book(lay_policies(tmp_path)).policy_for(region=region, district=district, on=day(on))

    assert policy.location.radius_m == radius_m
    assert policy.clock.late_window.total_seconds() == late_minutes * 60


@pytest.mark.parametrize(("on", "district"), [("2024-12-31", None), ("2025-01-01", "120101")])
def test_a_policy_names_a_district_only_where_the_district_has_rules_of_its_own(tmp_path, on, district):
    policy = load_book(lay_policies(tmp_path)).policy_for(region="tianjin", district="120101", on=day(on))

    assert policy.district == district


def test_shanghai_gives_more_hours_or_cash_to_who_stays_at_home_by_the_clients_choice():
    terms = rules_of("shanghai").supplement

    assert terms.chosen_by is SupplementChoice.BY_CLIENT
    assert terms.steps == (
        SupplementStep(over_months=1, to_months=6, extra_time=timedelta(hours=1), cash_fen=4000),
        SupplementStep(over_months=6, to_months=None, extra_time=timedelta(hours=2), cash_fen=8000),
    )


def test_the_limits_of_tianjin_depend_on_the_combination():
    alone, beside = rules_of("tianjin").entitlement.home_limits

    assert alone.combination == (HomeType.AGENCY_CARE,)
    assert beside.combination == (HomeType.AGENCY_CARE, HomeType.FAMILY_CARE)
    assert [(each.limit_fen, each.fund_share) for each in (alone, beside)] == [
        (210000, Decimal("0.75")),
        (110000, Decimal("0.75")),
    ]


def test_only_shanghai_has_a_price_of_care_and_only_by_a_carer():
    (price,) = rules_of("shanghai").settlement.prices

    assert (price.unit, price.staff, price.amount_fen) == (PriceUnit.HOUR, PricedStaff.CARER, 6500)
    assert [rules_of(region).settlement.prices for region in ("tianjin", "huaian", "changchun")] == [()] * 3


def test_the_limits_of_shanghai_rise_with_the_level():
    limits = rules_of("shanghai").entitlement.home_limits

    assert [(each.level_from, each.level_to, each.visits, each.minutes) for each in limits] == [
        (2, 3, 3, 180),
        (4, 4, 5, 300),
        (5, 6, 7, 420),
    ]
    assert {(each.period, each.fund_share) for each in limits} == {(LimitPeriod.WEEK, Decimal("0.9"))}


def test_the_ladder_of_changning_goes_up_only_when_nothing_was_put_right():
    rungs = [each for each in rules_of("shanghai", CHANGNING).sanction.ladder if each.trigger is INDUCED]

    assert [(each.step, each.target, each.measure, each.months) for each in rungs] == [
        (1, SanctionTarget.AGENCY_HEAD, SanctionMeasure.TALK, None),
        (1, SanctionTarget.CARER, SanctionMeasure.WITHHOLD_SETTLEMENT, 3),
        (2, SanctionTarget.AGENCY, SanctionMeasure.SUSPEND_NEW_CLIENTS, 3),
    ]


def test_neighbours_may_care_in_changchun_and_nowhere_else():
    allowed = [region for region in BOOK.regions if Relation.NEIGHBOUR in rules_of(region).family.relations]

    assert allowed == ["changchun"]


def test_no_amount_is_made_up_where_none_was_found():
    assert [rules_of(region).subsidy.amount_fen for region in ("changchun", "shanghai")] == [0, 0]
