"""Visits at home to somebody who was away."""

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk.service_in_hospital import RULE
from tests.oversight.months import Month, V, find, found

VISITS = [V(day, 1, 1, 0, 60, day=day) for day in range(1, 8)]
CASES = [
    ("within the stay, without its first and last day", [(1, "hospital", 2, 5)], {3, 4}),
    ("a stay of one night", [(1, "hospital", 2, 3)], set()),
    ("still there", [(1, "institution", 5, None)], {6, 7}),
    ("since the month before", [(1, "travel", -3, 3)], {1, 2}),
    ("somebody else", [(2, "hospital", 1, 7)], set()),
]


@pytest.mark.parametrize(("away", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_visits_within_a_stay_are_found(tianjin: Session, away: list, expected: set[int]):
    assert found(tianjin, RULE, Month(VISITS, away=away)) == expected


DAYS = [(10 + day, 1, day) for day in range(1, 8)]
OF_DAYS = [
    ("within the stay; the days of admission and discharge are paid", [(1, "hospital", 2, 5)], {13, 14}),
    ("in an institution, still", [(1, "institution", 5, None)], {16, 17}),
    ("the carer may have travelled along", [(1, "travel", 2, 5)], set()),
    ("somebody else", [(2, "hospital", 1, 7)], set()),
]


@pytest.mark.parametrize(("away", "expected"), [case[1:] for case in OF_DAYS], ids=[case[0] for case in OF_DAYS])
def test_care_days_within_a_stay_are_found(tianjin: Session, away: list, expected: set[int]):
    assert found(tianjin, RULE, Month([], away=away, care_days=DAYS)) == expected


def test_a_finding_is_about_the_client_and_tells_the_stay(tianjin: Session):
    hit, _ = find(tianjin, RULE, Month(VISITS, away=[(1, "hospital", 2, 5)]))

    assert hit.subject_id.int == 1
    assert hit.facts == {"stay_kind": "hospital", "gone_on": "2026-11-02"}
