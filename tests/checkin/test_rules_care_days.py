"""What a family carer's day is worth."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.checkin.days import DayClaim, DayEvent, DayItem
from app.checkin.rules.care_days import counted_entry, drawn_by, judge_care_day, standing_of
from app.checkin.types import DayStanding, EventKind, ExceptionCode, LocationSource, Severity, Verdict
from app.policies.codes import EvidenceGrade, GradeOutcome, ItemCategory, PositionWeight, Relation
from app.policies.service import load_book
from app.policies.types import Policy

DAY = date(2026, 11, 10)
TIANJIN = load_book().policy_for(region="tianjin", district=None, on=DAY)
BEGINS = datetime(2026, 11, 9, 16, tzinfo=UTC)  # midnight in Tianjin
ENDS = BEGINS + timedelta(days=1)
EVENING = ENDS - timedelta(hours=3)
CARER, CLIENT, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
IN, OUT = EventKind.IN, EventKind.OUT
INSIDE, OUTSIDE, UNCERTAIN, NOWHERE = Verdict.INSIDE, Verdict.OUTSIDE, Verdict.UNCERTAIN, Verdict.NO_POSITION
A, B, C, D = EvidenceGrade.A, EvidenceGrade.B, EvidenceGrade.C, EvidenceGrade.D
IGNORED, WITNESS, REQUIRED = PositionWeight.IGNORED, PositionWeight.WITNESS, PositionWeight.REQUIRED
PAYABLE, IN_REVIEW = DayStanding.PAYABLE, DayStanding.IN_REVIEW


def with_family(**values: Any) -> Policy:
    return replace(TIANJIN, family=replace(TIANJIN.family, **values))


def an_event(kind: EventKind = IN, verdict: Verdict = INSIDE, **more: Any) -> DayEvent:
    values = {
        "carer_id": CARER,
        "client_id": CLIENT,
        "day": DAY,
        "counted_at": EVENING - HOUR if kind is IN else EVENING,
        "received_at": EVENING,
        "source": LocationSource.WECHAT,
    } | more
    return DayEvent(id=UUID(int=100), kind=kind, verdict=verdict, **values)


BOTH = (an_event(IN), an_event(OUT))


def a_claim(**more: Any) -> DayClaim:
    values: dict[str, Any] = {
        "entered_at": EVENING,
        "is_assigned": True,
        "relation": Relation.SPOUSE,
        "events": BOTH,
        "items": (),
    }
    return DayClaim(carer_id=CARER, client_id=CLIENT, day=DAY, begins_at=BEGINS, ends_at=ENDS, **(values | more))


def codes(claim: DayClaim, policy: Policy = TIANJIN) -> list[ExceptionCode]:
    return [finding.code for finding in judge_care_day(claim, policy=policy).findings]


@pytest.mark.parametrize(
    ("events", "weight", "missed", "answered"),
    [
        (BOTH, WITNESS, A, A),
        ((an_event(IN, NOWHERE), an_event(OUT, NOWHERE)), WITNESS, B, A),
        ((an_event(IN, UNCERTAIN), an_event(OUT, NOWHERE)), REQUIRED, C, A),
        ((an_event(IN, OUTSIDE), an_event(OUT)), WITNESS, B, B),  # a tap elsewhere is not undone
        ((an_event(IN, NOWHERE),), WITNESS, C, C),
        ((), WITNESS, D, C),
        ((an_event(IN, NOWHERE), an_event(OUT, NOWHERE)), IGNORED, A, A),
    ],
)
def test_an_answered_prompt_is_a_witness_and_a_missed_one_takes_nothing(events, weight, missed, answered):
    policy = with_family(position_weight=weight)
    none, asked = (a_claim(events=events, prompt_answered=said) for said in (False, True))
    before, after = (judge_care_day(claim, policy=policy) for claim in (none, asked))

    assert (before.grade, after.grade) == (missed, answered)
    assert ("prompt" in before.witnesses, "prompt" in after.witnesses) == (False, True)
    assert {(each.code, each.severity) for each in after.findings if each.severity is Severity.MUST_FIX} <= {
        (each.code, each.severity) for each in before.findings
    }


def test_a_day_with_both_taps_at_home_is_payable_without_a_finding():
    judgement = judge_care_day(a_claim(), policy=TIANJIN)

    assert (judgement.grade, judgement.findings) == (A, ())
    assert judgement.witnesses == ("in", "out", "position")
    assert standing_of(judgement, policy=TIANJIN, is_drawn=True) is PAYABLE


LIMIT = TIANJIN.family.late_entry_until
AHEAD = TIANJIN.location.future_tolerance
ENTRIES = [
    (EVENING, []),
    (BEGINS, []),
    (BEGINS - AHEAD, []),
    (BEGINS - AHEAD - SECOND, [ExceptionCode.FUTURE_TIME]),
    (BEGINS - timedelta(days=400), [ExceptionCode.FUTURE_TIME]),
    (ENDS + LIMIT, []),
    (ENDS + LIMIT + SECOND, [ExceptionCode.LATE_ENTRY]),
    (ENDS + timedelta(days=400), [ExceptionCode.LATE_ENTRY]),
]


@pytest.mark.parametrize(("entered_at", "expected"), ENTRIES)
def test_a_day_is_entered_from_its_midnight_until_the_policys_hours_after_its_end(entered_at, expected):
    judgement = judge_care_day(a_claim(entered_at=entered_at), policy=TIANJIN)

    assert [finding.code for finding in judgement.findings] == expected
    assert standing_of(judgement, policy=TIANJIN, is_drawn=False) is (IN_REVIEW if expected else PAYABLE)


@pytest.mark.parametrize(("after", "is_late"), [(timedelta(0), False), (SECOND, True), (timedelta(days=20), True)])
def test_a_tap_that_comes_long_after_its_day_is_looked_into(after: timedelta, is_late: bool):
    received_at = ENDS + TIANJIN.clock.late_sync_after + after

    judgement = judge_care_day(a_claim(events=(an_event(IN), an_event(OUT, received_at=received_at))), policy=TIANJIN)

    assert [finding.code for finding in judgement.findings] == ([ExceptionCode.LATE_SYNC] if is_late else [])
    assert standing_of(judgement, policy=TIANJIN, is_drawn=False) is (IN_REVIEW if is_late else PAYABLE)


CLOCKS = [  # phone's time before ours, what counts
    (timedelta(0), "phone"),
    (-TIANJIN.location.future_tolerance, "phone"),
    (-TIANJIN.location.future_tolerance - SECOND, "ours"),
    (TIANJIN.clock.late_sync_after, "phone"),
    (TIANJIN.clock.late_sync_after + SECOND, "ours"),
    (timedelta(days=20000), "ours"),
]


@pytest.mark.parametrize(("behind", "counts"), CLOCKS)
def test_the_phones_clock_counts_while_it_can_be_believed(behind: timedelta, counts: str):
    occurred_at = EVENING - behind

    entered_at = counted_entry(occurred_at=occurred_at, received_at=EVENING, policy=TIANJIN)

    assert entered_at == (occurred_at if counts == "phone" else EVENING)


@pytest.mark.parametrize(
    ("is_assigned", "relation", "expected"),
    [
        (True, Relation.CHILD_IN_LAW, []),
        (True, None, []),
        (True, Relation.NEIGHBOUR, [ExceptionCode.NOT_ASSIGNED]),
        (False, None, [ExceptionCode.NOT_ASSIGNED]),
    ],
)
def test_the_carer_is_assigned_in_a_relation_the_region_allows(is_assigned, relation, expected):
    claim = a_claim(is_assigned=is_assigned, relation=relation)

    assert codes(claim) == expected


@pytest.mark.parametrize(
    ("died_on", "expected"),
    [(None, []), (DAY + timedelta(days=1), []), (DAY, []), (DAY - timedelta(days=1), [ExceptionCode.CLIENT_DIED])],
)
def test_care_after_the_day_of_death_is_told_and_held(died_on, expected):
    judgement = judge_care_day(a_claim(died_on=died_on), policy=TIANJIN)

    assert [finding.code for finding in judgement.findings] == expected
    assert standing_of(judgement, policy=TIANJIN, is_drawn=False) is (IN_REVIEW if expected else PAYABLE)


GRADES = [  # events, weight, asked a day, grade
    (BOTH, WITNESS, 2, A),
    ((an_event(IN), an_event(OUT, NOWHERE)), WITNESS, 2, A),
    ((an_event(IN, NOWHERE), an_event(OUT, UNCERTAIN)), WITNESS, 2, B),
    ((an_event(IN), an_event(OUT, OUTSIDE)), WITNESS, 2, B),
    ((an_event(IN),), WITNESS, 2, C),
    ((an_event(OUT),), WITNESS, 2, C),
    ((), WITNESS, 2, D),
    ((an_event(IN),), WITNESS, 1, A),
    ((an_event(OUT),), WITNESS, 1, C),
    ((an_event(IN, OUTSIDE), an_event(OUT, OUTSIDE)), IGNORED, 2, A),
    (BOTH, REQUIRED, 2, A),
    ((an_event(IN, NOWHERE), an_event(OUT, NOWHERE)), REQUIRED, 2, C),
]


@pytest.mark.parametrize(("events", "weight", "asked", "expected"), GRADES)
def test_a_day_is_graded_by_its_taps_and_what_positions_are_worth(events, weight, asked, expected):
    policy = with_family(position_weight=weight, clock_events_per_day=asked)

    assert judge_care_day(a_claim(events=events), policy=policy).grade is expected


@pytest.mark.parametrize(
    ("apart", "grade", "expected"),
    [
        (HOUR, A, []),
        (SECOND, A, []),
        (timedelta(milliseconds=999), C, [ExceptionCode.SWAPPED]),
        (timedelta(0), C, [ExceptionCode.SWAPPED]),
        (-HOUR, C, [ExceptionCode.SWAPPED]),
    ],
)
def test_an_out_that_is_not_after_the_in_witnesses_nothing_and_holds_the_day(apart, grade, expected):
    events = (an_event(IN, counted_at=EVENING), an_event(OUT, counted_at=EVENING + apart))

    judgement = judge_care_day(a_claim(events=events), policy=TIANJIN)

    assert (judgement.grade, [finding.code for finding in judgement.findings]) == (grade, expected)
    assert standing_of(judgement, policy=TIANJIN, is_drawn=False) is (IN_REVIEW if expected else PAYABLE)


def test_what_was_found_about_a_taps_time_is_told_of_its_day_and_holds_nothing():
    found = (ExceptionCode.CLOCK_SKEW, ExceptionCode.LATE_SYNC)

    judgement = judge_care_day(a_claim(events=(an_event(IN, clock_found=found), an_event(OUT))), policy=TIANJIN)

    assert [finding.code for finding in judgement.findings] == list(found)
    assert standing_of(judgement, policy=TIANJIN, is_drawn=False) is PAYABLE


FOREIGN = [{"carer_id": OTHER}, {"client_id": OTHER}, {"client_id": None}, {"day": date(2026, 11, 9)}]


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_tap_of_another_carer_client_or_day_is_no_witness(foreign: dict[str, Any]):
    claim = a_claim(events=(an_event(IN, **foreign), an_event(OUT)))

    judgement = judge_care_day(claim, policy=TIANJIN)

    assert judgement.grade is C
    assert [finding.code for finding in judgement.findings] == [ExceptionCode.NO_CLOCK_IN]


def test_a_day_beside_one_that_waits_or_was_refused_waits_however_well_it_is_proven():
    judgement = judge_care_day(a_claim(doubted_id=OTHER), policy=TIANJIN)

    assert (judgement.grade, [finding.code for finding in judgement.findings]) == (A, [ExceptionCode.SECOND_CARE_DAY])
    assert standing_of(judgement, policy=TIANJIN, is_drawn=False) is IN_REVIEW


def test_the_sample_falls_on_carer_client_and_day():
    key = {"client_id": CLIENT, "carer_id": CARER, "day": DAY}
    others = ({"client_id": OTHER}, {"carer_id": OTHER}, {"day": DAY + timedelta(days=1)})

    assert drawn_by(**key) == drawn_by(**key)
    assert len({drawn_by(**key), *(drawn_by(**(key | other)) for other in others)}) == 4


def test_missing_taps_are_named_and_an_out_only_where_it_is_asked():
    claim = a_claim(events=())

    assert codes(claim) == [ExceptionCode.NO_CLOCK_IN, ExceptionCode.NO_CLOCK_OUT]
    assert codes(claim, with_family(clock_events_per_day=1)) == [ExceptionCode.NO_CLOCK_IN]


POSITIONS = [  # verdicts of in and out, weight, codes, standing
    ((OUTSIDE, OUTSIDE), WITNESS, [ExceptionCode.OUTSIDE_FENCE], PAYABLE),
    ((INSIDE, NOWHERE), WITNESS, [ExceptionCode.NO_LOCATION], PAYABLE),
    ((OUTSIDE, NOWHERE), WITNESS, [ExceptionCode.OUTSIDE_FENCE, ExceptionCode.NO_LOCATION], PAYABLE),
    ((OUTSIDE, OUTSIDE), IGNORED, [], PAYABLE),
    ((OUTSIDE, OUTSIDE), REQUIRED, [ExceptionCode.OUTSIDE_FENCE], IN_REVIEW),
    ((INSIDE, NOWHERE), REQUIRED, [ExceptionCode.NO_LOCATION], PAYABLE),
]


@pytest.mark.parametrize(("verdicts", "weight", "expected", "standing"), POSITIONS)
def test_positions_are_told_once_and_hold_a_day_only_where_one_is_required(verdicts, weight, expected, standing):
    policy = with_family(position_weight=weight)
    claim = a_claim(events=(an_event(IN, verdicts[0]), an_event(OUT, verdicts[1])))

    judgement = judge_care_day(claim, policy=policy)

    assert [finding.code for finding in judgement.findings] == expected
    assert standing_of(judgement, policy=policy, is_drawn=False) is standing


def test_a_simulated_position_is_marked():
    claim = a_claim(events=(an_event(IN, source=LocationSource.SIMULATED), an_event(OUT)))

    assert codes(claim) == [ExceptionCode.SIMULATED_LOCATION]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (DayItem("wash", ItemCategory.BASIC_LIFE_CARE, is_for_family=True), []),
        (DayItem("turn", ItemCategory.BASIC_LIFE_CARE, is_for_family=False), ["turn"]),
        (DayItem("inject", ItemCategory.CLINICAL_CARE, is_for_family=True), ["inject"]),
        (DayItem("nothing", None, is_for_family=False), ["nothing"]),
    ],
)
def test_an_item_that_is_not_a_family_carers_is_told_and_holds_nothing(item: DayItem, expected: list[str]):
    judgement = judge_care_day(a_claim(items=(item,)), policy=TIANJIN)

    assert [finding.details["item_code"] for finding in judgement.findings] == expected
    assert standing_of(judgement, policy=TIANJIN, is_drawn=False) is PAYABLE


OUTCOMES = [
    (GradeOutcome.PAYS, False, PAYABLE),
    (GradeOutcome.PAYS, True, PAYABLE),
    (GradeOutcome.PAYS_SAMPLED, False, PAYABLE),
    (GradeOutcome.PAYS_SAMPLED, True, IN_REVIEW),
    (GradeOutcome.AGENCY_REVIEW, False, IN_REVIEW),
    (GradeOutcome.OPERATOR_REVIEW, False, IN_REVIEW),
]


@pytest.mark.parametrize(("outcome", "is_drawn", "expected"), OUTCOMES)
def test_the_policys_outcome_of_the_grade_decides(outcome: GradeOutcome, is_drawn: bool, expected: DayStanding):
    policy = replace(TIANJIN, grading=replace(TIANJIN.grading, a_outcome=outcome))

    assert standing_of(judge_care_day(a_claim(), policy=policy), policy=policy, is_drawn=is_drawn) is expected


def test_something_to_be_fixed_holds_even_the_best_proven_day():
    judgement = judge_care_day(a_claim(is_assigned=False), policy=TIANJIN)

    assert judgement.grade is A
    assert [finding.severity for finding in judgement.findings] == [Severity.MUST_FIX]
    assert standing_of(judgement, policy=TIANJIN, is_drawn=False) is IN_REVIEW


PHONES = [
    ((), False, A, []),
    ((ExceptionCode.NEW_DEVICE,), True, B, [(ExceptionCode.NEW_DEVICE, Severity.ACKNOWLEDGE)]),
    ((ExceptionCode.DEVICE_OF_OTHER,), True, B, [(ExceptionCode.DEVICE_OF_OTHER, Severity.MUST_FIX)]),
    ((ExceptionCode.TAG_ELSEWHERE,), False, A, [(ExceptionCode.TAG_ELSEWHERE, Severity.MUST_FIX)]),
]


@pytest.mark.parametrize(("found", "is_doubted", "graded", "told"), PHONES)
def test_a_phone_not_confirmed_costs_a_day_one_grade_and_is_told_once(found, is_doubted, graded, told):
    events = (an_event(IN, found=found, is_doubted=is_doubted), an_event(OUT, found=found, is_doubted=is_doubted))

    judgement = judge_care_day(a_claim(events=events), policy=TIANJIN)

    assert judgement.grade is graded
    assert [(finding.code, finding.severity) for finding in judgement.findings] == told
