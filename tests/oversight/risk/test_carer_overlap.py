"""One carer at two visits at once."""

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk.carer_overlap import RULE
from tests.oversight.months import Month, V, find, found

CASES = [
    ("touching visits do not overlap", [V(1, 1, 1, 0, 60), V(2, 1, 2, 60, 120)], set()),
    ("a late tap of four minutes is no second place", [V(1, 1, 1, 0, 64), V(2, 1, 2, 60, 120)], set()),
    ("five minutes are", [V(1, 1, 1, 0, 65), V(2, 1, 2, 60, 120)], {1, 2}),
    ("of another carer they are not", [V(1, 1, 1, 0, 65), V(2, 2, 2, 60, 120)], set()),
    ("at the same client they are", [V(1, 1, 1, 0, 65), V(2, 1, 1, 60, 120)], {1, 2}),
    ("one within another", [V(1, 1, 1, 0, 120), V(2, 1, 2, 30, 60), V(3, 1, 3, 90, 130)], {1, 2, 3}),
    ("a short one within another is shorter than five minutes", [V(1, 1, 1, 0, 60), V(2, 1, 2, 30, 34)], set()),
    ("the same time twice", [V(1, 1, 1, 0, 60), V(2, 1, 2, 0, 60)], {1, 2}),
    ("not the one between", [V(1, 1, 1, 0, 60), V(2, 1, 2, 55, 100), V(3, 1, 3, 100, 160)], {1, 2}),
    ("one without an end", [V(1, 1, 1, 0, None), V(2, 1, 2, 0, 60)], set()),
    ("past one that is over", [V(1, 1, 1, 0, 200), V(2, 1, 2, 10, 20), V(3, 1, 3, 100, 160)], {1, 2, 3}),
]


@pytest.mark.parametrize(("visits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_visits_at_once_are_found(tianjin: Session, visits: list[V], expected: set[int]):
    assert found(tianjin, RULE, Month(visits)) == expected


def test_a_finding_is_about_the_person_and_names_what_overlaps(tianjin: Session):
    one, other = find(tianjin, RULE, Month([V(1, 7, 1, 0, 75), V(2, 7, 2, 60, 120)]))

    assert (one.subject_id.int, one.fact_id.int) == (7, 1)
    assert one.facts == {"minutes": 15, "overlaps": [str(other.fact_id)]}
