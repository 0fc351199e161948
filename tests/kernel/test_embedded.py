import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import make_url

from app.kernel import embedded
from app.kernel.embedded_host import socket_dir

# One worker runs them all: several start servers and hold processes, and would only get into each other's way.
pytestmark = pytest.mark.xdist_group("embedded")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def make_data_dir() -> Iterator[Callable[[str], Path]]:
    """Data folders below /tmp, not below pytest's private folder, which the server's OS user may not enter."""
    tops: list[Path] = []
    made: list[Path] = []

    def make(below: str = "data") -> Path:
        top = Path(tempfile.mkdtemp(prefix="anhu-test-embedded-"))
        top.chmod(0o711)
        tops.append(top)
        made.append(top / below)
        return made[-1]

    yield make
    for data_dir in made:
        with suppress(psutil.Error):
            for child in _postmaster(data_dir).children():
                child.resume()
        embedded.stop(data_dir)
        shutil.rmtree(socket_dir(data_dir), ignore_errors=True)
    for top in tops:
        shutil.rmtree(top)


@pytest.fixture
def data_dir(make_data_dir) -> Path:
    return make_data_dir()


def _postmaster(data_dir: Path) -> psutil.Process:
    try:
        return psutil.Process(int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0]))
    except FileNotFoundError:
        raise psutil.NoSuchProcess(0) from None


def query(url: str, statement: str) -> list[tuple]:
    parts = make_url(url)
    arguments = {**parts.translate_connect_args(username="user", database="dbname"), **parts.query}
    with psycopg.connect(**arguments, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_a_started_server_answers_both_roles(data_dir):
    urls = embedded.start(data_dir)

    assert embedded.is_running(data_dir)
    assert query(urls.owner, "SELECT current_user, current_database()") == [("anhu_owner", "anhu")]
    assert query(urls.runtime, "SELECT current_user, current_database()") == [("anhu_runtime", "anhu")]


def test_commits_are_durable_and_times_are_utc(data_dir):
    urls = embedded.start(data_dir)

    shown = [query(urls.runtime, f"SHOW {name}")[0][0] for name in ("fsync", "synchronous_commit", "timezone")]

    assert shown == ["on", "on", "UTC"]


def test_a_second_start_finds_the_running_server(data_dir):
    first = embedded.start(data_dir)
    pid = _postmaster(data_dir).pid

    assert embedded.start(data_dir) == first
    assert _postmaster(data_dir).pid == pid


def test_stop_tells_whether_something_ran_and_start_finds_the_data_again(data_dir):
    urls = embedded.start(data_dir)
    query(urls.owner, "CREATE TABLE kept AS SELECT 7 AS n")

    answers = [embedded.stop(data_dir), embedded.is_running(data_dir), embedded.stop(data_dir)]

    assert answers == [True, False, False]
    assert query(embedded.start(data_dir).owner, "TABLE kept") == [(7,)]


def test_asking_about_or_stopping_nothing_makes_nothing(data_dir):
    assert not embedded.is_running(data_dir)
    assert not embedded.stop(data_dir)
    assert not data_dir.exists()
