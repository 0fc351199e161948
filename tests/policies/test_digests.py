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
    ("changchun", None, "2022-10-31"): "c20afad517927877f7ea4de6f254b206d2c6e124f0f9a101d23f5111fbbbd198",
    ("huaian", None, "2023-10-01"): "51fdd01b4bbab29384651364aa2614731119e0ebdfc77d2174ac2f385ea04539",
    ("shanghai", None, "2020-01-01"): "63398f27e0c3dfbd1da0b94ae13d5d5f35c149a9f4272019c3c77993c9a2fa51",
    ("shanghai", "310105", "2020-04-15"): "e4ae2072654b057052a698a436e2e8718ca3f20ccf290e04693614ce25003ef0",
    ("shanghai", "310105", "2021-01-01"): "eb50e8605c46c3c9eb34823b4aac4b190cc4ca45a0268294cf4a962a0c746bb7",
    ("shanghai", "310114", "2026-01-01"): "7bbbeff7a93e99fe94bcb21dbff82c7a107db7b87ea9bb4be6d677d48a48efef",
    ("shanghai", "310114", "2028-01-01"): "4f6e3427d58da8750da156e4ac82d188f6695b3b90905c70d1cc249ca5064275",
    ("tianjin", None, "2024-12-06"): "1a8189941ac5ec75221571cb601bcac9e97a5a4e232a50948c9035f51e6bed01",
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
    "payment": {"counters"},
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
