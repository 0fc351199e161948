"""Visits to the dead."""

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk.service_after_death import RULE
from tests.oversight.months import Month, V, find, found

VISITS = [V(day, 1, 1, 0, None if day == 5 else 60, day=day) for day in range(1, 6)]
CASES = [
    ("not on the day itself", [(1, 3)], {4, 5}),
    ("died the month before", [(1, -5)], {1, 2, 3, 4, 5}),
    ("died later", [(1, 5)], set()),
    ("somebody else", [(2, 1)], set()),
]


@pytest.mark.parametrize(("died", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_visits_after_the_day_of_death_are_found(tianjin: Session, died: list, expected: set[int]):
    assert found(tianjin, RULE, Month(VISITS, died=died)) == expected


@pytest.mark.parametrize(("died", "expected"), [([(1, 3)], {14, 15}), ([(1, 5)], set()), ([(2, 1)], set())])
def test_care_days_after_the_day_of_death_are_found(tianjin: Session, died: list, expected: set[int]):
    days = [(10 + day, 1, day) for day in range(1, 6)]

    assert found(tianjin, RULE, Month([], died=died, care_days=days)) == expected


def test_a_finding_tells_how_long_after(tianjin: Session):
    assert [hit.facts for hit in find(tianjin, RULE, Month(VISITS, died=[(1, 3)]))] == [
        {"days_after": 1},
        {"days_after": 2},
    ]
