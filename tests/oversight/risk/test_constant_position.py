"""A phone at the same metre for weeks."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk.constant_position import RULE, is_constant
from tests.oversight.months import Month, V, find, found

FIRST = date(2026, 11, 1)
BOUNDS = [
    ("ten of ten in two weeks", 10, 10, 14, True),
    ("nine of ten", 10, 9, 14, True),
    ("eight of ten", 10, 8, 14, False),
    ("nine taps are too few", 9, 9, 14, False),
    ("thirteen days are too short", 10, 10, 13, False),
]


@pytest.mark.parametrize(("taps", "alike", "days", "expected"), [case[1:] for case in BOUNDS])
def test_equal_positions_are_judged_by_number_and_time(taps: int, alike: int, days: int, expected: bool):
    assert is_constant(taps=taps, alike=alike, first=FIRST, last=FIRST + timedelta(days=days)) is expected


def daily(*, days: int = 15, off: object = 7, **changed: object) -> list[V]:
    """A visit each day; `off` may be what a day gives."""
    each = off if callable(off) else lambda _: off
    return [V(day, 1, 1, 0, 60, day=day, off=each(day), **changed) for day in range(1, days + 1)]


CASES = [
    ("the same metre for fifteen days", daily(), set(range(1, 16))),
    ("a metre more each day", daily(off=lambda day: day), set()),
    ("no position at all is none", daily(off=None), set()),
    ("for two weeks but a day", daily(days=14), set()),
    ("another accuracy half of the time", [*daily(days=8), *daily(days=15, accuracy=30)[8:]], set()),
]


@pytest.mark.parametrize(("visits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_constant_positions_are_found(tianjin: Session, visits: list[V], expected: set[int]):
    assert found(tianjin, RULE, Month(visits)) == expected


def test_a_finding_counts_one_tap_of_a_visit(tianjin: Session):
    hit = find(tianjin, RULE, Month(daily()))[0]

    assert hit.facts == {"distance_m": 7, "accuracy_m": 20, "alike": 15, "taps": 15}
