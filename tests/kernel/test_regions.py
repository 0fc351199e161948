"""A region's code becomes part of statements that the owner runs: only what can name a schema may be one."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, exc, text

from app.kernel.migrate import maintain, migrate
from app.kernel.regions import CODE_CHECK, RESERVED, RegionInvalid, is_region_code
from tests.conftest import Clone

TODAY = date(2026, 11, 1)
PLANT = text("INSERT INTO public.region VALUES (:code, 'x', 'Asia/Shanghai', now())")
HOSTILE = 'x"; ALTER ROLE anhu_runtime SUPERUSER; --'


@pytest.fixture
def owner(worker_database: Clone) -> Iterator[Engine]:
    """Whose work no test commits."""
    engine = create_engine(worker_database.urls.owner)
    yield engine
    engine.dispose()


def test_the_runtime_role_plants_no_region(worker_database: Clone):
    engine = create_engine(worker_database.urls.runtime)
    with engine.connect() as connection, pytest.raises(exc.ProgrammingError, match="permission denied"):
        connection.execute(PLANT, {"code": "shanghai"})
    engine.dispose()


@pytest.mark.parametrize("code", [HOSTILE, "Shanghai", "pg_toast", "x", "shanghai\n", *sorted(RESERVED)])
def test_the_database_refuses_a_code_that_cannot_name_a_schema(owner: Engine, code: str):
    with owner.connect() as connection, pytest.raises(exc.IntegrityError, match="ck_region_code"):
        connection.execute(PLANT, {"code": code})

    assert not is_region_code(code)
    assert all(f"'{word}'" in CODE_CHECK for word in RESERVED)


@pytest.mark.parametrize("run", [migrate, maintain])
def test_the_owner_runs_nothing_for_a_planted_code(own_database: Clone, run: Callable[..., Any]):
    engine = create_engine(own_database.urls.owner)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE public.region DROP CONSTRAINT ck_region_code"))
        connection.execute(PLANT, {"code": HOSTILE})
    engine.dispose()

    with pytest.raises(RegionInvalid):
        run(own_database.urls.owner, today=TODAY)


def test_no_word_that_sql_reserves_names_a_region(owner: Engine):
    with owner.connect() as connection:
        words = connection.scalars(text("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')")).all()

    assert "order" in words
    assert [word for word in words if is_region_code(word)] == []
