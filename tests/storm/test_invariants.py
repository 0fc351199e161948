"""What a storm is watched for: of each wrong one case that is seen, beside a good one of which nothing is said."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql import Range

from tests.storm.held import Held
from tests.storm.invariants import find_broken, find_differences, find_unsettled
from tests.storm.script import Made

AT = datetime(2026, 11, 19, 0, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FIX = {"latitude": 39.1, "longitude": 117.2, "system": "wgs84", "accuracy_m": 9, "fixed_at": AT.isoformat()}
PLACE = {"point": "39.1,117.2", "system": "wgs84", "accuracy_m": 9, "fixed_at": AT}
Change = Callable[[Held], Held]


def a_tap(tap_id: str, kind: str, at: datetime, **more: Any) -> dict[str, Any]:
    tap = {"id": tap_id, "kind": kind, "visit_id": "v", "claimed_visit_id": None, "client_id": "client"}
    tap |= {"carer_id": "carer", "occurred_at": at, "counted_at": at, "verdict": "inside", "location_source": "wechat"}
    return tap | more


def a_record(record_id: str = "r", **more: Any) -> dict[str, Any]:
    ends = {"clock_in_id": "in", "clock_out_id": "out", "minutes": 60, "service_on": date(2026, 11, 19)}
    return {"id": record_id, "visit_id": "v", **ends, **more}


def payable(visit_id: str = "v", record_id: str = "r", **more: Any) -> dict[str, Any]:
    whose = {"carer_id": "carer", "client_id": "client", "slot": 1, "during": Range(AT, AT + HOUR)}
    return {"visit_id": visit_id, "record_id": record_id, **whose, **more}


def an_item(**more: Any) -> dict[str, Any]:
    told = {"item_code": "bath", "outcome": "done", "minutes": 20, "consented": False}
    return {"id": "item", "visit_id": "v", "occurred_at": AT, **told, **more}


def found(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "severity": "acknowledge", "details": {}, **more}


GOOD = Held(
    taps={"in": a_tap("in", "in", AT), "out": a_tap("out", "out", AT + HOUR)},
    positions={"in": PLACE, "out": PLACE},
    items={"item": an_item()},
    checks={},
    words={},
    attempts={},
    care_days={},
    visits={"v": {"id": "v", "state": "done", "source": "planned", "began_at": AT, "ended_at": AT + HOUR}},
    records={"v": [a_record()]},
    grades={"v": [{"grade": "B"}]},
    exceptions={},
    waiting=frozenset(),
    subjects=frozenset({"v"}),
    payable=[payable()],
    payable_days={},
)
MADE = {
    "in": Made("in", "clock_in", "v", {"occurred_at": AT.isoformat(), "fix": FIX}, AT),
    "out": Made("out", "clock_out", "v", {"occurred_at": (AT + HOUR).isoformat(), "fix": FIX}, AT),
    "item": Made("item", "item", "v", {"occurred_at": AT.isoformat(), **an_item(occurred_at=AT.isoformat())}, AT),
}


def with_row(table: str, row: dict[str, Any]) -> Change:
    return lambda held: replace(held, **{table: {**getattr(held, table), row["id"]: row}})


def without(table: str, row_id: str) -> Change:
    def leave_out(held: Held) -> Held:
        return replace(held, **{table: {key: row for key, row in getattr(held, table).items() if key != row_id}})

    return leave_out


def changed(**parts: Any) -> Change:
    return lambda held: replace(held, **parts)


def visit(**more: Any) -> Change:
    return with_row("visits", {**GOOD.visits["v"], **more})


ANOTHER = [payable(), payable("w", "s", during=Range(AT + 59 * MINUTE, AT + 2 * HOUR))]
BEHIND = [payable(), payable("w", "s", during=Range(AT + HOUR, AT + 2 * HOUR))]
BROKEN: dict[str, tuple[Change, str]] = {
    "lost": (without("items", "item"), "item was accepted and is not held"),
    "altered": (with_row("items", an_item(minutes=21)), "item was sent as"),
    "moved": (with_row("positions", {**PLACE, "id": "in", "point": "39.2,117.2"}), "in was sent as"),
    "foreign": (with_row("items", an_item(id="x")), "x was made by no phone"),
    "kept without its kind": (with_row("taps", a_tap("in", "out", AT)), "in was sent as"),
    "stray, and nobody looks": (
        with_row("taps", a_tap("in", "in", AT, visit_id=None, client_id=None)),
        "in is of no visit and no client, and waits for nobody",
    ),
    "no position": (without("positions", "in"), "in and its position are not both held"),
    "position alone": (with_row("positions", {**PLACE, "id": "x"}), "position x belongs to nothing"),
    "moved without its tap": (without("taps", "out"), "visit v is done, knows ['in', 'out'] and has taps ['in']"),
    "tap that moved nothing": (visit(state="planned", began_at=None, ended_at=None), "visit v is planned"),
    "over without a record": (changed(records={}), "visit v is over and has no record"),
    "record without its tap": (changed(records={"v": [a_record(clock_in_id=None)]}), "record r names None"),
    "record of another's tap": (changed(records={"v": [a_record(clock_in_id="out")]}), "record r names out"),
    "two records": (changed(records={"v": [a_record(), a_record("s")]}), "visit v has 2 records that count"),
    "paid twice": (changed(payable=[payable(), payable(during=Range(empty=True))]), "visit v is paid 2 times"),
    "paid by an old record": (changed(payable=[payable(record_id="old")]), "visit v is paid by a record that does not"),
    "a day paid twice": (
        changed(payable_days={each: {"client_id": "c", "day": AT.date()} for each in "ab"}),
        "c's 2026-11-19 is paid 2 times",
    ),
    "no grade": (changed(grades={}), "fact v has no subject or no grade"),
    "no subject": (changed(subjects=frozenset()), "fact v has no subject or no grade"),
    "nobody looks": (changed(payable=[]), "fact v is neither paid nor waits"),
    "paid and waits": (changed(waiting=frozenset({"v"})), "fact v is paid and waits"),
    "paid unseen": (visit(source="unscheduled"), "visit v was planned by nobody and is paid unseen"),
    "paid for the same time": (changed(payable=ANOTHER), "visits v and w are paid for the same time"),
}


@pytest.mark.parametrize("wrong", BROKEN)
def test_each_wrong_is_seen(wrong: str):
    change, sentence = BROKEN[wrong]

    broken = find_broken(change(GOOD), made=MADE, accepted=MADE)

    assert any(each.startswith(sentence) for each in broken), broken


def test_of_what_is_right_nothing_is_said():
    second = {"id": "d", "client_id": "c", "occurred_at": AT, "day": date(2026, 11, 19), "items": []}
    day = changed(
        care_days={"d": {**second, "in_event_id": None, "out_event_id": None}},
        exceptions={"d": [found("second_care_day")]},
        grades={**GOOD.grades, "d": [{"grade": "D"}]},
        subjects=frozenset({"v", "d"}),
    )
    told = {"occurred_at": AT.isoformat(), "client_id": "c", "day": "2026-11-19", "items": []}
    made = Made("d", "care_day", None, told, AT)

    assert find_broken(GOOD, made=MADE, accepted=MADE) == []
    assert find_broken(day(GOOD), made=MADE | {"d": made}, accepted=MADE) == []
    after = changed(payable=BEHIND)(GOOD)
    assert not any("same time" in each for each in find_broken(after, made=MADE, accepted=MADE))
    assert find_unsettled(made=MADE, accepted=MADE, refused={}) == []


@pytest.mark.parametrize(
    ("accepted", "refused", "said"),
    [
        ({"in", "out"}, {}, "item item was never answered"),
        ({"in", "out"}, {"item": 409}, "item item was refused with 409"),
        ({"in", "out", "item", "bad"}, {}, "item bad is unreadable and was accepted"),
        ({"in", "out", "item"}, {"bad": 422}, None),
    ],
)
def test_each_record_needs_its_right_answer(accepted: set[str], refused: dict[str, int], said: str | None):
    bad = {"bad": replace(MADE["item"], id="bad", is_broken=True)}
    made = MADE | bad if "bad" in accepted | refused.keys() else MADE

    assert find_unsettled(made=made, accepted=accepted, refused=refused) == ([said] if said else [])


LATER = {"v": {**GOOD.visits["v"], "ended_at": AT + HOUR + 4 * MINUTE}}
DIFFERENT: dict[str, tuple[Change, bool]] = {
    "a verdict": (with_row("taps", a_tap("in", "in", AT, verdict="outside")), True),
    "a tap's visit": (with_row("taps", a_tap("in", "in", AT, visit_id=None)), True),
    "a state": (visit(state="begun"), True),
    "a grade": (changed(grades={"v": [{"grade": "B"}, {"grade": "C"}]}), True),
    "an exception": (changed(exceptions={"v": [found("no_location")]}), True),
    "one of arrival": (changed(exceptions={"v": [found("late_sync")]}), False),
    "paid or not": (changed(payable=[]), True),
    "paid or not, for who came first": (changed(payable=[], exceptions={"v": [found("overlap")]}), False),
    "paid or not, since it came late": (
        changed(payable=[], exceptions={"v": [found("late_entry", severity="must_fix")]}),
        False,
    ),
    "times": (changed(visits=LATER), True),
    "times by a little": (visit(ended_at=AT + HOUR + 3 * MINUTE), False),
    "minutes": (changed(records={"v": [a_record(minutes=50)]}), True),
    "a record less": (changed(records={}), True),
}


@pytest.mark.parametrize("difference", DIFFERENT)
def test_what_a_storm_changed_is_seen_and_what_speaks_of_arrival_is_not(difference: str):
    change, is_told = DIFFERENT[difference]

    assert bool(find_differences(change(GOOD), GOOD)) == is_told
    assert bool(find_differences(GOOD, change(GOOD))) == is_told


def test_a_visit_nobody_planned_is_known_by_its_taps_whatever_its_id():
    def unplanned(visit_id: str, *more: str) -> Held:
        taps = {tap["id"]: tap | {"visit_id": visit_id} for tap in GOOD.taps.values()}
        taps |= {each: a_tap(each, "in", AT, visit_id=each) for each in more}
        row = {**GOOD.visits["v"], "source": "unscheduled"}
        return replace(GOOD, taps=taps, visits={visit_id: {**row, "id": visit_id}}, records={}, grades={}, payable=[])

    assert find_differences(unplanned("in"), unplanned("out")) == []
    assert find_differences(unplanned("in"), replace(unplanned("out"), grades={"out": [{"grade": "C"}]})) != []
    crowded = replace(unplanned("out", "x"), grades={"out": [{"grade": "C"}]})
    assert find_differences(unplanned("in", "x"), crowded) == []
