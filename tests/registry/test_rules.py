"""Days on which rights begin, by tables of cases."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from app.policies.codes import HomeType, StartRule
from app.policies.entry_codes import OverdueReview
from app.policies.oversight_codes import CaseloadCount, LiabilityInsurance
from app.registry.rules import (
    add_months,
    becomes_formal_on,
    benefit_starts,
    conclusion_ends,
    counts_to_caseload,
    ends_later,
    insurances_asked,
    is_allowed_combination,
    judge_name_check,
    may_work_uncertified,
    most_clients,
    overlaps,
    reviewed_since,
    supported_until,
)
from app.registry.types import CheckRefusal, ContractKind, InsuranceKind, NameCheck, Period
from tests.checkin.terms import a_policy
from tests.policies.factories import carer_terms

AGENCY, FAMILY = HomeType.AGENCY_CARE, HomeType.FAMILY_CARE

STARTS = [
    (date(2026, 3, 15), StartRule.SAME_DAY, date(2026, 3, 15)),
    (date(2026, 3, 15), StartRule.NEXT_DAY, date(2026, 3, 16)),
    (date(2026, 3, 31), StartRule.NEXT_DAY, date(2026, 4, 1)),
    (date(2026, 3, 1), StartRule.NEXT_MONTH, date(2026, 4, 1)),
    (date(2026, 3, 31), StartRule.NEXT_MONTH, date(2026, 4, 1)),
    (date(2026, 12, 31), StartRule.NEXT_MONTH, date(2027, 1, 1)),
    (date(2028, 2, 28), StartRule.NEXT_DAY, date(2028, 2, 29)),
]


@pytest.mark.parametrize(("concluded_on", "rule", "first_day"), STARTS)
def test_a_benefit_starts_on_the_day_the_policy_says(concluded_on: date, rule: StartRule, first_day: date):
    assert benefit_starts(concluded_on, rule=rule) == first_day


SINCE = [
    (date(2026, 11, 20), 12, date(2025, 11, 20)),
    (date(2026, 3, 31), 1, date(2026, 3, 1)),  # what was concluded on 28 February was due on 28 March
    (date(2026, 2, 28), 1, date(2026, 1, 28)),  # and of the 29th to the 31st of January today is the last day
    (date(2024, 2, 29), 12, date(2023, 3, 1)),
    (date(2025, 2, 28), 12, date(2024, 2, 28)),
    (date(2027, 1, 1), 12, date(2026, 1, 1)),
]


@pytest.mark.parametrize(("today", "months", "since"), SINCE)
def test_a_review_is_overdue_when_its_conclusion_is_older_than_the_interval(today: date, months: int, since: date):
    assert reviewed_since(today, interval_months=months) == since


@pytest.mark.parametrize("months", [1, 6, 12, 13])
def test_a_conclusion_is_old_exactly_when_its_day_the_interval_later_is_past(months: int):
    days = [date(2023, 1, 1) + timedelta(days=each) for each in range(3 * 365)]

    for today in days[-430:]:
        since = reviewed_since(today, interval_months=months)
        assert add_months(since, months) >= today > add_months(since - timedelta(days=1), months)


ENDS = [
    (24, None, OverdueReview.STOPS_BENEFIT, date(2028, 2, 28)),
    (24, 12, OverdueReview.HOLDS_PAYMENT, date(2028, 2, 28)),
    (24, 12, OverdueReview.TELLS, date(2028, 2, 28)),
    (24, 12, OverdueReview.STOPS_BENEFIT, date(2027, 3, 1)),  # 28 February is the last day of the review
    (12, 12, OverdueReview.STOPS_BENEFIT, date(2027, 2, 28)),
    (12, 24, OverdueReview.STOPS_BENEFIT, date(2027, 2, 28)),
]


@pytest.mark.parametrize(("validity", "interval", "consequence", "ends"), ENDS)
def test_a_conclusion_ends_with_its_validity_or_with_a_review_that_stops_the_benefit(
    validity: int, interval: int | None, consequence: OverdueReview, ends: date
):
    terms = replace(
        a_policy().entitlement,
        conclusion_validity_months=validity,
        review_interval_months=interval,
        overdue_review=consequence,
    )

    assert conclusion_ends(date(2026, 2, 28), terms=terms) == ends


MONTHS = [
    (date(2026, 1, 15), 2, date(2026, 3, 15)),
    (date(2026, 12, 31), 2, date(2027, 2, 28)),
    (date(2027, 12, 31), 2, date(2028, 2, 29)),
    (date(2026, 11, 30), 1, date(2026, 12, 30)),
    (date(2026, 5, 5), 0, date(2026, 5, 5)),
    (date(2026, 12, 1), 1, date(2027, 1, 1)),
]


@pytest.mark.parametrize(("day", "months", "later"), MONTHS)
def test_months_are_added_within_the_shorter_month(day: date, months: int, later: date):
    assert add_months(day, months) == later


FORMAL = [  # started, months, exam, formal on, counts from the next month
    (date(2026, 1, 15), 2, date(2026, 3, 10), date(2026, 3, 14), date(2026, 4, 1)),
    (date(2026, 1, 15), 2, date(2026, 3, 20), date(2026, 3, 20), date(2026, 4, 1)),
    (date(2026, 1, 15), 2, date(2026, 4, 1), date(2026, 4, 1), date(2026, 5, 1)),
    (date(2026, 2, 1), 2, date(2026, 3, 31), date(2026, 3, 31), date(2026, 4, 1)),
    (date(2026, 2, 2), 2, date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 1)),
    (date(2026, 2, 1), 2, None, date(2026, 3, 31), date(2026, 4, 1)),
    (date(2026, 2, 1), 0, None, date(2026, 2, 1), date(2026, 3, 1)),
]


@pytest.mark.parametrize(("started_on", "months", "exam_on", "formal_on", "counts"), FORMAL)
def test_a_family_carer_becomes_formal_after_training_and_exam(
    started_on: date, months: int, exam_on: date | None, formal_on: date, counts: date
):
    assert becomes_formal_on(started_on, months=months, exam_on=exam_on) == formal_on
    assert benefit_starts(formal_on, rule=StartRule.NEXT_MONTH) == counts


COMBINATIONS = (frozenset({AGENCY}), frozenset({AGENCY, FAMILY}))


@pytest.mark.parametrize(
    ("home_types", "is_allowed"),
    [((AGENCY,), True), ((FAMILY, AGENCY), True), ((FAMILY,), False), ((), False)],
)
def test_only_a_listed_combination_of_home_types_is_allowed(home_types: tuple[HomeType, ...], *, is_allowed: bool):
    assert is_allowed_combination(home_types, combinations=COMBINATIONS) is is_allowed


JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))
FEBRUARY = Period(date(2026, 2, 1), date(2026, 3, 1))
SPRING = Period(date(2026, 3, 1))

OVERLAPS = [
    (JANUARY, JANUARY, True),
    (JANUARY, FEBRUARY, False),
    (JANUARY, Period(date(2026, 1, 31)), True),
    (SPRING, FEBRUARY, False),
    (SPRING, Period(date(2025, 1, 1)), True),
    (JANUARY, Period(date(2026, 1, 5), date(2026, 1, 5)), False),
]


@pytest.mark.parametrize(("one", "other", "is_shared"), OVERLAPS)
def test_periods_overlap_when_they_share_a_day(one: Period, other: Period, *, is_shared: bool):
    assert overlaps(one, other) is is_shared
    assert overlaps(other, one) is is_shared


@pytest.mark.parametrize(
    ("valid_to", "than", "is_later"),
    [
        (date(2026, 2, 1), None, False),
        (date(2026, 2, 1), date(2026, 2, 1), False),
        (date(2026, 1, 31), date(2026, 2, 1), False),
        (date(2026, 2, 2), date(2026, 2, 1), True),
    ],
)
def test_nothing_ends_later_than_an_open_right(valid_to: date, than: date | None, *, is_later: bool):
    assert ends_later(valid_to, than=than) is is_later


SUPPORT = [
    (date(2026, 1, 5), [], date(2026, 1, 5)),
    (date(2026, 1, 5), [FEBRUARY], date(2026, 1, 5)),
    (date(2026, 1, 5), [JANUARY], date(2026, 2, 1)),
    (date(2026, 1, 5), [FEBRUARY, JANUARY], date(2026, 3, 1)),
    (date(2026, 1, 5), [JANUARY, SPRING], date(2026, 2, 1)),
    (date(2026, 1, 5), [JANUARY, SPRING, FEBRUARY], None),
    (date(2026, 2, 1), [JANUARY], date(2026, 2, 1)),
]


@pytest.mark.parametrize(("day", "spans", "until"), SUPPORT)
def test_a_task_is_supported_as_long_as_one_span_follows_another(day: date, spans: list[Period], until: date | None):
    assert supported_until(day, spans=spans) == until


ONE, TWO = uuid4(), uuid4()
LATE = [(ONE, Period(date(2026, 1, 20))), (TWO, Period(date(2026, 1, 25)))]
HELD = [
    ([], JANUARY, 0),
    ([(ONE, JANUARY)], JANUARY, 1),
    ([(ONE, JANUARY), (ONE, JANUARY)], JANUARY, 1),
    ([(ONE, JANUARY), (TWO, FEBRUARY)], Period(date(2026, 1, 1)), 1),
    ([(ONE, Period(date(2026, 1, 20))), (TWO, Period(date(2026, 1, 25)))], Period(date(2026, 1, 1)), 2),
    (
        [(ONE, Period(date(2026, 1, 20))), (TWO, Period(date(2026, 1, 25)))],
        Period(date(2026, 1, 1), date(2026, 1, 25)),
        1,
    ),
    ([(ONE, Period(date(2025, 1, 1))), (TWO, Period(date(2026, 1, 25)))], Period(date(2026, 1, 1)), 2),
    ([(ONE, SPRING), (TWO, SPRING)], JANUARY, 0),
]


@pytest.mark.parametrize(("held", "within", "most"), HELD)
def test_a_caseload_is_the_most_clients_on_one_day(held: list[tuple[UUID, Period]], within: Period, most: int):
    assert most_clients(held, within=within) == most


@pytest.mark.parametrize(
    ("result", "holder", "checked_by", "expected"),
    [
        (NameCheck.MATCHED, "陈玉兰", 2, None),
        (NameCheck.MATCHED, "陈玉兰", 1, CheckRefusal.SAME_PERSON),
        (NameCheck.MATCHED, "赵敏儿", 2, CheckRefusal.HOLDER_DIFFERS),
        (NameCheck.MATCHED, "赵敏儿", 1, CheckRefusal.SAME_PERSON),
        (NameCheck.MISMATCHED, "赵敏儿", 2, None),
        (NameCheck.MISMATCHED, "陈玉兰", 2, None),  # the bank may know better
        (NameCheck.MISMATCHED, "陈玉兰", 1, CheckRefusal.SAME_PERSON),
        (NameCheck.UNCHECKED, "赵敏儿", 1, None),
    ],
)
def test_a_name_check_is_made_by_a_second_person_and_matches_the_payee_only(result, holder, checked_by, expected):
    found = judge_name_check(result, holder=holder, payee="陈玉兰", set_by=UUID(int=1), checked_by=UUID(int=checked_by))

    assert found is expected


TODAY, YESTERDAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 19), date(2026, 11, 21)
IN_TRANSITION = {"uncertified_until": TOMORROW}
ONLY_EARLIER = IN_TRANSITION | {"uncertified_employed_before": True}


@pytest.mark.parametrize(
    ("terms", "employed_since", "may"),
    [
        ({"certificate_required": False}, None, True),
        ({}, YESTERDAY, False),
        ({"uncertified_until": TODAY}, YESTERDAY, False),
        (IN_TRANSITION, None, True),
        (ONLY_EARLIER | {"home_care_began_on": TODAY}, YESTERDAY, True),
        (ONLY_EARLIER | {"home_care_began_on": TODAY}, TODAY, False),
        (ONLY_EARLIER | {"home_care_began_on": TODAY}, None, False),
        (ONLY_EARLIER, date(2000, 1, 1), False),
        (ONLY_EARLIER | {"home_care_began_on": TODAY, "uncertified_until": TODAY}, YESTERDAY, False),
    ],
)
def test_who_has_no_certificate_works_only_where_and_while_policy_lets_him(terms, employed_since, may):
    assert may_work_uncertified(carer_terms(**terms), on=TODAY, employed_since=employed_since) is may


@pytest.mark.parametrize(
    ("level", "counts", "found"),
    [
        ("2", CaseloadCount.SEVERELY_DISABLED, False),
        ("3", CaseloadCount.SEVERELY_DISABLED, True),
        ("5", CaseloadCount.SEVERELY_DISABLED, True),
        ("重度Ⅱ级", CaseloadCount.SEVERELY_DISABLED, True),
        ("2", CaseloadCount.ALL_CLIENTS, True),
    ],
)
def test_a_caseload_counts_the_severely_disabled_or_everybody(level, counts, found):
    assert counts_to_caseload(level, terms=carer_terms(caseload_counts=counts)) is found


LABOUR, SERVICE, TEMPORARY = ContractKind.LABOUR, ContractKind.SERVICE, ContractKind.TEMPORARY
SOCIAL, LIABILITY = InsuranceKind.SOCIAL, InsuranceKind.LIABILITY


@pytest.mark.parametrize(
    ("social", "liability", "contract", "asked"),
    [
        (True, None, LABOUR, {SOCIAL}),
        (True, None, SERVICE, set()),
        (True, LiabilityInsurance.REQUIRED, LABOUR, {SOCIAL, LIABILITY}),
        (True, LiabilityInsurance.REQUIRED, TEMPORARY, {LIABILITY}),
        (True, LiabilityInsurance.OPTIONAL, TEMPORARY, set()),
        (False, None, LABOUR, set()),
    ],
)
def test_policy_says_by_contract_what_an_agency_insures(social, liability, contract, asked):
    terms = a_policy(agency={"social_insurance_required": social, "liability_insurance": liability}).agency

    assert insurances_asked(terms, contract=contract) == asked
