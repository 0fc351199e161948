"""Names that somebody else works under."""

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk.name_lending import RULE, is_lent
from tests.oversight.months import Month, V, find, subjects

BOUNDS = [
    ("three names on five visits of three days", {}, True),
    ("four visits", {"visits": 4}, False),
    ("two days", {"shared_days": 2}, False),
    ("a couple with one phone", {"people": 2}, False),
    ("two names, of which one has a phone of its own at work", {"people": 2, "two_phone_days": 3}, True),
    ("on two days only", {"people": 2, "two_phone_days": 2}, False),
]


@pytest.mark.parametrize(("changed", "expected"), [case[1:] for case in BOUNDS], ids=[case[0] for case in BOUNDS])
def test_a_name_is_judged_by_where_it_is_tapped(changed: dict, expected: bool):
    assert is_lent(**{"visits": 5, "people": 3, "shared_days": 3, "two_phone_days": 0} | changed) is expected


PHONE, OWN = 100, 101


def work(carer: int, hour: int, *, days: int, phone: int, first_id: int) -> list[V]:
    """A visit each day in an hour after eight."""
    begin = 60 * hour
    return [V(first_id + day, carer, carer, begin, begin + 50, day=day, phone=phone) for day in range(1, days + 1)]


OWNER = work(1, 0, days=10, phone=PHONE, first_id=100)
LENT = work(2, 1, days=6, phone=PHONE, first_id=200)
CASES = [
    (
        "a second name with its own phone at work the same days",
        [*LENT, *work(2, 5, days=6, phone=OWN, first_id=300)],
        {2},
    ),
    ("a couple with one phone", LENT, set()),
    ("two further names and no other phone", [*LENT, *work(3, 2, days=6, phone=PHONE, first_id=300)], {2, 3}),
    ("each on his own phone", work(2, 1, days=6, phone=OWN, first_id=300), set()),
]


@pytest.mark.parametrize(("visits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_lent_names_are_found(tianjin: Session, visits: list[V], expected: set[int]):
    assert subjects(tianjin, RULE, Month([*OWNER, *visits])) == expected


def test_a_finding_tells_whose_phone_it_was_and_names_the_visits_on_it(tianjin: Session):
    hits = find(tianjin, RULE, Month([*OWNER, *CASES[0][1]]))

    assert {hit.fact_id.int for hit in hits} == {visit.id for visit in LENT}
    figures = {"visits": 6, "people": 2, "shared_days": 6, "two_phone_days": 6}
    assert {key: hits[0].summary[key] for key in figures} == figures
    assert str(hits[0].summary["owner_id"]).endswith("0001")
