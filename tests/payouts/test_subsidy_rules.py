"""The subsidy of a month: each day's reason, and the sum."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.checkin.types import DayStanding
from app.payouts.explaining import explain_days
from app.payouts.rules import (
    calendar_days,
    compute_subsidy,
    facts_by_day,
    is_shared,
    months_before,
)
from app.payouts.types import DayRule, SubsidyComputation
from app.policies.codes import DayDivisor, HomeType, Payee, Rounding, StartRule, SubsidyKind
from app.policies.service import load_book
from app.policies.types import Policy
from app.registry.rules import benefit_starts
from app.registry.types import ServiceMode, StayKind, TrainingStage
from tests.payouts.months import (
    CARER,
    CLIENT,
    NOVEMBER,
    OTHER_CARER,
    TIANJIN,
    a_fact,
    a_month,
    a_stay,
    a_suspension,
    a_training,
    always,
    an_assignment,
    an_entitlement,
    every_day,
    tianjin_with,
)

R = DayRule
FORMAL, PROVISIONAL = TrainingStage.FORMAL, TrainingStage.PROVISIONAL


def nov(day: int) -> date:
    return date(2026, 11, day)


def rules_of(month: Any, policy: Policy = TIANJIN) -> list[DayRule]:
    return [line.rule for line in compute_subsidy(month, policies=always(policy)).days]


def other_days(month: Any, policy: Policy = TIANJIN) -> dict[int, DayRule]:
    """The days that are not paid, by their number."""
    return {number: rule for number, rule in enumerate(rules_of(month, policy), 1) if rule is not R.PAID}


def span(first: int, last: int, rule: DayRule) -> dict[int, DayRule]:
    return dict.fromkeys(range(first, last + 1), rule)


def test_a_full_month_in_tianjin_is_750_yuan_to_the_family_carer_by_the_20th():
    done = compute_subsidy(a_month(), policies=always())

    assert (done.amount_fen, done.days_paid, len(done.days)) == (75000, 30, 30)
    assert (done.payee, done.pay_by) == (Payee.FAMILY_CARER, date(2026, 12, 20))
    assert (done.policy_digest, done.withheld_by) == (TIANJIN.digest, None)


CASES: list[tuple[str, dict[str, Any], dict[int, DayRule]]] = [
    ("entitled from the 15th", {"entitlements": (an_entitlement(nov(15)),)}, span(1, 14, R.BEFORE_ENTITLEMENT)),
    ("entitled until the 15th", {"entitlements": (an_entitlement(end=nov(15)),)}, span(15, 30, R.ENTITLEMENT_ENDED)),
    (
        "a gap between two entitlements",
        {"entitlements": (an_entitlement(end=nov(10)), an_entitlement(nov(12)))},
        span(10, 11, R.ENTITLEMENT_ENDED),
    ),
    ("never entitled", {"entitlements": ()}, span(1, 30, R.BEFORE_ENTITLEMENT)),
    (
        "a withdrawn entitlement",
        {"entitlements": (an_entitlement(nov(1), nov(1)), an_entitlement(nov(3)))},
        span(1, 2, R.BEFORE_ENTITLEMENT),
    ),
    (
        "mode changes to an institution on the 16th",
        {"entitlements": (an_entitlement(end=nov(16)), an_entitlement(nov(16), mode=ServiceMode.INSTITUTION))},
        span(16, 30, R.MODE_WITHOUT_FAMILY_CARE),
    ),
    (
        "agency care only",
        {"entitlements": (an_entitlement(home_types=(HomeType.AGENCY_CARE,)),)},
        span(1, 30, R.MODE_WITHOUT_FAMILY_CARE),
    ),
    (
        "family care beside agency care",
        {"entitlements": (an_entitlement(home_types=(HomeType.AGENCY_CARE, HomeType.FAMILY_CARE)),)},
        {},
    ),
    ("died on the 20th", {"died_on": nov(20)}, span(21, 30, R.DIED)),
    (
        "a death that ended the entitlement too",
        {"died_on": nov(20), "entitlements": (an_entitlement(end=nov(21)),)},
        span(21, 30, R.DIED),
    ),
    ("died long before", {"died_on": date(2026, 10, 3)}, span(1, 30, R.DIED)),
    ("suspended 5th to 7th", {"suspensions": (a_suspension(nov(5), nov(8)),)}, span(5, 7, R.SUSPENDED)),
    (
        "suspended while in hospital",
        {"suspensions": (a_suspension(nov(5), nov(8)),), "stays": (a_stay(nov(4), nov(10)),)},
        span(5, 7, R.SUSPENDED) | span(8, 9, R.IN_HOSPITAL),
    ),
    ("in hospital from 10th to 20th", {"stays": (a_stay(nov(10), nov(20)),)}, span(11, 19, R.IN_HOSPITAL)),
    ("in hospital since October", {"stays": (a_stay(date(2026, 10, 20), nov(3)),)}, span(1, 2, R.IN_HOSPITAL)),
    ("still in hospital", {"stays": (a_stay(nov(28), None),)}, span(29, 30, R.IN_HOSPITAL)),
    ("in and out on one day", {"stays": (a_stay(nov(10), nov(10)),)}, {}),
    ("one night in hospital", {"stays": (a_stay(nov(10), nov(11)),)}, {}),
    (
        "moved from one hospital to another on the 12th",
        {"stays": (a_stay(nov(10), nov(12)), a_stay(nov(12), nov(14)))},
        span(11, 13, R.IN_HOSPITAL),
    ),
    (
        "moved from hospital to an institution",
        {"stays": (a_stay(nov(10), nov(12)), a_stay(nov(12), None, StayKind.INSTITUTION))},
        {11: R.IN_HOSPITAL} | span(12, 30, R.IN_INSTITUTION),
    ),
    ("travelling", {"stays": (a_stay(nov(1), nov(4), StayKind.TRAVEL),)}, span(2, 3, R.AWAY)),
    (
        "died in hospital",
        {"stays": (a_stay(nov(10), None),), "died_on": nov(12)},
        span(11, 12, R.IN_HOSPITAL) | span(13, 30, R.DIED),
    ),
    ("assigned from the 3rd", {"assignments": (an_assignment(nov(3)),)}, span(1, 2, R.NOT_ASSIGNED)),
    (
        "another carer's assignment",
        {"assignments": (an_assignment(carer_id=OTHER_CARER),)},
        span(1, 30, R.NOT_ASSIGNED),
    ),
    ("provisional", {"trainings": (a_training(PROVISIONAL),)}, span(1, 30, R.IN_TRAINING)),
    ("no training on record", {"trainings": ()}, span(1, 30, R.IN_TRAINING)),
    (
        "formal since the 5th counts from next month",
        {"trainings": (a_training(PROVISIONAL, end=nov(5)), a_training(FORMAL, nov(5)))},
        span(1, 30, R.IN_TRAINING),
    ),
    (
        "formal since the last day of October",
        {"trainings": (a_training(PROVISIONAL, end=date(2026, 10, 31)), a_training(FORMAL, date(2026, 10, 31)))},
        {},
    ),
    (
        "another carer's training",
        {"trainings": (replace(a_training(FORMAL), carer_id=OTHER_CARER),)},
        span(1, 30, R.IN_TRAINING),
    ),
    ("no day recorded", {"facts": ()}, span(1, 30, R.NO_RECORD)),
    ("two days missed", {"facts": every_day(but=(8, 9))}, span(8, 9, R.NO_RECORD)),
    (
        "days under review, refused and second",
        {
            "facts": (
                *every_day(but=(1, 2, 3)),
                a_fact(nov(1), DayStanding.IN_REVIEW),
                a_fact(nov(2), DayStanding.REFUSED),
                a_fact(nov(3), DayStanding.SECOND),
            )
        },
        {1: R.IN_REVIEW, 2: R.REFUSED, 3: R.SECOND_CARE_DAY},
    ),
]


@pytest.mark.parametrize(("facts", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_day_has_the_first_reason_that_applies(facts: dict[str, Any], expected: dict[int, DayRule]):
    month = a_month(**facts)

    done = compute_subsidy(month, policies=always())

    assert {n: line.rule for n, line in enumerate(done.days, 1) if line.rule is not R.PAID} == expected
    assert [line.is_paid for line in done.days] == [n not in expected for n in range(1, 31)]
    assert done.amount_fen == 75000 * (30 - len(expected)) // 30


EDGES = [
    ("admission_day_paid", {"stays": (a_stay(nov(10), nov(12)),)}, {10: R.IN_HOSPITAL, 11: R.IN_HOSPITAL}),
    ("discharge_day_paid", {"stays": (a_stay(nov(10), nov(12)),)}, {11: R.IN_HOSPITAL, 12: R.IN_HOSPITAL}),
    ("death_day_paid", {"died_on": nov(29)}, {29: R.DIED, 30: R.DIED}),
]


@pytest.mark.parametrize(("key", "facts", "expected"), EDGES)
def test_the_edge_days_follow_the_policy(key: str, facts: dict[str, Any], expected: dict[int, DayRule]):
    policy = tianjin_with(subsidy={key: False})

    done = compute_subsidy(a_month(**facts), policies=always(policy))

    assert {n: line.rule for n, line in enumerate(done.days, 1) if not line.is_paid} == expected
    assert f"subsidy.{key}" in {line.policy_key for line in done.days}


TRAINING_POLICIES = [
    ({"provisional_earns": True}, 0),
    ({"training_months": 0}, 0),
    ({"counts_from": StartRule.SAME_DAY}, 9),
    ({"counts_from": StartRule.NEXT_DAY}, 10),
    ({"counts_from": StartRule.NEXT_MONTH}, 30),
]


@pytest.mark.parametrize(("values", "unpaid"), TRAINING_POLICIES)
def test_training_days_follow_the_policy(values: dict[str, Any], unpaid: int):
    month = a_month(trainings=(a_training(PROVISIONAL, end=nov(10)), a_training(FORMAL, nov(10))))

    assert other_days(month, tianjin_with(family=values)) == span(1, unpaid, R.IN_TRAINING)


STARTS = [
    (date(2026, 11, 5), StartRule.SAME_DAY, date(2026, 11, 5)),
    (date(2026, 11, 30), StartRule.NEXT_DAY, date(2026, 12, 1)),
    (date(2026, 12, 1), StartRule.NEXT_MONTH, date(2027, 1, 1)),
    (date(2028, 2, 29), StartRule.NEXT_MONTH, date(2028, 3, 1)),
]


@pytest.mark.parametrize(("changed_on", "rule", "first"), STARTS)
def test_a_change_counts_from_the_day_the_rule_says(changed_on: date, rule: StartRule, first: date):
    assert benefit_starts(changed_on, rule=rule) == first


MONTHLY, PER_DAY, SHARE = SubsidyKind.MONTHLY, SubsidyKind.PER_DAY, SubsidyKind.SHARE_OF_PACKAGE
IN_MONTH, THIRTY = DayDivisor.DAYS_IN_MONTH, DayDivisor.THIRTY
A_MONTH, A_DAY = Rounding.HALF_UP_PER_MONTH, Rounding.HALF_UP_PER_DAY
JAN, FEB, LEAP = date(2027, 1, 1), date(2027, 2, 1), date(2028, 2, 1)
SUMS = [  # kind, fen, share, divisor, rounding, month, days missed, fen expected
    (MONTHLY, 75000, None, IN_MONTH, A_MONTH, NOVEMBER, 10, 50000),
    (MONTHLY, 75000, None, IN_MONTH, A_MONTH, JAN, 0, 75000),
    (MONTHLY, 75000, None, IN_MONTH, A_MONTH, JAN, 1, 72581),  # 72,580.65
    (MONTHLY, 75000, None, IN_MONTH, A_MONTH, FEB, 14, 37500),
    (MONTHLY, 75000, None, IN_MONTH, A_MONTH, LEAP, 28, 2586),  # 2,586.2
    (MONTHLY, 75000, None, IN_MONTH, A_MONTH, LEAP, 29, 0),
    (MONTHLY, 75000, None, IN_MONTH, A_DAY, JAN, 1, 72570),  # 30 days of 2,419.35, each rounded to 2,419
    (MONTHLY, 75000, None, IN_MONTH, A_DAY, JAN, 0, 75000),  # nothing is cut
    (MONTHLY, 15, None, IN_MONTH, A_DAY, NOVEMBER, 1, 15),  # days of 0.5 are rounded to 1, never above the month
    (MONTHLY, 75000, None, THIRTY, A_MONTH, JAN, 1, 72500),
    (MONTHLY, 75000, None, THIRTY, A_MONTH, JAN, 29, 2500),
    (MONTHLY, 75000, None, THIRTY, A_MONTH, JAN, 30, 2500),  # 30 cuts would leave nothing of a day that was worked
    (MONTHLY, 50, None, THIRTY, A_DAY, JAN, 30, 2),
    (MONTHLY, 75000, None, THIRTY, A_MONTH, JAN, 31, 0),
    (MONTHLY, 75000, None, THIRTY, A_MONTH, FEB, 27, 7500),
    (MONTHLY, 75000, None, THIRTY, A_MONTH, FEB, 28, 0),  # without a paid day nothing, though 28 < 30
    (MONTHLY, 100, None, THIRTY, A_DAY, NOVEMBER, 3, 91),  # 3 days of 3.33, each rounded to 3
    (MONTHLY, 1, None, IN_MONTH, A_MONTH, NOVEMBER, 15, 1),  # half a fen goes up
    (MONTHLY, 1, None, IN_MONTH, A_MONTH, NOVEMBER, 16, 0),
    (PER_DAY, 2000, None, IN_MONTH, A_MONTH, NOVEMBER, 0, 60000),
    (PER_DAY, 2000, None, THIRTY, A_DAY, JAN, 30, 2000),
    (PER_DAY, 2000, None, IN_MONTH, A_MONTH, FEB, 28, 0),
    (SHARE, 298000, Decimal("0.4"), IN_MONTH, A_MONTH, NOVEMBER, 0, 119200),
    (SHARE, 298000, Decimal("0.4"), IN_MONTH, A_MONTH, NOVEMBER, 15, 59600),
    (SHARE, 100001, Decimal("0.333333"), IN_MONTH, A_MONTH, NOVEMBER, 0, 33334),  # 33,333.63
    (SHARE, 298000, Decimal(0), IN_MONTH, A_MONTH, NOVEMBER, 0, 0),
]


@pytest.mark.parametrize(("kind", "fen", "share", "divisor", "rounding", "month", "missed", "expected"), SUMS)
def test_a_month_comes_to(kind, fen, share, divisor, rounding, month, missed, expected):
    terms = {"kind": kind, "amount_fen": fen, "package_share": share, "day_divisor": divisor, "rounding": rounding}
    facts = every_day(month, but=range(1, missed + 1))

    done = compute_subsidy(a_month(month, facts=facts), policies=always(tianjin_with(subsidy=terms)))

    assert done.amount_fen == expected
    assert done.days_paid == len(done.days) - missed


@pytest.mark.parametrize(
    ("paid", "amount", "withheld_by"), [(15, 37500, None), (14, 0, "subsidy.least_days"), (0, 0, None)]
)
def test_below_the_least_days_nothing_is_paid_and_the_key_is_named(paid: int, amount: int, withheld_by: str | None):
    month = a_month(facts=every_day(but=range(paid + 1, 31)))

    done = compute_subsidy(month, policies=always(tianjin_with(subsidy={"least_days": 15})))

    assert (done.amount_fen, done.days_paid, done.withheld_by) == (amount, paid, withheld_by)


def change_on(day: date, before: Policy, after: Policy) -> Callable[[date], Policy]:
    return lambda asked: after if asked >= day else before


def test_a_month_under_two_policies_is_reckoned_span_by_span_and_rounded_once():
    before = tianjin_with(subsidy={"amount_fen": 100})
    after = replace(tianjin_with(subsidy={"amount_fen": 200, "payee": Payee.INSURED_PERSON}), digest="after")
    month = a_month(date(2027, 1, 1))

    done = compute_subsidy(month, policies=change_on(date(2027, 1, 11), before, after))

    assert [(each.first.day, each.beyond, each.days_paid) for each in done.spans] == [
        (1, date(2027, 1, 11), 10),
        (11, date(2027, 2, 1), 21),
    ]
    assert [each.exact_fen for each in done.spans] == [Fraction(1000, 31), Fraction(4200, 31)]
    assert done.amount_fen == 168  # 167.74; the spans rounded by themselves would give 32 + 135
    assert (done.payee, done.policy_digest) == (Payee.INSURED_PERSON, "after")
    assert [line.policy_digest for line in done.days] == [before.digest] * 10 + ["after"] * 21


def test_a_span_without_paid_days_gives_nothing_and_takes_nothing_from_the_other():
    after = replace(tianjin_with(subsidy={"day_divisor": THIRTY}), digest="after")
    month = a_month(facts=every_day(but=range(16, 31)))

    done = compute_subsidy(month, policies=change_on(nov(16), TIANJIN, after))

    assert [each.exact_fen for each in done.spans] == [37500, 0]


def test_a_change_from_a_monthly_to_a_daily_amount_adds_both():
    after = replace(tianjin_with(subsidy={"kind": PER_DAY, "amount_fen": 2000}), digest="after")

    done = compute_subsidy(a_month(), policies=change_on(nov(16), TIANJIN, after))

    assert done.amount_fen == 37500 + 30000


def test_each_line_names_key_source_digest_and_record():
    month = a_month(stays=(a_stay(nov(10), nov(12)),), facts=every_day(but=(20,)))

    lines = compute_subsidy(month, policies=always()).days

    assert (lines[0].policy_key, lines[0].source) == ("subsidy.amount_fen", "天津长护险待遇（本地宝文章转载）")
    assert lines[0].record_id == a_fact(nov(1)).care_day_id
    assert (lines[10].policy_key, lines[10].source, lines[10].record_id) == (
        "subsidy.admission_day_paid",
        None,
        UUID(int=20),
    )
    assert (lines[19].policy_key, lines[19].source, lines[19].record_id) == ("family.clock_events_per_day", None, None)
    assert {line.policy_digest for line in lines} == {TIANJIN.digest}


def test_a_found_clause_is_cited_with_its_document():
    month = a_month(entitlements=(an_entitlement(home_types=(HomeType.AGENCY_CARE,)),))

    line = compute_subsidy(month, policies=always()).days[0]

    assert line.source == "天津市医保局2024年12月6日通知（标题、文号未见） 二（五）"


def test_a_formal_carer_who_does_not_count_yet_is_told_by_the_start_rule():
    month = a_month(trainings=(a_training(PROVISIONAL, end=nov(10)), a_training(FORMAL, nov(10))))

    lines = compute_subsidy(month, policies=always()).days

    assert [lines[8].policy_key, lines[9].policy_key] == ["family.provisional_earns", "family.counts_from"]


def test_huaian_pays_the_insured_person_by_the_day():
    huaian = load_book().policy_for(region="huaian", district=None, on=NOVEMBER)
    month = a_month(trainings=())  # Huai'an asks for no training

    done = compute_subsidy(month, policies=always(huaian))

    assert (done.amount_fen, done.payee) == (30 * huaian.subsidy.amount_fen, Payee.INSURED_PERSON)


def test_days_are_explained_by_the_value_that_decided_them():
    month = a_month(facts=every_day(but=(2,)))
    done = compute_subsidy(month, policies=always())

    explained = explain_days(done, policies=always())

    assert [each.line for each in explained] == list(done.days)
    assert (explained[0].value.value, explained[0].value.assumed) == (75000, False)
    assert (explained[1].value.key, explained[1].value.assumed) == ("family.clock_events_per_day", True)


def test_days_are_not_explained_by_other_rules_than_theirs():
    done = compute_subsidy(a_month(), policies=always())

    with pytest.raises(ValueError, match="another policy"):
        explain_days(done, policies=always(replace(TIANJIN, digest="later")))


def test_the_best_fact_of_a_day_counts_and_others_facts_do_not():
    facts = [
        a_fact(nov(1), DayStanding.SECOND, 1),
        a_fact(nov(1), DayStanding.PAYABLE, 2),
        a_fact(nov(1), DayStanding.REFUSED, 3),
        replace(a_fact(nov(2)), carer_id=OTHER_CARER),
        replace(a_fact(nov(3)), client_id=UUID(int=99)),
    ]

    chosen = facts_by_day(facts, client_id=CLIENT, carer_id=CARER)

    assert chosen == {nov(1): facts[1]}


def test_a_month_is_named_by_its_first_day():
    with pytest.raises(ValueError, match="first day"):
        calendar_days(nov(2))


def a_policy_of(draw: st.DrawFn) -> Policy:
    kind = draw(st.sampled_from(SubsidyKind))
    share = Decimal(draw(st.integers(0, 1_000_000))) / 1_000_000 if kind is SHARE else None
    terms = {
        "kind": kind,
        "amount_fen": draw(st.integers(1, 1_000_000)),
        "package_share": share,
        "day_divisor": draw(st.sampled_from(DayDivisor)),
        "rounding": draw(st.sampled_from(Rounding)),
        "least_days": draw(st.integers(0, 31)),
    }
    return replace(tianjin_with(subsidy=terms), digest=str(draw(st.integers(0, 10**6))))


def most_fen(policy: Policy, days: int) -> Fraction:
    """A whole month's amount under one policy."""
    terms = policy.subsidy
    if terms.kind is PER_DAY:
        return Fraction(terms.amount_fen * days)
    return terms.amount_fen * Fraction(terms.package_share if terms.kind is SHARE else 1)


@given(st.data())
def test_an_amount_is_never_negative_nor_above_the_months_amount_and_no_paid_day_is_no_money(data: st.DataObject):
    month = data.draw(st.sampled_from([NOVEMBER, JAN, FEB, LEAP]))
    days = calendar_days(month)
    first, second = data.draw(st.composite(a_policy_of)()), data.draw(st.composite(a_policy_of)())
    change = data.draw(st.integers(0, len(days)))
    missed = data.draw(st.sets(st.integers(1, 31)))
    policies = change_on(month + timedelta(days=change), first, second)

    done = compute_subsidy(a_month(month, facts=every_day(month, but=missed)), policies=policies)

    bound = max(most_fen(policies(day), len(days)) for day in days)
    assert 0 <= done.amount_fen <= bound + Fraction(1, 2)
    assert sum(line.is_paid for line in done.days) == done.days_paid == sum(each.days_paid for each in done.spans)
    if done.days_paid == 0:
        assert done.amount_fen == 0


@given(st.data())
def test_one_more_recorded_day_never_lowers_the_amount(data: st.DataObject):
    policy = data.draw(st.composite(a_policy_of)())
    missed = data.draw(st.sets(st.integers(1, 30), min_size=1))
    recorded = data.draw(st.sampled_from(sorted(missed)))

    less = compute_subsidy(a_month(facts=every_day(but=missed)), policies=always(policy))
    more = compute_subsidy(a_month(facts=every_day(but=missed - {recorded})), policies=always(policy))

    assert less.amount_fen <= more.amount_fen


HALVES = [  # divisor, rounding, fen, month, days of the first carer, fen of the first and of the second
    (THIRTY, A_MONTH, 75000, FEB, 14, (37500, 37500)),  # each alone would be left 40,000 by cuts of thirtieths
    (THIRTY, A_DAY, 75000, JAN, 1, (2419, 72580)),
    (IN_MONTH, A_DAY, 15, NOVEMBER, 15, (7, 7)),  # days of 0.5 are not rounded up, and 7.5 goes down twice
    (IN_MONTH, A_MONTH, 75001, NOVEMBER, 15, (37500, 37500)),
]


@pytest.mark.parametrize(("divisor", "rounding", "fen", "month", "days", "expected"), HALVES)
def test_a_month_shared_by_two_carers_is_divided_by_its_days(divisor, rounding, fen, month, days, expected):
    policy = tianjin_with(subsidy={"amount_fen": fen, "day_divisor": divisor, "rounding": rounding})
    own = frozenset(range(1, days + 1))

    done = (a_share(month, policy, own), a_share(month, policy, frozenset(range(1, 32)) - own))

    assert tuple(each.amount_fen for each in done) == expected


def a_share(month: date, policy: Policy, days: frozenset[int]) -> SubsidyComputation:
    """What one of several carers gets for his days."""
    facts = every_day(month, but=frozenset(range(1, 32)) - days)
    return compute_subsidy(replace(a_month(month, facts=facts), is_shared=True), policies=always(policy))


@given(st.data())
def test_two_carers_never_get_more_than_the_months_amount(data: st.DataObject):
    month = data.draw(st.sampled_from([NOVEMBER, JAN, FEB, LEAP]))
    policy = data.draw(st.composite(a_policy_of)())
    first = data.draw(st.frozensets(st.integers(1, 31)))
    second = data.draw(st.frozensets(st.integers(1, 31))) - first

    both = a_share(month, policy, first).amount_fen + a_share(month, policy, second).amount_fen

    assert both <= most_fen(policy, len(calendar_days(month)))


def test_a_month_is_shared_by_a_day_that_counts_for_another_carer_of_the_client():
    other = replace(a_fact(nov(3)), carer_id=OTHER_CARER)
    of = {"client_id": CLIENT, "carer_id": CARER}

    assert is_shared([a_fact(nov(2)), other], **of)
    assert not is_shared([a_fact(nov(2)), replace(other, standing=DayStanding.SECOND)], **of)
    assert not is_shared([a_fact(nov(2)), replace(other, client_id=CARER)], **of)


@pytest.mark.parametrize(
    ("day", "count", "months"),
    [
        (date(2026, 12, 31), 2, (date(2026, 10, 1), NOVEMBER)),
        (date(2026, 1, 1), 3, (date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1))),
        (NOVEMBER, 0, ()),
    ],
)
def test_the_last_months_are_those_that_are_over(day: date, count: int, months: tuple[date, ...]):
    assert months_before(day, count=count) == months
