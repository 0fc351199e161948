"""Which visit that nobody planned a tap belongs to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.checkin.rules.unscheduled import place_tap
from app.checkin.types import EventKind
from app.schedules.types import VisitSource, VisitState, VisitView

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LONGEST = timedelta(hours=3)
IN, OUT = EventKind.IN, EventKind.OUT
VISIT = VisitView(
    id=UUID(int=0),
    client_id=UUID(int=1),
    carer_id=UUID(int=2),
    agency_id=None,
    plan_id=None,
    team_slot=1,
    planned_from=None,
    planned_to=None,
    state=VisitState.BEGUN,
    seq=1,
    began_at=None,
    ended_at=None,
    source=VisitSource.UNSCHEDULED,
    district_code="120101",
    street_code=None,
)


def minute(number: int | None) -> datetime | None:
    """Minutes after nine."""
    return None if number is None else NINE + timedelta(minutes=number)


CASES = [  # kind, when, visits as (begin, end), place of the visit it belongs to
    (IN, 0, [], None),
    (IN, 5, [(0, None)], 0),  # tapped twice
    (IN, -10, [(0, None)], 0),
    (IN, 11, [(0, None)], None),  # came again, and had forgotten to clock out
    (IN, 5, [(0, 3)], None),  # came again
    (IN, 5, [(0, 60)], 0),
    (IN, 0, [(None, 60)], 0),  # the end came first
    (IN, 0, [(None, 180)], 0),
    (IN, 0, [(None, 181)], None),
    (IN, 0, [(None, -1)], None),
    (IN, 0, [(None, 60), (None, 120)], 0),
    (OUT, 60, [], None),
    (OUT, 60, [(0, None)], 0),
    (OUT, -1, [(0, None)], None),  # of another day
    (OUT, 90, [(0, None), (70, None)], 1),
    (OUT, 60, [(0, None), (70, None)], 0),
    (OUT, 60, [(0, 60)], 0),  # tapped twice
    (OUT, 30, [(0, 60)], 0),
    (OUT, 70, [(0, 60)], 0),
    (OUT, 71, [(0, 60)], None),
    (OUT, 65, [(None, 60)], 0),
    (OUT, 71, [(None, 60)], None),
]


@pytest.mark.parametrize(("kind", "at", "ends", "expected"), CASES)
def test_a_tap_finds_its_visit_by_time(kind, at, ends, expected):
    visits = [
        replace(VISIT, id=UUID(int=number), began_at=minute(begin), ended_at=minute(end))
        for number, (begin, end) in enumerate(ends)
    ]

    found = place_tap(kind, counted_at=NINE + timedelta(minutes=at), visits=visits, longest=LONGEST)

    assert (found.id.int if found else None) == expected
