"""Visits that are alike to the minute."""

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk.identical_patterns import RULE
from tests.oversight.months import Month, V, find, found

ITEMS = (77, 3, 0)


def alike(count: int, *, first: int = 1, carer: int = 1, client: int = 1) -> list[V]:
    """Visits begun two minutes after eight and ended at nine, on days from the first on."""
    return [V(first + n, carer, client, 2, 60, day=first + n, plan=0, items=ITEMS) for n in range(count)]


def other(id: int, **changed: object) -> V:
    return V(
        **{"id": id, "carer": 1, "client": 1, "begin": 2, "end": 60, "day": id, "plan": 0, "items": ITEMS} | changed
    )


CASES = [
    ("eight alike", alike(8), set(range(1, 9))),
    ("seven are too few", alike(7), set()),
    ("eight of ten", [*alike(8), other(9, begin=5), other(10, end=66)], set(range(1, 9))),
    ("eight of eleven", [*alike(8), other(9, begin=5), other(10, end=66), other(11, end=67)], set()),
    ("other items are not alike", [*alike(7), other(8, items=(78, 3, 0)), other(9, items=(79, 3, 0))], set()),
    ("unplanned ones have no minute after the plan", [*alike(7), other(8, plan=None)], set()),
    ("at two clients seven each", [*alike(7), *alike(7, first=8, client=2)], set()),
]


@pytest.mark.parametrize(("visits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_visits_alike_are_found(tianjin: Session, visits: list[V], expected: set[int]):
    assert found(tianjin, RULE, Month(visits)) == expected


def test_a_finding_tells_in_what_they_are_alike(tianjin: Session):
    hit = find(tianjin, RULE, Month(alike(8)))[0]

    assert hit.facts == {"minutes_after_plan": 2, "minutes": 58, "alike": 8, "visits": 8}
