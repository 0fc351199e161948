"""Texts are kept by digest for ever: the shipped files keep theirs, and texts of earlier releases are still read."""

import dataclasses
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from app.policies.codes import MonthReviewRule
from app.policies.registry import GROUPS
from app.policies.service import load_book
from app.policies.texts import explain_policy, read_policy
from tests.policies.factories import day

BOOK = load_book()
OLDER = Path(__file__).parent / "older_texts"
GOLDEN = {
    ("changchun", None, "2022-10-31"): "240133123f018386373e59da3f62fa708f20e99630dfb1e1f6f6815606799d57",
    ("huaian", None, "2023-10-01"): "b2284c27c3eef076eb9c712d4185d9e1bc2c57091fc2d1d17fdb8b7de1ea10f5",
    ("shanghai", None, "2020-01-01"): "827fc79a541bd803303d483f36f754bcb321ba747531889f6d4e067f623b58da",
    ("shanghai", "310105", "2020-04-15"): "5659c922d936737e4f08585e7a86aa3e237e323d96ca973053c5af238e35445f",
    ("shanghai", "310105", "2021-01-01"): "570a19dd1f1d402e6dbe0b6d9813fd805439600ad31aadee14b4d7ae6aa89855",
    ("shanghai", "310114", "2026-01-01"): "1adbf62b7e1fc3f6aa6ef91ce2effdb23311952b2b2fdf97507a3ae6e4ce6b85",
    ("shanghai", "310114", "2028-01-01"): "9070d3fc1e737b354da8922d46c74268d7f4424a45ed0b1e1857342dfbe8455c",
    ("tianjin", None, "2024-12-06"): "88e280efe14509dacf7ac7240beb682b2f5003373a250ccfa42174a83829ed1d",
}
# Texts of a release before applications, assessments, agencies, services, settlement, sanctions and inspections had
# terms, with the digests they were kept by.
OLDER_DIGESTS = {
    "huaian": "7edf2a18234fabd16f6469976d425664b6d635575f4837fa8a3fc41af2fb1245",
    "tianjin": "71c38b63c204d65cda5e50fdccb532a477a6e526dc96bef090c3ffcc87704f13",
}
NEW_GROUPS = {"application", "assessment", "agency", "service", "supplement", "settlement", "sanction", "inspection"}
NEW_IN_OLD_GROUPS = {
    "carer": {"uncertified_employed_before", "home_care_began_on", "caseload_counts", "severe_from_level"},
    "entitlement": {"lowest_level", "overdue_review", "qualification_months", "home_limits"},
    "entry": {"edit_lock"},
    "family": {"prompts_per_week", "prompt_open"},
    "grading": {"overturned_share_max", "overturned_least"},
    "location": {"verdicts"},
    "plan": {"admission_assessment_required", "service_agreement_required"},
    "retention": {"settled_months"},
    "subsidy": {"level_amounts", "month_review"},
    "visit": {"confirmation_within"},
}


def older(region):
    return (OLDER / f"{region}.json").read_text(encoding="utf-8")


def test_the_texts_of_the_shipped_files_keep_their_digests():
    spans = (each for code in BOOK.regions for each in BOOK.spans(region=code))

    assert {(each.region, each.district, each.valid_from.isoformat()): each.digest for each in spans} == GOLDEN


@pytest.mark.parametrize("region", OLDER_DIGESTS)
def test_a_text_of_an_earlier_release_is_read_and_keeps_its_digest(region):
    policy = read_policy(older(region))

    assert policy.digest == OLDER_DIGESTS[region] == hashlib.sha256(older(region).encode()).hexdigest()
    assert [each.key for each in explain_policy(policy)]
    assert {each.key for each in explain_policy(policy)} == set(json.loads(older(region))["values"])


@pytest.mark.parametrize("region", OLDER_DIGESTS)
def test_what_an_older_text_says_is_what_the_files_still_say(region):
    then = read_policy(older(region))
    now = BOOK.policy_for(region=region, district=None, on=then.valid_from)

    for group in GROUPS.keys() - NEW_GROUPS:
        new = NEW_IN_OLD_GROUPS.get(group, set())
        names = {field.name for field in dataclasses.fields(GROUPS[group])} - new
        assert all(getattr(getattr(then, group), name) == getattr(getattr(now, group), name) for name in names), group


def test_what_an_older_text_does_not_know_is_read_as_the_rule_of_then():
    policy = read_policy(older("tianjin"))

    assert policy.entry.edit_lock == timedelta(days=60)
    assert (policy.entitlement.home_limits, policy.sanction.ladder, policy.location.verdicts) == ((), (), ())
    assert policy.subsidy.level_amounts == ()
    assert policy.subsidy.month_review is MonthReviewRule.NONE
    assert policy.service.rating is None
    assert not policy.service.identity_check_required


def test_a_text_from_before_the_limit_of_backdating_is_read_with_a_month():
    now = BOOK.policy_for(region="tianjin", district=None, on=day("2026-11-03"))
    facts = json.loads(now.text)
    del facts["values"]["entry.backdate_days"]

    again = read_policy(json.dumps(facts))

    assert again.entry == now.entry
    assert again.entry.backdate == timedelta(days=31)


def test_a_text_with_a_broken_table_is_refused():
    facts = json.loads(BOOK.policy_for(region="tianjin", district=None, on=day("2026-11-03")).text)
    facts["values"]["entitlement.home_limits"]["value"][0]["visits"] = "three"

    with pytest.raises(ValueError, match=r"entitlement\.home_limits"):
        read_policy(json.dumps(facts))
