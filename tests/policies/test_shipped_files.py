import json
from datetime import timedelta

import pytest

from app.policies.codes import DayDivisor, HomeType, Payee, PlanAuthor, StartRule, SubsidyKind
from app.policies.service import load_book
from app.policies.texts import read_policy
from app.policies.types import NoPolicy, PolicyExpired
from demo.installation import lay_policies
from tests.policies.factories import day

BOOK = load_book()
PLACES = [("tianjin", None), ("huaian", None)]

FOUND = [
    ("tianjin", "subsidy.amount_fen", 75000, None),
    ("tianjin", "subsidy.payee", "family_carer", None),
    ("tianjin", "carer.caseload_min", 5, "二（四）"),
    ("tianjin", "carer.caseload_max", 10, "二（四）"),
    ("tianjin", "family.training_months", 2, "二（四）"),
    ("tianjin", "plan.author_role", "agency", "二（六）"),
    ("tianjin", "entitlement.mode_change", "next_month", "二（五）"),
    ("tianjin", "entitlement.home_types", ["agency_care", "family_care"], "二（四）、二（五）"),
    ("huaian", "carer.certificate_required", False, "四（二）"),
    ("huaian", "subsidy.payee", "insured_person", "三（五）"),
    ("huaian", "entitlement.benefit_start", "next_day", "二（三）1"),
    ("huaian", "entitlement.review_interval_months", 12, "三（二）"),
    ("huaian", "entitlement.home_types", ["agency_care", "family_care"], "二（三）2"),
]
ASSUMED = [
    ("tianjin", "subsidy.day_divisor"),
    ("tianjin", "family.provisional_earns"),
    ("tianjin", "family.counts_from"),
    ("tianjin", "family.item_category"),
    ("tianjin", "family.clock_events_per_day"),
    ("tianjin", "location.radius_m"),
    ("huaian", "subsidy.kind"),
    ("huaian", "subsidy.amount_fen"),
    ("huaian", "entitlement.combinations"),
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
]


def explained(region, key, district=None):
    values = BOOK.explain(region=region, district=district, on=day("2026-11-03"))
    return next(each for each in values if each.key == key)


@pytest.mark.parametrize(("region", "key", "value", "clause"), FOUND)
def test_a_found_figure_names_its_document_and_clause(region, key, value, clause):
    figure = explained(region, key)

    assert not figure.assumed
    assert (figure.value, figure.source.clause) == (value, clause)
    assert figure.source.document.title


def test_the_750_yuan_of_tianjin_are_marked_as_from_a_secondary_source():
    document = explained("tianjin", "subsidy.amount_fen").source.document

    assert document.secondary
    assert document.note


@pytest.mark.parametrize(("region", "key"), ASSUMED)
def test_what_no_document_says_is_assumed_with_a_reason(region, key):
    guess = explained(region, key)

    assert guess.assumed
    assert guess.reason


@pytest.mark.parametrize(("region", "district"), PLACES)
def test_every_value_of_every_shipped_fund_has_a_source_or_a_reason(region, district):
    values = BOOK.explain(region=region, district=district, on=day("2026-11-03"))

    assert len(values) > 50
    assert all(bool(each.source) != bool(each.reason) for each in values)
    assert all(each.source.clause or each.source.document.secondary for each in values if each.source)


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


def test_no_district_is_shipped_for_which_no_document_was_found():
    assert {each.district for code in BOOK.regions for each in BOOK.spans(region=code)} == {None}


GOLDEN = {
    ("huaian", None): "7edf2a18234fabd16f6469976d425664b6d635575f4837fa8a3fc41af2fb1245",
    ("tianjin", None): "71c38b63c204d65cda5e50fdccb532a477a6e526dc96bef090c3ffcc87704f13",
}


def test_the_texts_of_the_shipped_files_keep_their_digests():
    digests = {(each.region, each.district): each.digest for code in BOOK.regions for each in BOOK.spans(region=code)}

    assert digests == GOLDEN


def test_a_text_from_before_the_limit_of_backdating_is_read_with_a_month():
    now = next(iter(BOOK.spans(region="tianjin")))
    facts = json.loads(now.text)
    del facts["values"]["entry.backdate_days"]

    older = read_policy(json.dumps(facts))

    assert older.entry == now.entry
    assert older.entry.backdate == timedelta(days=31)
