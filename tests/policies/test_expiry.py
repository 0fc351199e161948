"""A document that ends: Changning's plan of 2020 and Jiading's opinion of 2026 and 2027, in Shanghai."""

import pytest

from app.policies.codes import PlanAuthor
from app.policies.entry_codes import IntakeBody
from app.policies.readiness import warn_of_ends
from app.policies.rules import may_plan
from app.policies.service import SHIPPED, load_book
from tests.policies.factories import day, head

BOOK = load_book()
CHANGNING, JIADING = "310105", "310114"


def rules_of(district, on, book=BOOK):
    return book.policy_for(region="shanghai", district=district, on=day(on))


def warned(on):
    return [(each.code, each.days_left) for each in BOOK.warnings(day(on), regions=["shanghai"])]


@pytest.mark.parametrize(
    ("on", "author", "plannable"),
    [
        ("2020-04-14", PlanAuthor.AGENCY, True),
        ("2020-04-15", PlanAuthor.COMMUNITY_NURSE, True),
        ("2020-12-31", PlanAuthor.COMMUNITY_NURSE, True),
        ("2021-01-01", PlanAuthor.AGENCY, False),
        ("2026-11-03", PlanAuthor.AGENCY, False),
    ],
)
def test_days_of_2020_keep_changnings_plan_and_later_ones_have_the_citys_rules_without_new_plans(on, author, plannable):
    policy = rules_of(CHANGNING, on)

    assert policy.plan.author_role is author
    assert may_plan(policy, on=day(on)) is plannable


def test_an_overlay_changes_what_the_district_says_and_nothing_else():
    district, city = rules_of(CHANGNING, "2020-06-01"), rules_of(None, "2020-06-01")

    assert district.application.intake_body is IntakeBody.COMMUNITY_HEALTH_CENTRE
    assert city.application.intake_body is IntakeBody.STREET_CENTRE
    assert (district.entitlement, district.supplement, district.subsidy) == (
        city.entitlement,
        city.supplement,
        city.subsidy,
    )


def test_the_end_of_one_district_stops_no_other():
    assert may_plan(rules_of(JIADING, "2026-11-03"), on=day("2026-11-03"))
    assert may_plan(rules_of(None, "2026-11-03"), on=day("2026-11-03"))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2020-10-02", []),
        ("2020-10-03", [(CHANGNING, 90)]),
        ("2020-12-31", [(CHANGNING, 1)]),
        ("2021-01-01", [(CHANGNING, 0)]),
        ("2027-10-02", [(CHANGNING, -2465)]),
        ("2027-10-03", [(CHANGNING, -2466), (JIADING, 90)]),
    ],
)
def test_the_end_of_a_districts_document_is_warned_of_90_days_before_and_from_then_on(on, expected):
    assert warned(on) == expected


def test_an_installation_without_shanghai_is_not_told_of_changning():
    here, elsewhere = (warn_of_ends(BOOK, regions=[code], on=day("2026-11-03")) for code in ("shanghai", "tianjin"))

    assert ["310105" in each for each in here.warnings] == [True]
    assert elsewhere.warnings == ()


def test_a_successor_without_values_lets_changning_plan_under_the_citys_rules(tmp_path):
    for path in SHIPPED.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    later = head("district", CHANGNING, start="2021-01-01", parent="shanghai", region="shanghai")
    (tmp_path / "later.toml").write_text(later, encoding="utf-8")
    policy = rules_of(CHANGNING, "2026-11-03", load_book(tmp_path))

    assert may_plan(policy, on=day("2026-11-03"))
    assert policy.plan.author_role is PlanAuthor.AGENCY
