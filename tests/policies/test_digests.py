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
    ("changchun", None, "2022-10-31"): "2317fdd0beb05088e68a534073cdb87afafce9cf14c851c2c683b00e11346e5b",
    ("huaian", None, "2023-10-01"): "56ab41c9a6d55949c261b165e9d7a2bdf8c5ba7264330fcc9ec7908a829e3ed3",
    ("shanghai", None, "2020-01-01"): "838e6fc5e4bf824edb0c8b8aed0ef3ceb5708e26778ab37f33307cd550ff64a6",
    ("shanghai", "310105", "2020-04-15"): "a237709e2816eb2d4a83233a4ad9d17b432cb7f8bd5b60ae9e4c9ec0e41770e8",
    ("shanghai", "310105", "2021-01-01"): "3c3c17e82d7b076bb27b5d0d86f22b464b923fac3df73ba8398bd58ad8e4bf83",
    ("shanghai", "310114", "2026-01-01"): "dccfe5352632c5afe9b0bdcb9515324661214a608084acbd49ad54ac78238a23",
    ("shanghai", "310114", "2028-01-01"): "fe2441ce2a8f0c8c0fdcc5bd8bda060c000844de969102332fab1121caf98cfe",
    ("tianjin", None, "2024-12-06"): "3d8fda4fd91a490d764836bfb79e969eef0e05a00abd5c6e887f8d5b80fb6b89",
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
    "subsidy": {"level_amounts", "month_review"},
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
