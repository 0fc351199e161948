"""A phone at the same metre for weeks."""

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk.constant_position import RULE
from tests.oversight.months import Month, V, find, found


def daily(*, days: int = 15, off: object = 7, **changed: object) -> list[V]:
    """A visit each day; `off` may be what a day gives."""
    each = off if callable(off) else lambda _: off
    return [V(day, 1, 1, 0, 60, day=day, off=each(day), **changed) for day in range(1, days + 1)]


def at_another_home(days: int) -> list[V]:
    """As many visits with fixes as they are."""
    return [V(100 + day, 1, 2, 120, 180, day=day, off=day) for day in range(1, days + 1)]


CASES = [
    ("the same metre for fifteen days", daily(), set(range(1, 16))),
    ("a metre more each day", daily(off=lambda day: day), set()),
    ("no position at all is none", daily(off=None), set()),
    ("for two weeks but a day", daily(days=14), set()),
    ("nine of ten, the rest elsewhere", daily(days=20, off=lambda day: 7 if day > 2 else day), set(range(3, 21))),
    ("eight of ten", daily(days=20, off=lambda day: 7 if day > 4 else day), set()),
    ("nine taps are too few", [*daily(days=8), V(15, 1, 1, 0, 60, day=15, off=7)], set()),
    ("at one of two homes", [*daily(), *at_another_home(15)], set(range(1, 16))),
    ("at less than half of the visits", [*daily(), *at_another_home(16)], set()),
    ("another accuracy half of the time", [*daily(days=8), *daily(days=15, accuracy=30)[8:]], set()),
]


@pytest.mark.parametrize(("visits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_constant_positions_are_found(tianjin: Session, visits: list[V], expected: set[int]):
    assert found(tianjin, RULE, Month(visits)) == expected


def test_a_finding_counts_one_tap_of_a_visit(tianjin: Session):
    hit = find(tianjin, RULE, Month(daily()))[0]

    assert hit.facts == {"distance_m": 7, "accuracy_m": 20, "alike": 15, "taps": 15}
