"""What taps and items come to: payable minutes, deviations from the plan, what is told at the door."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.careplans.types import CatalogueItem, PlannedItem, StaffKind
from app.checkin.rules.visits import (
    compare_findings,
    door_exceptions,
    find_deviations,
    newest_outcomes,
    payable_minutes,
)
from app.checkin.types import ExceptionCode, Found, ItemOutcome, LoggedItem, OpenException, Rights, Severity
from app.policies.codes import ItemCategory
from tests.checkin.terms import a_policy

BEGAN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
POLICY = a_policy()
ALL_WELL = Rights(certified=True, employed=True, assigned=True, entitled=True, away=False, planned_care=True)


def worked(minutes, *, planned=HOUR, policy=POLICY):
    return payable_minutes(
        began_at=BEGAN, ended_at=BEGAN + minutes * MINUTE, planned=planned, clock=policy.clock, visit=policy.visit
    )


@pytest.mark.parametrize(
    ("minutes", "payable", "told"),
    [
        (60, 60, ()),
        (54, 54, ()),
        (53.99, 53, (ExceptionCode.SHORT,)),
        (0, 0, (ExceptionCode.SHORT,)),
        (75, 60, ()),
        (180, 60, ()),
        (181, 60, (ExceptionCode.OVER_LONG,)),
        (-60, 60, (ExceptionCode.SWAPPED,)),
        (-10, 10, (ExceptionCode.SWAPPED, ExceptionCode.SHORT)),
    ],
)
def test_minutes_are_those_worked_and_at_most_those_planned(minutes, payable, told):
    result = worked(minutes)

    assert (result.minutes, tuple(each.code for each in result.exceptions)) == (payable, told)
    assert result.began_at <= result.ended_at


def test_policy_may_pay_more_than_planned_but_never_more_than_the_longest_visit():
    uncapped = replace(POLICY, visit=replace(POLICY.visit, capped_at_planned=False))

    assert worked(75, policy=uncapped).minutes == 75
    assert worked(500, policy=uncapped).minutes == 180


def test_an_unscheduled_visit_has_no_plan_to_be_short_of():
    assert worked(20, planned=None).minutes == 20
    assert worked(20, planned=None).exceptions == ()


BATH = PlannedItem("bath", times_per_week=7, minutes=20)
NAILS = PlannedItem("nails", times_per_week=1, minutes=10)
CATALOGUE = {
    code: CatalogueItem(code, 1, code, ItemCategory.BASIC_LIFE_CARE, staff, 20)
    for code, staff in (("bath", (StaffKind.CARER,)), ("nails", (StaffKind.CARER,)), ("drip", (StaffKind.NURSE,)))
}
MISSING, BESIDE, STAFF = (
    ExceptionCode.ITEM_MISSING,
    ExceptionCode.ITEM_NOT_IN_PLAN,
    ExceptionCode.ITEM_NOT_FOR_STAFF,
)


@pytest.mark.parametrize(
    ("logged", "told"),
    [
        ([("bath", ItemOutcome.DONE)], []),
        ([("bath", ItemOutcome.REFUSED)], []),
        ([], [(MISSING, "bath")]),
        ([("bath", ItemOutcome.NOT_DONE)], [(MISSING, "bath")]),
        ([("bath", ItemOutcome.DONE), ("nails", ItemOutcome.NOT_DONE)], [(MISSING, "nails")]),
        ([("bath", ItemOutcome.DONE), ("nails", ItemOutcome.DONE)], []),
        ([("bath", ItemOutcome.DONE), ("hair", ItemOutcome.EXTRA)], [(BESIDE, "hair")]),
        ([("bath", ItemOutcome.DONE), ("hair", ItemOutcome.REFUSED)], []),
        ([("bath", ItemOutcome.DONE), ("drip", ItemOutcome.DONE)], [(STAFF, "drip"), (BESIDE, "drip")]),
    ],
)
def test_items_are_compared_with_the_plan(logged, told):
    items = [LoggedItem(code, outcome) for code, outcome in logged]

    found = find_deviations([BATH, NAILS], items, catalogue=CATALOGUE, staff=StaffKind.CARER)

    assert sorted((each.code, each.details["item_code"]) for each in found) == sorted(told)


def test_of_an_item_logged_twice_the_last_counts():
    first, last = LoggedItem("bath", ItemOutcome.NOT_DONE), LoggedItem("bath", ItemOutcome.DONE)

    assert newest_outcomes([first, last]) == (last,)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"certified": False}, ExceptionCode.CERTIFICATE_EXPIRED),
        ({"employed": False}, ExceptionCode.NOT_EMPLOYED),
        ({"assigned": False}, ExceptionCode.NOT_ASSIGNED),
        ({"entitled": False}, ExceptionCode.NOT_ENTITLED),
        ({"away": True}, ExceptionCode.IN_HOSPITAL),
        ({"planned_care": False}, ExceptionCode.PLAN_MISSING),
        ({"died": True}, ExceptionCode.CLIENT_DIED),
    ],
)
def test_what_forbids_planning_is_told_at_the_door(changed, code):
    assert door_exceptions(replace(ALL_WELL, **changed)) == (code,)
    assert door_exceptions(ALL_WELL) == ()


def test_findings_that_stay_are_left_alone_others_end_or_are_new():
    def known(number: int, code: ExceptionCode, **details: object) -> OpenException:
        return OpenException(UUID(int=number), code, Severity.MUST_FIX, details)

    stays = known(1, ExceptionCode.ITEM_MISSING, item_code="bath")
    other = known(2, ExceptionCode.ITEM_MISSING, item_code="hair")
    shorter = known(3, ExceptionCode.SHORT, minutes=20, planned_minutes=60)
    now = (
        Found(ExceptionCode.ITEM_MISSING, {"item_code": "bath"}),
        Found(ExceptionCode.SHORT, {"minutes": 30, "planned_minutes": 60}),
    )

    assert compare_findings([stays, other, shorter], now) == ((other.id, shorter.id), now[1:])
    assert compare_findings([], now) == ((), now)
    assert compare_findings([stays], ()) == ((stays.id,), ())
