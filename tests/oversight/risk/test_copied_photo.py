"""A visit whose photo is a copy of another's."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.checkin.models import ExceptionEnd, ExceptionFound
from app.checkin.types import ExceptionCode, Severity
from app.kernel.ids import new_id
from app.kernel.regions import zone_of
from app.oversight.queries.month import month_sources
from app.oversight.risk.copied_photo import RULE
from tests.oversight.months import Month, V, find, found, uid
from tests.schedules.factories import NOW

VISITS = [V(1, 1, 1, 0, 60), V(2, 1, 2, 90, 150), V(3, 2, 3, 0, 60), V(4, 2, 3, 0, None, day=3)]
CASES = [
    ("none is copied", [], set()),
    ("the copy is found, not what it was copied from", [(2, 50, 1)], {2}),
    ("of another carer's", [(3, 50, 1)], {3}),
    ("of a visit of another month, or a care day", [(3, 50, 77)], {3}),
    ("a visit that nobody ended", [(4, 50, 3)], {4}),
    ("what is no visit of the month", [(77, 50, 1)], set()),
    ("one photo twice of a visit", [(1, 50, 1)], set()),
    ("several carers", [(1, 50, 77), (3, 51, 1), (4, 52, 1)], {1, 3, 4}),
]


@pytest.mark.parametrize(("copies", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_visits_with_copied_photos_are_found(tianjin: Session, copies: list[tuple[int, int, int]], expected: set[int]):
    assert found(tianjin, RULE, Month(VISITS, copies=copies)) == expected


def test_a_visit_is_named_once_with_how_many_photos_and_what_they_were_copied_from(tianjin: Session):
    copies = [(2, 50, 1), (2, 51, 1), (2, 51, 3)]

    (hit,) = find(tianjin, RULE, Month(VISITS, copies=copies))

    assert (hit.subject_id.int, hit.fact_id.int) == (1, 2)
    assert hit.facts == {"photos": 2, "copied_fact_ids": [str(uid(1)), str(uid(3))]}


def told_of_copy(session: Session, *, code: ExceptionCode, at: datetime) -> UUID:
    names = ("photo_id", "copied_photo_id", "copied_fact_id")
    row = ExceptionFound(
        id=new_id(at=at), fact_id=new_id(), code=code, severity=Severity.MUST_FIX, policy_digest="-", recorded_at=at,
        details={name: str(new_id()) for name in names},
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(ExceptionEnd(exception_id=row.id, recorded_at=at))
    return row.fact_id


def test_copies_are_read_from_what_was_told_also_where_that_was_ended(tianjin: Session):
    copy = told_of_copy(tianjin, code=ExceptionCode.PHOTO_COPIED, at=NOW)
    told_of_copy(tianjin, code=ExceptionCode.OVERLAP, at=NOW)
    told_of_copy(tianjin, code=ExceptionCode.PHOTO_COPIED, at=NOW - timedelta(days=30))
    tianjin.flush()

    month = {"first": date(2026, 11, 1), "beyond": date(2026, 12, 1), "zone": zone_of("tianjin")}
    copies = tianjin.execute(month_sources(**month, keys=None).copies).all()  # type: ignore[arg-type]  # no place is asked for

    assert [row.visit_id for row in copies] == [copy]
    assert len(copies[0]) == 4
