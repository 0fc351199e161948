"""One phone at two homes at once."""

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk.shared_device import RULE
from tests.oversight.months import Month, V, find, found

PHONE, OTHER = 100, 101
# The phone's owner is 1: three visits of his are tapped on it.
OWNER = [V(1, 1, 1, 0, 60, phone=PHONE), V(2, 1, 1, 90, 150, phone=PHONE), V(3, 1, 1, 0, 60, day=3, phone=PHONE)]
TAPPED = V(4, 2, 2, 10, 70, phone=PHONE)
HOMES = {1: 0.0, 2: 3.0, 3: 0.1}
CASES = [
    ("taps for another who is elsewhere", [TAPPED], {4}),
    ("and for his other visits of that day", [TAPPED, V(5, 2, 2, 200, 260, phone=PHONE)], {4, 5}),
    ("not on another day", [TAPPED, V(5, 2, 2, 0, 60, day=4, phone=PHONE)], {4}),
    ("a couple hands it over", [V(4, 2, 2, 160, 220, phone=PHONE)], set()),
    ("two carers in one home", [V(4, 2, 1, 0, 60, phone=PHONE)], set()),
    ("two carers next door", [V(4, 2, 3, 0, 60, phone=PHONE)], set()),
    ("a home that nobody knows is not next door", [V(4, 2, 9, 0, 60, phone=PHONE)], {4}),
    ("four minutes", [V(4, 2, 2, 56, 89, phone=PHONE)], set()),
    ("on his own phone", [V(4, 2, 2, 0, 60, phone=OTHER)], set()),
    ("on no phone", [V(4, 2, 2, 0, 60)], set()),
    ("for two others", [V(4, 2, 2, 0, 60, phone=PHONE), V(5, 3, 2, 0, 60, phone=PHONE)], {4, 5}),
]


@pytest.mark.parametrize(("visits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_visits_tapped_for_others_are_found(tianjin: Session, visits: list[V], expected: set[int]):
    assert found(tianjin, RULE, Month([*OWNER, *visits], homes=HOMES)) == expected


def test_a_finding_is_about_the_phone_and_tells_whose_it_seems_to_be(tianjin: Session):
    (hit,) = find(tianjin, RULE, Month([*OWNER, TAPPED], homes=HOMES))

    assert hit.subject_id.int == PHONE
    assert hit.summary["people"] == 2
    assert str(hit.summary["owner_id"]).endswith("0001")
    assert hit.facts["minutes"] == 50
