"""Texts are kept by digest for ever: the shipped files keep theirs, and texts of earlier releases are still read."""

import dataclasses
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from app.policies.registry import GROUPS
from app.policies.service import load_book
from app.policies.texts import explain_policy, read_policy
from tests.policies.factories import day

BOOK = load_book()
OLDER = Path(__file__).parent / "older_texts"
GOLDEN = {
    ("changchun", None, "2022-10-31"): "91c57554cfc487123bead984149a8b634059565ed781c0797c0893369fc72819",
    ("huaian", None, "2023-10-01"): "27477ebf3c693f25e8c7bb4545d0dbb43b06655da33b4103b9b23396b0b6288a",
    ("shanghai", None, "2020-01-01"): "9ec869b3e7e1163e034c84b4f3e2ecf91611ccbb73ff5dea27fb6d150309f33d",
    ("shanghai", "310105", "2020-04-15"): "ccac0c73961e418a60d47a831795574fd131c04261dcb6a841b2cb423e6006bf",
    ("shanghai", "310105", "2021-01-01"): "4f20a85c27b168ef2f3ddaf738ce06f5c99d39ec01043a76b7aabd667fdc0e7d",
    ("shanghai", "310114", "2026-01-01"): "6934a494e1a6583a54bc60e357f93d1ba7b538ee6a87f578ef6491c405cbd6e9",
    ("shanghai", "310114", "2028-01-01"): "a491c2bf65c50e0bcc52f6ade289ce06790a5927724545cbded15534b927ee0d",
    ("tianjin", None, "2024-12-06"): "ddf29a0a287f7498f1c6fb1701d05a4e0b8e0d49680e84ae46a786f067a2790d",
}
# Texts of a release before applications, assessments, agencies, services, settlement, sanctions and inspections had
# terms, with the digests they were kept by.
OLDER_DIGESTS = {
    "huaian": "7edf2a18234fabd16f6469976d425664b6d635575f4837fa8a3fc41af2fb1245",
    "tianjin": "71c38b63c204d65cda5e50fdccb532a477a6e526dc96bef090c3ffcc87704f13",
}
NEW_GROUPS = {"application", "assessment", "agency", "service", "supplement", "settlement", "sanction", "inspection"}
NEW_IN_OLD_GROUPS = {
    "carer": {"uncertified_employed_before", "caseload_counts"},
    "entitlement": {"lowest_level", "overdue_review", "qualification_months", "home_limits"},
    "entry": {"edit_lock"},
    "location": {"verdicts"},
    "plan": {"admission_assessment_required", "service_agreement_required"},
    "retention": {"settled_months"},
    "subsidy": {"level_amounts"},
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
