"""More carers at a client at once than were planned."""

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk.client_overlap import RULE
from tests.oversight.months import Month, V, found

CASES = [
    ("nine minutes of handing over", [V(1, 1, 1, 0, 69), V(2, 2, 1, 60, 120)], set()),
    ("ten minutes", [V(1, 1, 1, 0, 70), V(2, 2, 1, 60, 120)], {1, 2}),
    ("at different clients", [V(1, 1, 1, 0, 60), V(2, 2, 2, 0, 60)], set()),
    ("a team that was planned", [V(1, 1, 1, 0, 60), V(2, 2, 1, 0, 60, slot=2)], set()),
    ("two slots planned for other hours", [V(1, 1, 1, 0, 60), V(2, 2, 1, 0, 60, slot=2, plan=120)], {1, 2}),
    ("a second one that nobody planned", [V(1, 1, 1, 0, 60), V(2, 2, 1, 0, 60, slot=2, plan=None)], {1, 2}),
    ("one carer in both slots", [V(1, 1, 1, 0, 60), V(2, 1, 1, 0, 60, slot=2)], {1, 2}),
]


@pytest.mark.parametrize(("visits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_carers_at_once_beyond_the_plan_are_found(tianjin: Session, visits: list[V], expected: set[int]):
    assert found(tianjin, RULE, Month(visits)) == expected
