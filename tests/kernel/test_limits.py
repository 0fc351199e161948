"""Each limit is met once: time, body, pool."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.factory import engine_options
from app.kernel.db import db
from app.kernel.migrate import owner_connection
from app.kernel.settings import Limits
from tests.conftest import Clone, settings_for
from tests.kernel.probe import URL, good_probe, login, probe_app

MIB = 1024 * 1024
QUICK = timedelta(milliseconds=300)


@pytest.fixture
def limited(worker_database: Clone, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Makes the application with other limits."""
    made: list[Flask] = []

    def make(**limits: Any) -> Flask:
        settings = settings_for(worker_database.urls, tmp_path)
        made.append(probe_app(replace(settings, limits=replace(settings.limits, **limits))))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


def get(app: Flask, path: str) -> Any:
    return app.test_client().get(URL + path, headers=login(app))


def post(app: Flask, path: str, body: bytes, content_type: str = "application/json") -> Any:
    return app.test_client().post(URL + path, data=body, headers=login(app), content_type=content_type)


def test_the_shipped_limits():
    limits = Limits()
    options = engine_options(limits)

    assert (limits.body, limits.import_body) == (MIB, 20 * MIB)
    assert "statement_timeout=5000" in options["connect_args"]["options"]
    assert "idle_in_transaction_session_timeout=10000" in options["connect_args"]["options"]
    assert (options["pool_size"], options["max_overflow"], options["pool_timeout"]) == (8, 0, 5.0)


def test_no_statement_is_compiled(app: Flask, worker_database: Clone):
    """Whatever the server's own setting is."""
    with app.app_context(), db.engine.connect() as runtime, owner_connection(worker_database.urls.owner) as owner:
        assert [each.scalar(text("SHOW jit")) for each in (runtime, owner)] == ["off", "off"]


def test_a_slow_statement_is_cut_and_told_as_busy(limited: Callable[..., Flask]):
    began = time.monotonic()

    answer = get(limited(statement=QUICK), "/slow")

    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    assert answer.headers["Retry-After"] == "2"
    assert time.monotonic() - began < 2.5


def test_a_statement_within_the_limit_is_not_cut(limited: Callable[..., Flask]):
    """The control: the same statement, the shipped limit."""
    assert get(limited(), "/slow").status_code == 200


def test_an_idle_transaction_is_ended_and_the_next_request_works(limited: Callable[..., Flask]):
    app = limited(idle_in_transaction=QUICK)

    answer = get(app, "/idle")

    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    assert get(app, "").status_code == 200


def test_a_full_pool_is_told_as_busy(limited: Callable[..., Flask]):
    app = limited(pool_size=1, pool_wait=QUICK)
    held = threading.Event()
    free = threading.Event()

    def hold() -> None:
        with app.app_context(), db.engine.connect():
            held.set()
            free.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    try:
        answer = get(app, "/slow")
    finally:
        free.set()
        holder.join()

    assert (answer.status_code, answer.json["code"]) == (503, "busy")


def padded(size: int) -> bytes:
    """A good JSON body of `size` bytes: blanks may stand between its parts."""
    body = str(good_probe()).replace("'", '"').replace("True", "true").encode()
    return body[:-1] + b" " * (size - len(body)) + b"}"


def test_a_body_may_be_one_mebibyte_and_no_more(limited: Callable[..., Flask]):
    app = limited()

    assert post(app, "", padded(MIB)).status_code == 201
    refused = post(app, "", padded(MIB + 1))

    assert (refused.status_code, refused.json["code"]) == (413, "body_too_large")


def test_a_body_of_unstated_length_is_refused(limited: Callable[..., Flask]):
    app = limited()
    chunked = login(app) | {"Transfer-Encoding": "chunked"}

    answer = app.test_client().post(f"{URL}/import", data=b"x", headers=chunked, content_type="text/csv")

    assert (answer.status_code, answer.json["code"]) == (411, "length_required")


def test_an_import_may_be_twenty_mebibytes_and_no_more(limited: Callable[..., Flask]):
    app = limited()

    taken = post(app, "/import", b"x" * 20 * MIB, "text/csv")
    refused = post(app, "/import", b"x" * (20 * MIB + 1), "text/csv")

    assert taken.json == {"bytes": 20 * MIB}
    assert (refused.status_code, refused.json["code"]) == (413, "body_too_large")


def test_a_stranger_gets_no_large_body_read(limited: Callable[..., Flask]):
    answer = limited().test_client().post(f"{URL}/import", data=b"x" * 20 * MIB)

    assert answer.status_code == 401
