"""What of the records of a phone is stored together, and in which rounds taps are taken."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest

from app.checkin.sync import RecordKind, SyncRecord, grouped, parted, rounds
from tests.schedules.factories import NOW

MINUTE = timedelta(minutes=1)
KINDS = {
    "in": RecordKind.CLOCK_IN,
    "out": RecordKind.CLOCK_OUT,
    "item": RecordKind.ITEM,
    "checks": RecordKind.CHECKS,
    "word": RecordKind.CONFIRMATION,
    "try": RecordKind.ATTEMPT,
    "help": RecordKind.HELP_CALL,
}


def told(text: str) -> list[SyncRecord]:
    """Records a minute apart, each as "kind visit", without a visit as "kind"."""
    return [
        SyncRecord(
            place,
            KINDS[kind],
            UUID(int=int(visit)) if visit else None,
            SimpleNamespace(occurred_at=NOW + place * MINUTE),
        )
        for place, (kind, _, visit) in enumerate(each.partition(" ") for each in text.split(", "))
    ]


def places(groups: list[list[SyncRecord]]) -> list[list[int]]:
    return [[record.place for record in group] for group in groups]


@pytest.mark.parametrize(
    ("records", "groups"),
    [
        ("in 1", [[0]]),
        ("in 1, item 1, out 1", [[1], [0, 2]]),
        ("out 1, in 1, in 2, out 2", [[1, 0, 2, 3]]),
        ("in 1, in 2, out 2, word 2, out 1", [[0, 4], [1, 2, 3]]),
        ("help, in 1, checks 1, in 2, try 3, help", [[2], [1, 3], [0], [4], [5]]),
        ("word 1", [[0]]),
    ],
)
def test_what_is_told_beside_taps_goes_first_then_all_taps_then_the_rest(records: str, groups: list[list[int]]):
    assert places(grouped(told(records))) == groups


@pytest.mark.parametrize(
    ("taps", "found"),
    [
        ("in 1", [[0]]),
        ("in 1, out 1, in 2, out 2", [[0, 2], [1, 3]]),
        ("in 1, in 1, out 1, in 2, out 2", [[0, 3], [1], [2, 4]]),
        ("out 1, out 1, in 2", [[2], [0], [1]]),
    ],
)
def test_a_round_has_one_tap_of_a_visit_and_all_clock_ins_go_before_the_outs(taps: str, found: list[list[int]]):
    assert places(rounds(told(taps))) == found


def test_taps_that_cannot_be_taken_together_are_taken_visit_by_visit():
    (group,) = grouped(told("in 1, in 2, out 1"))

    parts = parted(group)

    assert places(parts) == [[0, 2], [1]]
    assert places(parted(parts[0])) == [[0], [2]]
