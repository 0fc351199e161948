"""The `anhu` command on a server of its own database."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, make_url, select

from app.cli.installation import FOR_OWNERS, serving_environment
from app.cli.main import main
from app.kernel.regions import DemoClockRow
from app.kernel.settings import read_settings
from tests.conftest import Clone
from tests.server import postgres_for_tests


def run(*words: str, **environment: str | None) -> Result:
    return CliRunner().invoke(main, words, env=environment)


@pytest.fixture
def database() -> Iterator[str]:
    name = f"cli_{uuid4().hex}"
    yield name
    parts = make_url(postgres_for_tests())
    arguments = {**parts.translate_connect_args(username="user", database="dbname"), **parts.query}
    with psycopg.connect(**arguments, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_the_command_tells_what_it_is():
    answer = run("--help")

    assert answer.exit_code == 0
    assert "安护" in answer.output


def test_the_keys_it_makes_start_production(tmp_path: Path):
    first, second = (run("keys", "--id", "2026-11").output for _ in range(2))
    made = dict(line.split("=", 1) for line in first.splitlines())
    wechat = {"ANHU_WECHAT_APPID": "wx1", "ANHU_WECHAT_SECRET": "s"}
    place = {"ANHU_MODE": "production", "DATABASE_URL": "postgresql+psycopg:///x", "ANHU_DATA_DIR": str(tmp_path)}

    settings = read_settings(made | wechat | place)

    assert settings.token_keys.current == "2026-11"
    assert not set(first.splitlines()) & set(second.splitlines())


def test_roles_migrate_and_a_region_are_three_commands(database: str):
    made = run("db", "roles", "--superuser-url", postgres_for_tests(), "--database", database)
    urls = dict(line.split("=", 1) for line in made.output.splitlines())
    migrated = run("db", "migrate", **urls)
    added = run("region", "add", "tianjin", "--name", "天津市", **urls)
    maintained = run("db", "maintain", **urls)

    assert [make_url(url).username for url in urls.values()] == ["anhu_runtime", "anhu_owner"]
    assert (migrated.exit_code, migrated.output) == (0, "Up to date: public\n")
    assert (added.exit_code, added.output) == (0, "tianjin is ready.\n")
    assert (maintained.exit_code, maintained.output) == (0, "tianjin: 0 partitions added\n")


def test_roles_can_be_made_without_a_secret_among_the_command_s_words(database: str):
    made = run("db", "roles", "--database", database, ANHU_SUPERUSER_URL=postgres_for_tests())

    assert made.exit_code == 0
    assert f"/{database}?" in made.output


@pytest.mark.parametrize("url", ["postgres:secret", "postgresql+psycopg://u:secret@127.0.0.1:1/postgres"])
def test_a_server_that_cannot_be_reached_is_one_sentence_without_the_password(url: str):
    answer = run("db", "roles", "--superuser-url", url)

    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")
    assert "secret" not in answer.output


def test_a_server_and_its_workers_do_not_get_what_is_the_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in FOR_OWNERS:
        monkeypatch.setenv(name, "postgresql+psycopg://secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg:///x")

    handed_on = serving_environment(tmp_path)

    assert handed_on["DATABASE_URL"] == "postgresql+psycopg:///x"
    assert not set(FOR_OWNERS) & (set(handed_on) | set(os.environ))


def test_an_owners_url_for_another_driver_is_refused():
    answer = run("db", "migrate", ANHU_OWNER_URL="postgresql://u@h/d")

    assert (answer.exit_code, "ANHU_OWNER_URL must begin with" in answer.output) == (1, True)


def test_a_demo_moves_its_clock_and_nobody_else_does(own_database: Clone, tmp_path: Path):
    place = {"DATABASE_URL": own_database.urls.runtime, "ANHU_DATA_DIR": str(tmp_path)}

    refused = run("demo-clock", "2026-10-20T09:00", ANHU_DEMO_CLOCK=None, **place)
    moved = [
        run("demo-clock", to, ANHU_DEMO_CLOCK="on", **place) for to in ("2026-10-20T09:00", "2026-10-31T13:00+01:00")
    ]

    engine = create_engine(own_database.urls.runtime)
    with engine.connect() as connection:
        (demo_at,) = connection.scalars(select(DemoClockRow.demo_at))
    engine.dispose()
    assert (refused.exit_code, "ANHU_DEMO_CLOCK is not on" in refused.output) == (1, True)
    assert [each.output for each in moved] == ["It is 2026-10-20 09:00 +0800.\n", "It is 2026-10-31 13:00 +0100.\n"]
    assert demo_at == datetime(2026, 10, 31, 12, tzinfo=UTC)
