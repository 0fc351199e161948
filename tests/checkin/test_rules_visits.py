"""What taps and items come to: payable minutes, deviations from the plan, what is told at the door."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.careplans.types import CatalogueItem, PlannedItem, StaffKind
from app.checkin.rules.grading import severity_of
from app.checkin.rules.visits import (
    compare_findings,
    door_exceptions,
    extra_time,
    find_deviations,
    is_statable,
    moved_by,
    newest_outcomes,
    payable_minutes,
    proven_later,
    span_of,
    taps_of_visit,
)
from app.checkin.types import (
    EventKind,
    ExceptionCode,
    Found,
    ItemOutcome,
    LoggedItem,
    OpenException,
    Rights,
    Severity,
    Verdict,
    VisitTap,
)
from app.policies.codes import ItemCategory
from app.schedules.types import VisitSource, VisitState, VisitView
from tests.checkin.terms import a_policy

BEGAN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
POLICY = a_policy()
ALL_WELL = Rights(certified=True, employed=True, assigned=True, entitled=True, away=False, planned_care=True)


def worked(minutes, *, planned=HOUR, extra=0, policy=POLICY):
    return payable_minutes(
        began_at=BEGAN,
        ended_at=BEGAN + minutes * MINUTE,
        planned=planned,
        extra=extra * MINUTE,
        clock=policy.clock,
        visit=policy.visit,
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


@pytest.mark.parametrize(
    ("minutes", "extra", "payable", "told"),
    [
        (75, 15, 60, ()),
        (75, 16, 59, ()),
        (60, 6, 54, ()),
        (60, 7, 53, (ExceptionCode.SHORT,)),
        (20, 30, 0, (ExceptionCode.SHORT,)),
        (180, 120, 60, ()),
        (181, 150, 31, (ExceptionCode.SHORT, ExceptionCode.OVER_LONG)),
    ],
)
def test_minutes_of_extras_are_never_payable_and_do_not_stand_for_planned_ones(minutes, extra, payable, told):
    result = worked(minutes, extra=extra)

    assert (result.minutes, tuple(each.code for each in result.exceptions)) == (payable, told)
    uncapped = replace(POLICY, visit=replace(POLICY.visit, capped_at_planned=False))
    assert worked(minutes, extra=extra, policy=uncapped).minutes == max(minutes - extra, 0)


def test_policy_may_pay_more_than_planned_but_never_more_than_the_longest_visit():
    uncapped = replace(POLICY, visit=replace(POLICY.visit, capped_at_planned=False))

    assert worked(75, policy=uncapped).minutes == 75
    assert worked(500, policy=uncapped).minutes == 180


def test_an_unscheduled_visit_has_no_plan_to_be_short_of():
    assert worked(20, planned=None).minutes == 20
    assert worked(20, planned=None).exceptions == ()


def minute(number: float | None) -> datetime | None:
    """So many minutes after a plan of 0 to 60 begins."""
    return None if number is None else BEGAN + number * MINUTE


@pytest.mark.parametrize(
    ("began", "ended", "plan", "span"),
    [
        (5, 55, (0, 60), (5, 55)),
        (55, 5, (0, 60), (55, 5)),  # swapped: told by the minutes
        (5, None, (0, 60), (5, 60)),
        (90, None, (0, 60), (90, 90)),
        (None, 50, (0, 60), (0, 50)),
        (None, -10, (0, 60), (-10, -10)),
        (5, None, (None, None), (5, 5)),
        (None, 5, (None, None), (5, 5)),
        (None, None, (0, 60), None),
    ],
)
def test_a_plan_stands_in_for_a_tap_but_gives_no_time_before_the_carer_came(began, ended, plan, span):
    lasted = span_of(
        began_at=minute(began), ended_at=minute(ended), planned_from=minute(plan[0]), planned_to=minute(plan[1])
    )

    assert lasted == (None if span is None else tuple(minute(each) for each in span))


@pytest.mark.parametrize(
    ("began", "ended", "stated"),
    [(0, 60, True), (0, 0, False), (60, 0, False), (0, 180, True), (0, 181, False), (10, 190, False)],
)
def test_a_person_states_some_time_that_is_over_and_no_longer_than_the_longest_visit(began, ended, stated):
    at = minute(181)

    assert is_statable(began_at=minute(began), ended_at=minute(ended), at=at, terms=POLICY.clock) is stated


IN, OUT = EventKind
INSIDE, UNCERTAIN, OUTSIDE, NOWHERE = Verdict.INSIDE, Verdict.UNCERTAIN, Verdict.OUTSIDE, Verdict.NO_POSITION


def taps(*told: tuple[EventKind, float, Verdict]) -> list[VisitTap]:
    return [VisitTap(UUID(int=at), kind, minute(number), verdict) for at, (kind, number, verdict) in enumerate(told)]


@pytest.mark.parametrize(
    ("number", "counts"), [(0, True), (60, True), (-30, True), (-31, False), (120, True), (121, False), (600, False)]
)
def test_a_tap_speaks_for_a_visit_while_it_lasts_and_in_the_window_around(number, counts):
    terms = replace(POLICY.clock, early_window=30 * MINUTE, late_window=HOUR)
    told = taps((IN, number, INSIDE))

    assert bool(taps_of_visit(told, began_at=minute(0), ended_at=minute(60), terms=terms)) is counts


@pytest.mark.parametrize(
    ("told", "proven"),
    [
        ([(IN, 0, NOWHERE), (IN, 2, INSIDE)], {0}),
        ([(IN, 0, UNCERTAIN), (IN, 1, NOWHERE), (IN, 2, INSIDE)], {0, 1}),
        ([(IN, 0, INSIDE), (IN, 2, NOWHERE)], set()),
        ([(IN, 0, NOWHERE), (OUT, 2, INSIDE)], set()),
        ([(IN, 0, NOWHERE), (IN, 2, UNCERTAIN)], set()),
        ([(IN, 0, NOWHERE), (IN, 30, INSIDE)], {0}),
        ([(IN, 0, NOWHERE), (IN, 31, INSIDE)], set()),
        ([(OUT, 60, UNCERTAIN), (OUT, 61, INSIDE)], {0}),
    ],
)
def test_a_second_try_at_the_same_end_proves_the_place_of_the_first(told, proven):
    terms = replace(POLICY.clock, late_window=30 * MINUTE)

    assert proven_later(taps(*told), terms=terms) == {UUID(int=each) for each in proven}


BATH = PlannedItem("bath", times_per_week=7, minutes=20)
NAILS = PlannedItem("nails", times_per_week=1, minutes=10)
CATALOGUE = {
    code: CatalogueItem(code, 1, code, ItemCategory.BASIC_LIFE_CARE, staff, 20)
    for code, staff in (("bath", (StaffKind.CARER,)), ("nails", (StaffKind.CARER,)), ("drip", (StaffKind.NURSE,)))
}
MISSING, BESIDE, STAFF, UNASKED = (
    ExceptionCode.ITEM_MISSING,
    ExceptionCode.ITEM_NOT_IN_PLAN,
    ExceptionCode.ITEM_NOT_FOR_STAFF,
    ExceptionCode.EXTRA_NOT_CONSENTED,
)
UNASKED_FOR = replace(POLICY.service, extra_consent_required=False)


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

    found = find_deviations([BATH, NAILS], items, catalogue=CATALOGUE, staff={StaffKind.CARER}, terms=UNASKED_FOR)

    assert sorted((each.code, each.details["item_code"]) for each in found) == sorted(told)


@pytest.mark.parametrize(
    ("staff", "told"),
    [
        ({StaffKind.CARER}, {STAFF, BESIDE}),
        ({StaffKind.CARER, StaffKind.NURSE}, {BESIDE}),
        ({StaffKind.FAMILY}, {STAFF, BESIDE}),
    ],
)
def test_an_item_is_for_whoever_is_of_one_of_its_kinds(staff, told):
    drip = LoggedItem("drip", ItemOutcome.DONE)

    found = find_deviations([], [drip], catalogue=CATALOGUE, staff=staff, terms=UNASKED_FOR)

    assert {each.code for each in found} == told


@pytest.mark.parametrize(
    ("code", "outcome", "consented", "planned", "told"),
    [
        ("hair", ItemOutcome.EXTRA, False, [NAILS], {BESIDE, UNASKED}),
        ("hair", ItemOutcome.EXTRA, True, [NAILS], {BESIDE}),
        ("hair", ItemOutcome.DONE, False, [NAILS], {BESIDE, UNASKED}),
        ("hair", ItemOutcome.DONE, True, [NAILS], {BESIDE}),
        ("hair", ItemOutcome.REFUSED, False, [NAILS], set()),
        ("hair", ItemOutcome.NOT_DONE, False, [NAILS], set()),
        ("nails", ItemOutcome.EXTRA, False, [NAILS], {UNASKED}),  # more of it than planned
        ("nails", ItemOutcome.EXTRA, True, [NAILS], set()),
        ("nails", ItemOutcome.DONE, False, [NAILS], set()),
        ("hair", ItemOutcome.DONE, False, [], {BESIDE}),  # without a plan nothing is extra but what is called so
        ("hair", ItemOutcome.EXTRA, False, [], {BESIDE, UNASKED}),
    ],
)
def test_an_extra_nobody_agreed_to_before_is_told_where_policy_asks_for_consent(
    code, outcome, consented, planned, told
):
    logged = [LoggedItem(code, outcome, consented=consented)]

    asked, unasked = (
        {each.code for each in find_deviations(planned, logged, catalogue={}, staff=set(), terms=terms)}
        for terms in (replace(UNASKED_FOR, extra_consent_required=True), UNASKED_FOR)
    )

    assert (asked, unasked) == (told, told - {UNASKED})
    assert severity_of(UNASKED) is Severity.ACKNOWLEDGE


@pytest.mark.parametrize(
    ("planned", "logged", "minutes"),
    [
        ([NAILS], [LoggedItem("nails", ItemOutcome.DONE, 10)], 0),
        ([NAILS], [LoggedItem("hair", ItemOutcome.EXTRA, 15)], 15),
        ([NAILS], [LoggedItem("hair", ItemOutcome.EXTRA, 15, consented=True)], 15),
        ([NAILS], [LoggedItem("hair", ItemOutcome.DONE, 15)], 15),
        ([NAILS], [LoggedItem("hair", ItemOutcome.REFUSED, 15)], 0),
        ([NAILS], [LoggedItem("nails", ItemOutcome.EXTRA, 5), LoggedItem("hair", ItemOutcome.EXTRA, 15)], 20),
        ([NAILS], [LoggedItem("bath", ItemOutcome.EXTRA)], 20),  # not told: the catalogue's
        ([NAILS], [LoggedItem("hair", ItemOutcome.EXTRA)], 0),  # nor known there
        ([], [LoggedItem("hair", ItemOutcome.DONE, 15)], 0),
        ([], [LoggedItem("hair", ItemOutcome.EXTRA, 15)], 15),
    ],
)
def test_extras_take_as_long_as_told_or_else_as_the_catalogue_says(planned, logged, minutes):
    assert extra_time(planned, logged, catalogue=CATALOGUE) == minutes * MINUTE


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


def a_visit(state: VisitState, *, began: bool, ended: bool) -> VisitView:
    id_ = UUID(int=1)
    begun, done = BEGAN if began else None, BEGAN + HOUR if ended else None
    planned = BEGAN, BEGAN + HOUR
    return VisitView(
        id_, id_, id_, id_, id_, 1, *planned, state, 3, begun, done, VisitSource.PLANNED, "120101", street_code=None
    )


@pytest.mark.parametrize(
    ("state", "minutes", "moves"),
    [
        (VisitState.BEGUN, 1, True),
        (VisitState.BEGUN, 0, False),
        (VisitState.BEGUN, -1, False),
        (VisitState.DONE, 1, False),
    ],
)
def test_a_beginning_that_was_taken_back_moves_on_while_the_visit_lasts(state: VisitState, minutes: int, moves: bool):
    visit, at = a_visit(state, began=True, ended=state is VisitState.DONE), BEGAN + minutes * MINUTE

    again = moved_by(EventKind.IN, visit, counted_at=at, taken_back=True)

    assert again == (replace(visit, began_at=at) if moves else None)


@pytest.mark.parametrize(
    ("state", "began", "ended", "by_in", "by_out"),
    [
        (VisitState.PLANNED, False, False, (VisitState.BEGUN, 4), (VisitState.DONE, 4)),
        (VisitState.MISSED, False, False, (VisitState.BEGUN, 4), (VisitState.DONE, 4)),
        (VisitState.ATTEMPTED, False, False, (VisitState.BEGUN, 4), (VisitState.DONE, 4)),
        (VisitState.BEGUN, True, False, None, (VisitState.DONE, 4)),
        (VisitState.DONE, False, True, (VisitState.DONE, 3), None),
        (VisitState.DONE, True, False, None, (VisitState.DONE, 3)),
        (VisitState.DONE, True, True, None, None),
        (VisitState.CANCELLED, False, False, None, None),
    ],
)
def test_a_tap_moves_a_visit_or_tells_the_end_that_lacked_or_changes_nothing(
    state: VisitState,
    began: bool,
    ended: bool,
    by_in: tuple[VisitState, int] | None,
    by_out: tuple[VisitState, int] | None,
):
    visit, at = a_visit(state, began=began, ended=ended), BEGAN + MINUTE

    came, left = (moved_by(kind, visit, counted_at=at) for kind in (EventKind.IN, EventKind.OUT))

    assert (came and (came.state, came.seq), left and (left.state, left.seq)) == (by_in, by_out)
    if came is not None:
        assert came == replace(visit, state=came.state, seq=came.seq, began_at=at)
    if left is not None:
        assert left == replace(visit, state=left.state, seq=left.seq, ended_at=at)
