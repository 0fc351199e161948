import datetime as dt
import hashlib
import json
from decimal import Decimal
from itertools import pairwise

import pytest

from app.policies.codes import EvidenceGrade, GradeOutcome
from app.policies.registry import REGISTRY
from app.policies.rules import may_plan
from app.policies.service import load_book
from app.policies.terms import GradeRule
from app.policies.texts import explain_policy, read_policy
from app.policies.types import NoPolicy, PolicyExpired
from tests.policies.factories import ORIGIN, a_district, a_fund, day, entry, head, write


def policy_of(folder, on="2025-06-01", *, district=None):
    return load_book(folder).policy_for(region="east", district=district, on=day(on))


def test_the_nearest_layer_wins(tmp_path):
    province = head("province", "jiangnan", parent="CN") + entry("location.radius_m", "300")
    province += entry("visit.shortest_share", '"0.8"')
    fund = a_fund(parent="jiangnan", body=entry("location.radius_m", "400"))
    district = a_district(body=entry("location.radius_m", "100"))
    write(tmp_path, province=province, fund=fund, district=district)

    fund_wide, in_district = policy_of(tmp_path), policy_of(tmp_path, district="320101")

    assert (fund_wide.location.radius_m, in_district.location.radius_m) == (400, 100)
    assert in_district.visit.shortest_share == Decimal("0.8")
    assert (fund_wide.district, in_district.district) == (None, "320101")


def test_dated_values_change_the_rule_on_their_day_and_split_the_span(tmp_path):
    body = entry("payment.pay_by_days", "10") + entry("payment.pay_by_days", "15", start="2025-07-01")
    write(tmp_path, fund=a_fund(end="2026-01-01", body=body))
    book = load_book(tmp_path)

    days = [book.policy_for(region="east", district=None, on=day(on)) for on in ("2025-06-30", "2025-07-01")]

    assert [each.payment.pay_by.days for each in days] == [10, 15]
    assert [(each.valid_from, each.valid_to) for each in book.spans(region="east")] == [
        (day("2024-01-01"), day("2025-07-01")),
        (day("2025-07-01"), day("2026-01-01")),
    ]


def test_a_value_that_ends_gives_way_to_the_wider_layer(tmp_path):
    write(tmp_path, fund=a_fund(body=entry("location.radius_m", "90", end="2024-03-01")))

    radii = [policy_of(tmp_path, on).location.radius_m for on in ("2024-02-29", "2024-03-01")]

    assert radii == [90, 200]


def test_a_successor_file_takes_over_without_changing_the_digest_of_the_days_before(tmp_path):
    write(tmp_path, fund=a_fund(end="2025-01-01"))
    before = policy_of(tmp_path, "2024-12-31")
    write(tmp_path, later=a_fund(start="2025-01-01", body=entry("location.radius_m", "90")))

    same, after = policy_of(tmp_path, "2024-12-31"), policy_of(tmp_path, "2025-01-01")

    assert same.digest == before.digest
    assert after.location.radius_m == 90


def test_a_text_gives_its_policy_back_without_any_file(tmp_path):
    policy = policy_of(write(tmp_path, fund=a_fund()))

    again = read_policy(policy.text)

    assert again == policy
    assert policy.digest == hashlib.sha256(policy.text.encode()).hexdigest()


def test_a_text_of_another_format_is_refused(tmp_path):
    text = policy_of(write(tmp_path, fund=a_fund())).text

    with pytest.raises(ValueError, match="format"):
        read_policy(text.replace('"format":1', '"format":2'))


def without(text, key):
    facts = json.loads(text)
    del facts["values"][key]
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_a_text_from_before_an_optional_key_existed_is_still_read(tmp_path):
    body = entry("carer.caseload_max", "9")
    older = without(policy_of(write(tmp_path, fund=a_fund(body=body))).text, "carer.caseload_max")

    policy = read_policy(older)

    assert policy.carer.caseload_max is None
    assert "carer.caseload_max" not in {each.key for each in explain_policy(policy)}


def test_a_text_without_a_key_that_was_always_needed_is_refused(tmp_path):
    broken = without(policy_of(write(tmp_path, fund=a_fund())).text, "subsidy.amount_fen")

    with pytest.raises(ValueError, match=r"subsidy\.amount_fen"):
        read_policy(broken)


def test_the_spans_of_a_region_touch_without_gap_or_overlap(tmp_path):
    body = "".join(entry("location.radius_m", str(100 + month), start=f"2024-{month:02}-01") for month in range(2, 13))
    body += entry("payment.pay_by_days", "9", start="2024-03-15", end="2024-03-16")
    spans = load_book(write(tmp_path, fund=a_fund(end="2026-01-01", body=body))).spans(region="east")

    assert (spans[0].valid_from, spans[-1].valid_to) == (day("2024-01-01"), day("2026-01-01"))
    assert all(before.valid_to == after.valid_from for before, after in pairwise(spans))
    assert len({each.digest for each in spans}) == len(spans) == 14


DOCUMENT = '\n[documents.notice]\ntitle = "Notice"\n'
SAME_VALUE = [
    f"{ORIGIN}\n",
    'assumed = true\nreason = "another reason"\n',
    'source = { document = "notice", clause = "二（五）" }\n',
    'source = { document = "notice", clause = "二（六）" }\n',
]


def test_the_digest_changes_with_the_assumed_flag_the_reason_and_the_clause_alone(tmp_path):
    digests, radii = set(), set()
    for origin in SAME_VALUE:
        write(tmp_path, fund=a_fund(body=f"{DOCUMENT}\n[location.radius_m]\nvalue = 90\n{origin}"))
        policy = policy_of(tmp_path)
        digests.add(policy.digest)
        radii.add(policy.location.radius_m)

    assert len(digests) == len(SAME_VALUE)
    assert radii == {90}


def test_the_digest_does_not_depend_on_how_a_file_is_written(tmp_path):
    one = entry("location.radius_m", "90") + entry("payment.pay_by_days", "9")
    other = entry("payment.pay_by_days", "9") + "\n# a comment\n" + entry("location.radius_m", "0x5A")
    first = policy_of(write(tmp_path, fund=a_fund(body=one)))

    second = policy_of(write(tmp_path, fund=a_fund(body=other)))

    assert first.digest == second.digest


@pytest.mark.parametrize(("on", "error"), [("2023-12-31", NoPolicy), ("2025-01-01", PolicyExpired)])
def test_days_outside_the_rules_have_no_policy(tmp_path, on, error):
    book = load_book(write(tmp_path, fund=a_fund(end="2025-01-01"), district=a_district()))

    with pytest.raises(error):
        book.policy_for(region="east", district="320101", on=day(on))


def test_an_unknown_region_has_no_policy(tmp_path):
    book = load_book(write(tmp_path, fund=a_fund()))

    with pytest.raises(NoPolicy):
        book.policy_for(region="west", district=None, on=day("2025-01-01"))


def test_what_happens_after_the_end_can_still_be_judged_by_the_last_rule(tmp_path):
    book = load_book(write(tmp_path, fund=a_fund(end="2025-01-01"), district=a_district()))

    inside = book.policy_or_last(region="east", district="320101", on=day("2024-12-31"))
    after = book.policy_or_last(region="east", district="320101", on=day("2025-03-01"))

    assert inside.digest == after.digest
    assert (inside.holds(day("2024-12-31")), after.holds(day("2025-03-01"))) == (True, False)
    with pytest.raises(NoPolicy):
        book.policy_or_last(region="east", district=None, on=day("2023-12-31"))


@pytest.mark.parametrize(("on", "allowed"), [("2024-12-31", True), ("2025-01-01", False)])
def test_nothing_is_planned_from_the_day_the_document_ends(tmp_path, on, allowed):
    body = entry("location.radius_m", "90", end="2024-03-01")
    policy = policy_of(write(tmp_path, fund=a_fund(end="2025-01-01", body=body)), "2024-02-01")

    assert may_plan(policy, on=day(on)) is allowed


def test_after_the_end_of_a_districts_document_its_funds_values_hold_there_and_nothing_is_planned(tmp_path):
    district = a_district(end="2025-01-01", body=entry("location.radius_m", "90"))
    write(tmp_path, fund=a_fund(end="2026-01-01"), district=district)

    old, after = (policy_of(tmp_path, on, district="320101") for on in ("2024-12-31", "2025-01-01"))

    assert [each.location.radius_m for each in (old, after)] == [90, 200]
    assert [each.expires_on for each in (old, after)] == [day("2025-01-01")] * 2
    assert (may_plan(old, on=day("2024-12-31")), may_plan(after, on=day("2025-01-01"))) == (True, False)
    assert may_plan(policy_of(tmp_path, "2025-01-01"), on=day("2025-01-01"))
    assert (after.valid_to, after.district) == (day("2026-01-01"), "320101")


def test_a_successor_of_a_districts_document_lets_work_be_planned_again(tmp_path):
    write(tmp_path, fund=a_fund(), district=a_district(end="2025-01-01"), later=a_district(start="2025-01-01"))

    assert may_plan(policy_of(tmp_path, "2025-01-01", district="320101"), on=day("2025-01-01"))


def test_work_may_be_planned_under_rules_without_an_end(tmp_path):
    policy = policy_of(write(tmp_path, fund=a_fund()))

    assert may_plan(policy, on=day("2099-01-01"))


@pytest.mark.parametrize(("on", "days_left"), [("2024-10-02", []), ("2024-10-03", [90]), ("2025-01-11", [-10])])
def test_a_file_without_successor_is_warned_of_90_days_before_its_end(tmp_path, on, days_left):
    book = load_book(write(tmp_path, fund=a_fund(end="2025-01-01")))

    assert [each.days_left for each in book.warnings(day(on), regions=["east"])] == days_left


def test_a_file_with_a_successor_is_not_warned_of(tmp_path):
    book = load_book(write(tmp_path, fund=a_fund(end="2025-01-01"), later=a_fund(start="2025-01-01")))

    assert book.warnings(day("2024-12-31"), regions=["east"]) == ()


def test_nobody_is_warned_of_a_region_that_is_not_served(tmp_path):
    book = load_book(write(tmp_path, fund=a_fund(end="2025-01-01"), other=a_fund("west", end="2025-01-01")))

    assert [each.file for each in book.warnings(day("2024-12-31"), regions=["west"])] == ["other.toml"]


def test_the_rule_of_each_grade_can_be_asked_for(tmp_path):
    grading = policy_of(write(tmp_path, fund=a_fund())).grading

    rules = [grading.rule_of(grade) for grade in EvidenceGrade]

    assert rules == [
        GradeRule(GradeOutcome.PAYS, Decimal("0")),
        GradeRule(GradeOutcome.PAYS_SAMPLED, Decimal("0.05")),
        GradeRule(GradeOutcome.AGENCY_REVIEW, Decimal("0")),
        GradeRule(GradeOutcome.OPERATOR_REVIEW, Decimal("0")),
    ]


def test_typed_values_carry_their_units(tmp_path):
    body = entry("carer.uncertified_until", "2025-07-01") + entry("family.late_entry_hours", "30")
    policy = policy_of(write(tmp_path, fund=a_fund(body=body)))

    assert policy.carer.uncertified_until == day("2025-07-01")
    assert policy.family.late_entry_until == dt.timedelta(hours=30)
    assert policy.clock.early_window == dt.timedelta(minutes=30)
    assert policy.payment.account_hold == dt.timedelta(days=7)


def test_every_key_has_a_label_and_only_local_ones_are_open_to_districts():
    local = {key for key, term in REGISTRY.items() if term.kind.local}

    assert all(term.kind.label for term in REGISTRY.values())
    assert {"location.radius_m", "clock.early_minutes"} <= local
    assert not {key for key in local if key.startswith(("subsidy.", "supplement.", "entitlement.", "settlement."))}
