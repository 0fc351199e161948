"""Signs that are weak alone."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from app.oversight.risk.collusion import RULE, Signals, is_enough, signs_of
from tests.oversight.months import Month, V, find, subjects

HONEST = Signals(
    visits=40, alike=3, late=9, logged=120, undone=4, confirmed=30, by_own_phone=0, by_one_phone=0, at_crowded=0
)
ALIKE = {"alike": 20}
EXACT = {"late": 0, "undone": 0}
PUNCTUAL = {"never_late": 1, "never_refused": 1}
OWN = {"by_own_phone": 10}
ONE = {"by_one_phone": 10}
BOUNDS = [
    ("honest", {}, {}, False),
    ("exact, at clients with many carers", {**EXACT, "at_crowded": 20}, {**PUNCTUAL, "crowded": 1}, False),
    ("alike and exact", {**ALIKE, **EXACT}, {"alike": 2, **PUNCTUAL}, True),
    ("one less than half alike", {"alike": 19}, {}, False),
    ("confirmed on his own phone", OWN, {"own_phone": 3}, False),
    ("and never late", {**OWN, "late": 0}, {"own_phone": 3, "never_late": 1}, True),
    ("less than a third on his own phone", {"by_own_phone": 9}, {}, False),
    ("confirmed on one phone, alike", {**ONE, **ALIKE}, {"one_phone": 2, "alike": 2}, True),
    ("four confirmations say nothing", {"confirmed": 4, "by_own_phone": 4, "by_one_phone": 4}, {}, False),
    ("fewer items than visits say nothing", {"logged": 39, "undone": 0}, {}, False),
    ("too few visits", {"visits": 19, "alike": 19, **EXACT}, {"alike": 2, **PUNCTUAL}, False),
]


@pytest.mark.parametrize(
    ("changed", "signs", "enough"), [case[1:] for case in BOUNDS], ids=[case[0] for case in BOUNDS]
)
def test_signs_add_up(changed: dict[str, int], signs: dict[str, int], enough: bool):
    signals = replace(HONEST, **changed)

    assert (signs_of(signals), is_enough(signals)) == (signs, enough)


PHONE = 100


def month(
    carer: int, *, late: int, spread: int, undone: int = 0, phone: int = PHONE, said_by: int | None = None
) -> list[V]:
    """A visit on each of 24 days, begun up to `spread` minutes after `late`."""
    return [
        V(
            1000 * carer + day, carer, carer, late + day % (spread + 1), 60 + day % (spread + 1) * 2, day=day, plan=0,
            items=(day % 3, 3, undone * (day == 1)), phone=phone, said_by=said_by,
        )
        for day in range(1, 25)
    ]  # fmt: skip


CASES = [
    ("honest", month(1, late=0, spread=12, undone=1), set()),
    ("the same times daily, never late, nothing ever refused", month(1, late=1, spread=0), {1}),
    ("of somebody else nothing", [*month(1, late=1, spread=0), *month(2, late=0, spread=12, undone=1)], {1}),
    ("confirmed on the carer's own phone, never late", month(1, late=0, spread=3, undone=1, said_by=PHONE), {1}),
    ("on the family's", month(1, late=0, spread=3, undone=1, said_by=101), set()),
    (
        "one phone for four families, nothing refused, never late",
        [visit for carer in range(1, 5) for visit in month(carer, late=0, spread=3, phone=carer, said_by=101)],
        {1, 2, 3, 4},
    ),
    (
        "for three families",
        [visit for carer in range(1, 4) for visit in month(carer, late=0, spread=3, phone=carer, said_by=101)],
        set(),
    ),
]


@pytest.mark.parametrize(("visits", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_who_shows_several_signs_is_found(tianjin: Session, visits: list[V], expected: set[int]):
    assert subjects(tianjin, RULE, Month(visits)) == expected


def test_clients_with_many_carers_are_a_sign(tianjin: Session):
    crowd = [replace_client(visit) for carer in range(1, 7) for visit in month(carer, late=1, spread=0, undone=1)]

    hits = find(tianjin, RULE, Month(crowd))

    assert hits[0].summary == {"visits": 24, "alike": 2, "never_late": 1, "crowded": 1}
    assert len(hits) == 6 * 24


def replace_client(visit: V) -> V:
    return replace(visit, client=1)
