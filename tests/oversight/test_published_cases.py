"""A published case, as the rules see its month: a carer whose phone stood at the same decimals, who hung orders under
two colleagues' names at hours when they were elsewhere, while one phone confirmed for all the families."""

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk_rules import RULES
from tests.oversight.months import Month, V, find, subjects

PHONE, CONFIRMS = 100, 200
DAYS = range(1, 25)
HUNG_ON = range(3, 11)
OWN = [
    V(1000 * client + day, 1, client, 60 * client + 2, 60 * client + 58, day=day, plan=60 * client, phone=PHONE,
      off=3, accuracy=10, items=(5, 3, 0), said_by=CONFIRMS)
    for day in DAYS for client in (1, 2)
]  # fmt: skip
COLLEAGUES = [
    V(1000 * (10 * carer) + day, carer, 10 * carer, 240 + day % 9, 300 - day % 7, day=day, plan=240,
      phone=100 + carer, off=5 + day, items=(day, 3, int(day % 5 == 0)), said_by=200 + carer)
    for day in DAYS for carer in (2, 3)
]  # fmt: skip
HUNG = [
    V(1000 * (10 * carer + 1) + day, carer, 10 * carer + 1, 250, 305, day=day, plan=250, phone=PHONE,
      off=3, accuracy=10, items=(5, 3, 0), said_by=CONFIRMS)
    for day in HUNG_ON for carer in (2, 3)
]  # fmt: skip
MONTH = Month([*OWN, *COLLEAGUES, *HUNG])

SEEN = [
    ("constant_position", {1}),  # the decimals
    ("collusion", {1}),  # one phone for four families, the same times daily, never late, nothing refused
    ("name_lending", {2, 3}),  # whose names were used
    ("carer_overlap", {2, 3}),  # who were at work elsewhere
]


@pytest.mark.parametrize(("rule", "expected"), SEEN)
def test_the_case_is_seen_from_each_side(tianjin: Session, rule: str, expected: set[int]):
    assert subjects(tianjin, RULES[rule], MONTH) == expected


def test_the_hung_orders_wait_and_the_carers_honest_month_does_not_turn_up_elsewhere(tianjin: Session):
    named = {hit.fact_id.int for hit in find(tianjin, RULES["carer_overlap"], MONTH)}

    assert {visit.id for visit in HUNG} < named
    assert subjects(tianjin, RULES["collusion"], Month(COLLEAGUES)) == set()
    assert subjects(tianjin, RULES["name_lending"], Month([*OWN, *COLLEAGUES])) == set()
