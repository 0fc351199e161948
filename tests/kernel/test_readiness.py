"""/readyz keeps requests away from a server that would fail them, and tells operators what comes."""

import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from app.factory import create_app
from app.jobs import JOBS
from app.kernel.db import db
from app.kernel.migrate import DatabaseNewer, migrate
from app.kernel.partitions import partitioned_tables
from app.kernel.regions import RegionInvalid
from app.kernel.settings import make_keys, read_settings
from app.kernel.worker import RightsTooWide, work_until_stopped
from app.policies.keeping import RegionWithoutPolicy, keep_all_texts, open_region
from app.policies.service import load_book
from tests.conftest import BUILT_ON, Clone
from tests.server import postgres_for_tests

NOVEMBER = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def ask(app: Flask, *, at: datetime = NOVEMBER) -> Any:
    with time_machine.travel(at, tick=False):
        return app.test_client().get("/readyz")


def as_owner(database: Clone, *statements: str) -> None:
    engine = create_engine(database.urls.owner)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_whole_installation_is_ready(app: Flask):
    answer = ask(app)

    assert (answer.status_code, answer.json["status"], answer.json["problems"]) == (200, "ok", [])
    assert not [warning for warning in answer.json["warnings"] if "partitions" in warning]
    assert [warning for warning in answer.json["warnings"] if "ANHU_SMS_URL" in warning]


@pytest.mark.parametrize("schema", ["public", "huaian"])
def test_a_schema_behind_the_newest_migration_is_a_problem(own_app: Flask, own_database: Clone, schema: str):
    as_owner(own_database, f"UPDATE {schema}.alembic_version SET version_num = '2026_01_01_01_older'")

    answer = ask(own_app)

    assert answer.status_code == 503
    assert answer.json["problems"] == [f"schema {schema} is behind the newest migration: run `anhu db migrate`"]


def test_a_schema_of_a_later_release_serves_this_one_and_is_not_migrated_by_it(own_app: Flask, own_database: Clone):
    as_owner(own_database, "UPDATE huaian.alembic_version SET version_num = '2999_01_01_01_later'")

    answer = ask(own_app)

    assert answer.status_code == 200
    with pytest.raises(DatabaseNewer, match="huaian stands at 2999_01_01_01_later"):
        migrate(own_database.urls.owner, today=NOVEMBER.date())


def test_an_empty_database_is_a_problem_and_not_a_failure(own_app: Flask, own_database: Clone):
    as_owner(own_database, "DROP TABLE public.alembic_version")

    assert ask(own_app).status_code == 503


def test_policy_texts_that_are_not_kept_are_a_problem_until_they_are(own_app: Flask, own_database: Clone):
    as_owner(own_database, "DELETE FROM tianjin.policy_text")

    before = ask(own_app)
    new = keep_all_texts(own_database.urls.owner, book=load_book(), at=NOVEMBER)
    after = ask(own_app)

    assert before.json["problems"] == ["tianjin lacks kept policy texts of 2026-11-22: run `anhu policies sync`"]
    assert new["tianjin"] > 0
    assert new["huaian"] == 0
    assert after.status_code == 200


def test_a_day_without_policy_is_a_problem(app: Flask):
    answer = ask(app, at=datetime(2099, 1, 1, tzinfo=UTC))

    assert answer.status_code == 503
    assert any("has no policy for 2099-01-01" in problem for problem in answer.json["problems"])


def test_partitions_running_low_are_a_warning(own_app: Flask, own_database: Clone):
    tables = [table.name for table in partitioned_tables()]
    as_owner(own_database, *(f"DROP TABLE tianjin.{name}_2027_02" for name in tables))

    answer = ask(own_app)

    assert answer.status_code == 200
    assert "tianjin has partitions for 2 months ahead: run `anhu db maintain`" in answer.json["warnings"]


def test_a_policy_that_ends_soon_is_a_warning(app: Flask):
    ends = next(each.valid_to for each in load_book().layers if each.code == "huaian")
    at = datetime(ends.year, ends.month, 1, tzinfo=UTC)

    assert any(str(ends) in warning for warning in ask(app, at=at).json["warnings"])


def test_the_database_away_is_told_as_busy(own_app: Flask, own_database: Clone, monkeypatch: pytest.MonkeyPatch):
    engine = create_engine("postgresql+psycopg:///none?host=/nowhere")
    with own_app.app_context():
        own_app.extensions["sqlalchemy"]._app_engines[own_app][None] = engine

    assert ask(own_app).status_code == 503


def test_a_region_without_a_policy_file_is_not_made(worker_database: Clone):
    with pytest.raises(RegionWithoutPolicy, match="no policy file for nanjing: add one"):
        open_region(
            worker_database.urls.owner,
            code="nanjing",
            name="南京",
            timezone="Asia/Shanghai",
            book=load_book(),
            at=BUILT_ON,
        )

    engine = create_engine(worker_database.urls.owner)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT to_regnamespace('nanjing')")) is None
    engine.dispose()


@pytest.mark.parametrize("code", ["Tianjin", "public", "pg_x", "a", "x;drop", "fresh", "天津", "order", "left"])
def test_a_code_that_cannot_name_a_schema_is_refused(worker_database: Clone, code: str):
    with pytest.raises(RegionInvalid):
        open_region(
            worker_database.urls.owner, code=code, name="x", timezone="Asia/Shanghai", book=load_book(), at=BUILT_ON
        )


def test_adding_a_region_again_changes_nothing(own_database: Clone, tmp_path: Path):
    for _ in range(2):
        open_region(
            own_database.urls.owner,
            code="tianjin",
            name="别名",
            timezone="Asia/Shanghai",
            book=load_book(),
            at=NOVEMBER,
        )

    engine = create_engine(own_database.urls.owner)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM region WHERE code = 'tianjin'")) == "天津市"
    engine.dispose()


PRODUCTION = {
    "ANHU_MODE": "production",
    "ANHU_WECHAT_APPID": "wx1",
    "ANHU_WECHAT_SECRET": "s",
    "ANHU_WECHAT_URL": "https://api.weixin.qq.com",
    **make_keys("test"),
}
LOOSE = [
    f"this process may change sealed rows of {region}: set DATABASE_URL to the runtime role"
    for region in ("huaian", "tianjin")
]


def superuser_of(database: Clone) -> str:
    parts = make_url(postgres_for_tests()).set(database=make_url(database.urls.owner).database)
    return parts.render_as_string(hide_password=False)


@pytest.fixture
def app_as(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Makes applications of the test, each on the URL given."""
    made: list[Flask] = []

    def make(url: str, **more: str) -> Flask:
        made.append(create_app(read_settings({"DATABASE_URL": url, "ANHU_DATA_DIR": str(tmp_path), **more})))
        return made[-1]

    yield make
    for each in made:
        with each.app_context():
            db.engine.dispose()


@pytest.mark.parametrize("is_owner", [True, False], ids=["owner", "superuser"])
def test_production_that_may_change_sealed_rows_takes_no_requests(
    worker_database: Clone, app_as: Callable[..., Flask], is_owner: bool
):
    app = app_as(worker_database.urls.owner if is_owner else superuser_of(worker_database), **PRODUCTION)

    answer = ask(app)

    assert (answer.status_code, answer.json["problems"]) == (503, LOOSE)


def test_a_demo_that_may_change_sealed_rows_is_warned(worker_database: Clone, app_as: Callable[..., Flask]):
    answer = ask(app_as(worker_database.urls.owner))

    assert (answer.status_code, answer.json["problems"]) == (200, [])
    assert set(LOOSE) <= set(answer.json["warnings"])


def test_production_as_the_runtime_role_is_ready(worker_database: Clone, app_as: Callable[..., Flask]):
    answer = ask(app_as(worker_database.urls.runtime, **PRODUCTION))

    assert (answer.status_code, answer.json["problems"]) == (200, [])
    assert not set(LOOSE) & set(answer.json["warnings"])


def test_one_loose_right_is_enough(own_database: Clone, app_as: Callable[..., Flask]):
    app, rights = app_as(own_database.urls.runtime, **PRODUCTION), ("UPDATE (action)", "DELETE", "TRUNCATE")

    told = []
    for right in rights:
        as_owner(own_database, f"GRANT {right} ON tianjin.audit_entry TO anhu_runtime")
        told.append(ask(app).json["problems"])
        as_owner(own_database, f"REVOKE {right} ON tianjin.audit_entry FROM anhu_runtime")

    assert told == [[LOOSE[1]]] * len(rights)
    assert ask(app).json["problems"] == []


@pytest.fixture
def own_signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, answer in before.items():
        signal.signal(number, answer)


@pytest.mark.usefixtures("own_signals")
def test_a_worker_that_may_change_sealed_rows_does_not_start_in_production(
    worker_database: Clone, app_as: Callable[..., Flask]
):
    app = app_as(worker_database.urls.owner, **PRODUCTION)

    with pytest.raises(RightsTooWide, match="sealed rows of huaian"):
        work_until_stopped(app, JOBS)
