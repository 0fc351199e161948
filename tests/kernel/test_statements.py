"""Fixed statements: the region's own tables, rows by name, and SQLAlchemy's errors, though sent by the driver."""

import pytest
from sqlalchemy import bindparam, exc, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session

from app.careplans.models import ServiceItem
from app.kernel.db import NoRegion, RegionSession, db
from app.kernel.statements import FixedStatement
from app.policies.codes import ItemCategory
from tests.conftest import BUILT_ON

ITEM = ServiceItem.__table__
ADD = FixedStatement(insert(ITEM))
ADD_ONCE = FixedStatement(insert_or_leave(ITEM).on_conflict_do_nothing())
FIND = FixedStatement(
    select(ITEM.c.code, ITEM.c.minutes, ITEM.c.category)
    .where(ITEM.c.code == bindparam("wanted"), ITEM.c.category == ItemCategory.BASIC_LIFE_CARE)
    .order_by(ITEM.c.version)
)
LENGTHEN = FixedStatement(update(ITEM).where(ITEM.c.code == bindparam("wanted")).values(minutes=bindparam("longer")))


def an_item(**changed: object) -> dict[str, object]:
    return {
        "code": "wash",
        "version": 1,
        "name": "擦浴",
        "category": ItemCategory.BASIC_LIFE_CARE,
        "staff_kinds": ["carer"],
        "minutes": 30,
        "national_code": None,
        "source": "test",
        "contraindications": None,
        "assumed": None,
        "retired_at": None,
        "recorded_at": BUILT_ON,
        **changed,
    }


def test_rows_come_by_name_and_what_is_written_is_counted(tianjin: Session):
    written = ADD.change(tianjin, an_item())

    rows = FIND.rows(tianjin, {"wanted": "wash"})

    assert written == 1
    assert [(row.code, row.minutes, row.category) for row in rows] == [("wash", 30, "basic_life_care")]
    assert FIND.rows(tianjin, {"wanted": "walk"}) == []


def test_one_statement_serves_each_region_its_own_tables(tianjin: Session, rolled_back: None):
    ADD.change(tianjin, an_item())
    other = RegionSession(db)
    other.bind_region("huaian")

    found = FIND.rows(other, {"wanted": "wash"})

    assert found == []
    other.close()


def test_a_session_without_a_region_is_refused(app, rolled_back: None):
    with app.app_context(), pytest.raises(NoRegion):
        FIND.rows(db.session(), {"wanted": "wash"})


def test_a_refusal_of_the_database_is_the_error_it_is_elsewhere(tianjin: Session):
    ADD.change(tianjin, an_item())

    with pytest.raises(exc.IntegrityError, match="pk_service_item"), tianjin.begin_nested():
        ADD.change(tianjin, an_item(minutes=45))
    with pytest.raises(exc.ProgrammingError, match="permission denied"), tianjin.begin_nested():
        LENGTHEN.change(tianjin, {"wanted": "wash", "longer": 45})


def test_many_rows_are_sent_together_and_each_is_answered(tianjin: Session):
    first = ADD_ONCE.change_all(tianjin, [an_item(code=code) for code in ("wash", "walk")])

    then = ADD_ONCE.change_all(tianjin, [an_item(code=code) for code in ("feed", "wash", "bed", "bed")])

    assert (first, then) == ([1, 1], [1, 0, 1, 0])
    assert all(FIND.rows(tianjin, {"wanted": code}) for code in ("wash", "walk", "feed", "bed"))
    assert ADD.change_all(tianjin, []) == []
    with pytest.raises(exc.IntegrityError):
        ADD.change_all(tianjin, [an_item(code="comb"), an_item(), an_item(code="dress")])
