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
    ("changchun", None, "2022-10-31"): "f7f70907d5cdd585e8332eb595fa12e7d0d9df48db52e40fc29ebe9411fd8a0c",
    ("huaian", None, "2023-10-01"): "1efbbebf76d75094fdf6f1c77ff17809cc1b7577b8f2dbff17544b8aca3e7036",
    ("shanghai", None, "2020-01-01"): "d5a82672e62c3a5105adb305749f965b28b7a2ede65c70d0537b7430bfa85374",
    ("shanghai", "310105", "2020-04-15"): "2212dbb563ee8ff175df368eeaa88996a38824832d3864fb2b6f13c649b1ee93",
    ("shanghai", "310105", "2021-01-01"): "86145aa250c4f912ffcd6685fece2dc1654b8156470e641b88bc476af8d400bf",
    ("shanghai", "310114", "2026-01-01"): "622f42c3698ad95f06f0a9d9cd30a86924c11f257cabacbea9b74581809c1c25",
    ("shanghai", "310114", "2028-01-01"): "2d84984b587407ccf053788be4c232a5538d4c7b50d20729e269e82e475daece",
    ("tianjin", None, "2024-12-06"): "d35e3077d27ebac3c1573853fdcc933f3b0551f3466aa0fb7e9c591790434d21",
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
