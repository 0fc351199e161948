"""What a visit costs and who pays it: prices, rounding, limits just met and gone over, and what names a list."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from app.claims.rules import (
    digest_of,
    may_confirm,
    price_of,
    split,
    split_all,
    sum_extras,
    tells_share,
    totals_of,
)
from app.claims.types import Extra, FeeLine, FeeState, Rules, Split, Work
from app.policies.codes import HomeType, ItemCategory
from app.policies.entry_codes import LimitPeriod
from app.policies.entry_terms import HomeLimit
from app.policies.oversight_codes import PricedStaff, PriceUnit
from app.policies.oversight_terms import Price, SettlementTerms
from tests.checkin.terms import a_policy

HOURLY = Price(PriceUnit.HOUR, None, None, None, 6500)
BY_VISIT = Price(PriceUnit.VISIT, None, None, None, 5000)
NURSING = Price(PriceUnit.HOUR, None, None, PricedStaff.NURSE, 8000)
BY_CARER = replace(HOURLY, staff=PricedStaff.CARER)
CLINICAL = Price(PriceUnit.VISIT, None, ItemCategory.CLINICAL_CARE, None, 9000)
BATHING = Price(PriceUnit.VISIT, "bath", None, None, 7000)
FRIDAY, SATURDAY, MONDAY, NEXT_MONDAY = (date(2026, 11, day) for day in (27, 28, 23, 30))
DECEMBER = date(2026, 12, 1)  # of the week that begins on the last day of November
OCTOBER = date(2026, 10, 31)


def a_work(minutes: int = 60, *, on: date = FRIDAY, number: int = 1, **changed: object) -> Work:
    return replace(Work(UUID(int=number), on, minutes), **changed)


def a_limit(period: LimitPeriod = LimitPeriod.MONTH, *, share: str | None = "0.75", **most: int) -> HomeLimit:
    limits = {"visits": None, "minutes": None, "limit_fen": None} | most
    fund_share = None if share is None else Decimal(share)
    return HomeLimit(HomeType.AGENCY_CARE, None, None, None, period, fund_share=fund_share, **limits)


def some_rules(*limits: HomeLimit, prices: tuple[Price, ...] = (HOURLY,), is_told: bool = True) -> Rules:
    return Rules(prices, limits, tells_share=is_told)


@pytest.mark.parametrize(
    ("work", "prices", "fen"),
    [
        (a_work(60), [HOURLY], 6500),
        (a_work(55), [HOURLY], 5958),  # 5958.33
        (a_work(57), [replace(HOURLY, amount_fen=6510)], 6185),  # 6184.5: a half goes up
        (a_work(1), [replace(HOURLY, amount_fen=29)], 0),  # 0.48
        (a_work(1), [replace(HOURLY, amount_fen=30)], 1),  # 0.5
        (a_work(55), [BY_VISIT], 5000),
        (a_work(0), [BY_VISIT], 0),
        (a_work(0), [HOURLY], 0),
        (a_work(0), [], None),
        (a_work(60), [], None),
        (a_work(60), [NURSING], None),
        (a_work(60), [BY_CARER], 6500),
        (a_work(60, is_by_nurse=True), [BY_CARER], None),
        (a_work(60, is_by_nurse=True), [NURSING, HOURLY], 8000),
        (a_work(60), [NURSING, HOURLY], 6500),
        (a_work(60, item_codes=frozenset({"bath"})), [BATHING, HOURLY], 7000),
        (a_work(60, item_codes=frozenset({"nails"})), [BATHING, HOURLY], 6500),
        (a_work(60, categories=frozenset({"clinical_care"})), [CLINICAL, HOURLY], 9000),
        (a_work(60, categories=frozenset({"clinical_care"})), [HOURLY, CLINICAL], 6500),  # the first that fits
        (a_work(60, categories=frozenset({"basic_life_care"})), [CLINICAL], None),
    ],
)
def test_a_visit_costs_what_the_first_price_that_fits_says(work: Work, prices: list[Price], fen: int | None):
    assert price_of(work, prices) == fen


WEEKLY = a_limit(LimitPeriod.WEEK, visits=3, minutes=180)
MONTHLY = a_limit(limit_fen=20_000)


@pytest.mark.parametrize(
    ("total", "limits", "taken", "found"),
    [
        # no limit, only a share; the half fen of the fund goes up, and the person pays the rest
        (6500, [a_limit(share="0.9")], [], Split(6500, 5850, 650, 0)),
        (6501, [a_limit(share="0.5")], [], Split(6501, 3251, 3250, 0)),
        (1, [a_limit(share="0.5")], [], Split(1, 1, 0, 0)),
        (6500, [a_limit(share="1")], [], Split(6500, 6500, 0, 0)),
        (6500, [a_limit(share="0", visits=9)], [], Split(6500, 0, 6500, 0)),
        # a limit of fen: met exactly, one fen over, used up by others, of another month
        (6500, [MONTHLY], [(MONDAY, 60, 13_500)], Split(6500, 4875, 1625, 0)),
        (6500, [MONTHLY], [(MONDAY, 60, 13_501)], Split(6500, 4874, 1626, 1)),
        (6500, [MONTHLY], [(MONDAY, 60, 19_999)], Split(6500, 1, 6499, 6499)),
        (6500, [MONTHLY], [(MONDAY, 60, 20_000)], Split(6500, 0, 6500, 6500)),
        (6500, [MONTHLY], [(MONDAY, 60, 30_000)], Split(6500, 0, 6500, 6500)),
        (6500, [MONTHLY], [(OCTOBER, 60, 20_000)], Split(6500, 4875, 1625, 0)),
        # limits of visits and minutes: met exactly, one more, one minute more
        (6500, [WEEKLY], [(MONDAY, 60, 6500)] * 2, Split(6500, 4875, 1625, 0)),
        (6500, [WEEKLY], [(MONDAY, 60, 6500)] * 3, Split(6500, 0, 6500, 6500)),
        (6500, [WEEKLY], [(MONDAY, 120, 6500)], Split(6500, 4875, 1625, 0)),
        (6500, [WEEKLY], [(MONDAY, 121, 6500)], Split(6500, 0, 6500, 6500)),
        # both kinds: the nearer one decides
        (
            6500,
            [a_limit(LimitPeriod.WEEK, visits=3, share=None), MONTHLY],
            [(MONDAY, 60, 18_000)],
            Split(6500, 1500, 5000, 4500),
        ),
        # what is not known is not told: price, share, two shares, a price before it, a deductible or yearly limit
        (None, [MONTHLY], [], Split()),
        (6500, [], [], Split(6500)),
        (6500, [a_limit(share=None, visits=3)], [], Split(6500)),
        (6500, [a_limit(share="0.9"), MONTHLY], [], Split(6500)),
        (6500, [MONTHLY], [(MONDAY, 60, None)], Split(6500)),
        (6500, [WEEKLY], [(MONDAY, 60, None)] * 2, Split(6500, 4875, 1625, 0)),
        (
            6500,
            [a_limit(share=None, visits=1)],
            [(FRIDAY, 60, None)],
            Split(6500, 0, 6500, 6500),
        ),
        (0, [], [], Split(0, 0, 0, 0)),
    ],
)
def test_fund_and_person_share_what_lies_within_the_limits(total, limits, taken, found):
    assert split(a_work(), total, rules=some_rules(*limits), taken=taken) == found
    if found.fund_fen is not None:
        assert found.fund_fen + found.personal_fen == total
        assert found.over_fen <= found.personal_fen


def test_where_a_deductible_or_a_yearly_limit_decides_too_no_share_is_told():
    terms: SettlementTerms = a_policy().settlement

    assert tells_share(terms)
    assert not tells_share(replace(terms, deductible_fen=1))
    assert not tells_share(replace(terms, yearly_limit_fen=1))
    assert split(a_work(), 6500, rules=some_rules(MONTHLY, is_told=False), taken=[]) == Split(6500)


def fund_of(*works: tuple[Work, Rules]) -> list[int | None]:
    return [each.fund_fen for each in split_all(works).values()]


def on_days(*days: date) -> list[Work]:
    return [a_work(on=day, number=number) for number, day in enumerate(days, start=1)]


@pytest.mark.parametrize(
    ("days", "limit", "fund"),
    [
        # a week that crosses months: what came on Monday in November counts on Tuesday in December
        ([NEXT_MONDAY, DECEMBER], a_limit(LimitPeriod.WEEK, visits=1), [4875, 0]),
        ([SATURDAY, NEXT_MONDAY, DECEMBER], a_limit(LimitPeriod.WEEK, visits=2), [4875, 4875, 4875]),
        # a month's limit begins anew with the month, in the midst of that week
        ([NEXT_MONDAY, DECEMBER], a_limit(limit_fen=6500), [4875, 4875]),
        ([FRIDAY, NEXT_MONDAY, DECEMBER], a_limit(limit_fen=6500), [4875, 0, 4875]),
        ([FRIDAY, FRIDAY], a_limit(limit_fen=6500), [4875, 0]),
        ([NEXT_MONDAY, DECEMBER], a_limit(LimitPeriod.YEAR, limit_fen=6500), [4875, 0]),
    ],
)
def test_what_came_before_uses_up_the_limits_of_its_own_periods(days: list[date], limit: HomeLimit, fund: list[int]):
    assert fund_of(*((work, some_rules(limit)) for work in on_days(*days))) == fund


def test_a_change_of_mode_in_mid_month_keeps_what_was_used_before_it():
    both, alone = a_limit(limit_fen=11_000), a_limit(limit_fen=21_000)
    first, second, third = on_days(MONDAY, FRIDAY, SATURDAY)

    found = split_all([(first, some_rules(both)), (second, some_rules(both)), (third, some_rules(alone))])

    assert [each.over_fen for each in found.values()] == [0, 2000, 0]
    assert [
        each.over_fen for each in split_all((work, some_rules(both)) for work in (first, second, third)).values()
    ] == [
        0,
        2000,
        6500,
    ]


def test_each_visit_has_the_price_and_the_share_of_its_own_day():
    old, new = some_rules(a_limit(share="0.75")), some_rules(a_limit(share="0.9"), prices=(BY_VISIT,))
    first, second = on_days(MONDAY, FRIDAY)

    assert list(split_all([(first, old), (second, new)]).values()) == [
        Split(6500, 4875, 1625, 0),
        Split(5000, 4500, 500, 0),
    ]


def a_line(number: int = 1, state: FeeState = FeeState.ACCEPTED, **changed: object) -> FeeLine:
    split_ = Split(6500, 4875, 1625, 0) if state is FeeState.ACCEPTED else Split()
    extra = 0 if state is FeeState.ACCEPTED else None
    return replace(FeeLine(UUID(int=number), FRIDAY, None, 60, state, split_, (), extra), **changed)


HAIRCUT = Extra("hair", "理发", 3000)


def test_only_accepted_visits_cost_anything():
    lines = [
        a_line(1, extras=(HAIRCUT,), extra_fen=3000),
        a_line(2),
        a_line(3, FeeState.IN_REVIEW),
        a_line(4, FeeState.REFUSED),
    ]

    totals = totals_of(lines)

    assert (totals.accepted, totals.in_review, totals.minutes) == (2, 1, 120)
    assert (totals.split, totals.extra_fen) == (Split(13_000, 9750, 3250, 0), 3000)
    assert may_confirm(totals)


@pytest.mark.parametrize(
    "lines",
    [[], [a_line(1, FeeState.IN_REVIEW)], [a_line(1, FeeState.REFUSED)], [a_line(1), a_line(2, split=Split(6500))]],
)
def test_a_share_that_is_not_known_cannot_be_confirmed(lines: list[FeeLine]):
    assert not may_confirm(totals_of(lines))


def test_an_amount_that_is_not_known_makes_the_sum_unknown_and_no_other():
    totals = totals_of([a_line(1), a_line(2, split=Split(6500), extra_fen=None)])

    assert (totals.split, totals.extra_fen) == (Split(13_000, None, None, None), None)


@pytest.mark.parametrize(("prices", "fen"), [([], 0), ([3000], 3000), ([3000, 500], 3500), ([3000, None], None)])
def test_extras_cost_what_was_told_before(prices: list[int | None], fen: int | None):
    assert sum_extras(Extra("hair", None, price) for price in prices) == fen


CLIENT, NOVEMBER = UUID(int=9), date(2026, 11, 1)
LINES = [a_line(1, extras=(HAIRCUT,)), a_line(2)]


@pytest.mark.parametrize(
    ("lines", "is_same"),
    [
        ([*LINES, a_line(3, FeeState.IN_REVIEW), a_line(4, FeeState.REFUSED)], True),
        ([a_line(1, extras=(replace(HAIRCUT, name="剪头发"),)), a_line(2)], True),
        ([*LINES, a_line(3)], False),
        ([a_line(1, extras=(replace(HAIRCUT, price_fen=3001),)), a_line(2)], False),
        ([a_line(1), a_line(2)], False),
        ([LINES[0], a_line(2, minutes=59)], False),
        ([LINES[0], a_line(2, split=Split(6500, 4874, 1626, 1))], False),
        ([LINES[0], a_line(2, FeeState.REFUSED)], False),
    ],
)
def test_a_digest_names_what_is_accepted_and_what_it_costs(lines: list[FeeLine], is_same: bool):
    assert (digest_of(CLIENT, NOVEMBER, lines) == digest_of(CLIENT, NOVEMBER, LINES)) is is_same


def test_a_digest_is_of_one_client_and_month():
    assert (
        len({digest_of(CLIENT, NOVEMBER, []), digest_of(CLIENT, DECEMBER, []), digest_of(UUID(int=8), NOVEMBER, [])})
        == 3
    )
