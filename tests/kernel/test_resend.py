"""A repeated request changes nothing: one row, one answer, whoever sends it again and however often at once."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from app.kernel import clock
from app.kernel.db import db, session
from app.kernel.ids import new_id
from app.kernel.resend import clear_keys
from tests.conftest import Clone, settings_for
from tests.kernel.probe import URL, login, probe_app

TWINS = 8


@pytest.fixture
def served(swept_database: Clone, tmp_path: Path) -> Iterator[Flask]:
    as_owner(swept_database, "CREATE TABLE tianjin.probe_event (id uuid PRIMARY KEY, command_digest bytea, note text)")
    app = probe_app(settings_for(swept_database.urls, tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()
    as_owner(swept_database, "DROP TABLE tianjin.probe_event")


def as_owner(database: Clone, statement: str) -> None:
    engine = create_engine(database.urls.owner)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def count(app: Flask, table: str) -> int:
    with app.app_context(), db.engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM tianjin.{table}")) or 0)


def at_once(app: Flask, send: Callable[[Any], Any]) -> list[Any]:
    """Let eight clients send together; their answers."""
    answers: list[Any] = []
    start = threading.Barrier(TWINS)

    def work() -> None:
        http = app.test_client()
        start.wait()
        answers.append(send(http))

    threads = [threading.Thread(target=work) for _ in range(TWINS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def keyed(key: str | None, **body: object) -> Callable[[Any], Any]:
    def send(http: Any) -> Any:
        extra = {} if key is None else {"Idempotency-Key": key}
        content = {"cause_id": str(uuid4())} | body
        return http.post(f"{URL}/keyed", json=content, headers=login(http.application) | extra)

    return send


def test_twins_under_one_key_have_one_effect_and_one_answer(served: Flask):
    answers = at_once(served, keyed("one", cause_id=str(uuid4())))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert sorted(answer.headers.get("Idempotent-Replay", "no") for answer in answers) == ["no"] + ["true"] * (
        TWINS - 1
    )
    assert count(served, "outbox_message") == 1


def test_without_the_key_twins_have_an_effect_each(served: Flask):
    """The control: the same route without the decorator writes every time."""
    body = {"cause_id": str(uuid4())}

    at_once(served, lambda http: http.post(f"{URL}/unkeyed", json=body, headers=login(served)))

    assert count(served, "outbox_message") == TWINS


def test_one_key_with_other_content_is_refused(served: Flask):
    http = served.test_client()
    keyed("one")(http)

    answer = keyed("one")(http)

    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_key_reused")
    assert count(served, "outbox_message") == 1


def test_a_refusal_leaves_no_key_and_no_effect(served: Flask):
    http, cause = served.test_client(), str(uuid4())

    refused = keyed("one", cause_id=cause, refuse=True)(http)
    assert (refused.status_code, count(served, "idempotency_key"), count(served, "outbox_message")) == (409, 0, 0)

    again = keyed("one", cause_id=cause)(http)
    assert again.status_code == 201


def test_a_body_that_is_refused_leaves_no_key(served: Flask):
    answer = keyed("one", cause_id="x")(served.test_client())

    assert (answer.status_code, count(served, "idempotency_key")) == (422, 0)


@pytest.mark.parametrize("key", [None, "", "k" * 65, "clé"])
def test_a_route_that_needs_a_key_says_so(served: Flask, key: str | None):
    answer = keyed(key)(served.test_client())

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_missing")


def test_a_key_serves_one_account_only_in_its_region(served: Flask):
    http, body = served.test_client(), {"cause_id": str(uuid4())}
    for region in ("tianjin", "huaian"):
        headers = login(served, region=region) | {"Idempotency-Key": "one"}
        assert "Idempotent-Replay" not in http.post(f"{URL}/keyed", json=body, headers=headers).headers


def test_keys_are_cleared_after_thirty_days(served: Flask):
    keyed("one")(served.test_client())

    for days, left in ((29, 1), (31, 0)):
        with served.app_context():
            session().bind_region("tianjin")
            clear_keys(at=clock.now() + timedelta(days=days))
        assert count(served, "idempotency_key") == left


def note(body: dict[str, str]) -> Callable[[Any], Any]:
    return lambda http: http.post(f"{URL}/events", json=body, headers=login(http.application))


def test_twins_under_one_phone_made_id_make_one_row_and_one_answer(served: Flask):
    answers = at_once(served, note({"id": str(new_id()), "note": "here"}))

    assert {(answer.status_code, answer.data) for answer in answers} == {(201, answers[0].data)}
    assert sum("Idempotent-Replay" not in answer.headers for answer in answers) == 1
    assert count(served, "probe_event") == 1


def test_new_ids_make_new_rows(served: Flask):
    """The control: what differs is the id alone."""
    at_once(served, lambda http: note({"id": str(new_id()), "note": "here"})(http))

    assert count(served, "probe_event") == TWINS


def test_one_phone_made_id_with_other_content_is_refused(served: Flask):
    http, event = served.test_client(), str(new_id())
    note({"id": event, "note": "here"})(http)

    answer = note({"id": event, "note": "there"})(http)

    assert (answer.status_code, answer.json["code"]) == (409, "event_reused")
    assert answer.json["details"] == {"id": event}
    assert count(served, "probe_event") == 1
