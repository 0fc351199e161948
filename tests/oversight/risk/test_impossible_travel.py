"""Who cannot have come that far."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk.impossible_travel import RULE, is_impossible
from tests.oversight.months import Month, V, find, found

SPEEDS = [
    ("one and a half kilometres in no time: the grace", 1500, 0, 0, False),
    ("a metre more", 1501, 0, 0, True),
    ("left after he came", 1501, -30, 0, True),
    ("the accuracy of the fixes is allowed for", 1600, 0, 100, False),
    ("but no more than that", 1601, 0, 100, True),
    ("nine kilometres in five minutes", 9_000, 5, 0, False),
    ("more than that", 9_001, 5, 0, True),
]


@pytest.mark.parametrize(("metres", "minutes", "slack", "expected"), [case[1:] for case in SPEEDS])
def test_a_journey_is_judged_by_its_speed(metres: int, minutes: int, slack: int, expected: bool):
    assert is_impossible(metres, gap=timedelta(minutes=minutes), slack_m=slack) is expected


HOMES = {1: 0.0, 2: 10.0, 3: 0.5}
CASES = [
    ("ten kilometres in two minutes", [V(1, 1, 1, 0, 60), V(2, 1, 2, 62, 120)], {1, 2}),
    ("in half an hour", [V(1, 1, 1, 0, 60), V(2, 1, 2, 90, 150)], set()),
    ("two carers", [V(1, 1, 1, 0, 60), V(2, 2, 2, 62, 120)], set()),
    ("round the corner", [V(1, 1, 1, 0, 60), V(2, 1, 3, 60, 120)], set()),
    ("the same client again", [V(1, 1, 1, 0, 60), V(2, 1, 1, 60, 120)], set()),
    ("no home is known", [V(1, 1, 1, 0, 60), V(2, 1, 4, 60, 120)], set()),
    ("a wrong address: the phone was nine kilometres off", [V(1, 1, 1, 0, 60), V(2, 1, 2, 62, 120, off=9000)], set()),
    ("a fix exact to kilometres", [V(1, 1, 1, 0, 60, accuracy=5000), V(2, 1, 2, 62, 120, accuracy=3000)], set()),
    ("without any position", [V(1, 1, 1, 0, 60, off=None, accuracy=None), V(2, 1, 2, 62, 120, off=None)], {1, 2}),
    ("the next morning", [V(1, 1, 1, 0, 60), V(2, 1, 2, 0, 60, day=3)], set()),
    ("there and back", [V(1, 1, 1, 0, 60), V(2, 1, 2, 61, 100), V(3, 1, 1, 101, 160)], {1, 2, 3}),
]


@pytest.mark.parametrize(("visits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_both_ends_of_a_journey_that_cannot_have_been_are_found(tianjin: Session, visits: list[V], expected: set[int]):
    assert found(tianjin, RULE, Month(visits, homes=HOMES)) == expected


def test_a_finding_tells_distance_time_and_what_was_allowed(tianjin: Session):
    one, other = find(tianjin, RULE, Month(CASES[0][1], homes=HOMES))

    assert 9_950 <= one.facts["metres"] <= 10_050
    assert (one.facts["minutes"], one.facts["slack_m"]) == (2, 60)
    assert (one.facts["next_fact_id"], other.facts["last_fact_id"]) == (str(other.fact_id), str(one.fact_id))
