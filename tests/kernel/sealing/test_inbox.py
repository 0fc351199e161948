"""Seals are delivered to an inbox outside: each once, whatever it answers at first, and nothing is lost in silence."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from sqlalchemy import select

from app.factory import create_app
from app.jobs import seal_yesterday, send_outbox
from app.kernel.db import db, session, transaction
from app.kernel.jobs import Turn
from app.kernel.outbox import OutboxMessage
from app.kernel.permissions import SystemActor
from app.kernel.sealing.statements import is_signed, read_document
from app.kernel.settings import current_settings
from tests.conftest import Clone, settings_for
from tests.standins_inbox import running_inbox

NIGHT = datetime(2026, 11, 20, 17, tzinfo=UTC)  # one o'clock on the 21st: the 20th is sealed
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def inbox() -> Iterator[httpx.Client]:
    with running_inbox() as client:
        yield client


@pytest.fixture
def application(own_database: Clone, tmp_path: Path, inbox: httpx.Client) -> Iterator[Flask]:
    address = {"ANHU_SEALS_INBOX_URL": str(inbox.base_url.join("/seals")), "ANHU_SEALS_INBOX_TOKEN": "for-the-inbox"}
    made = create_app(settings_for(own_database.urls, tmp_path, **address))
    with made.app_context():
        session().bind_region("tianjin")
        yield made
        db.session.remove()
        db.engine.dispose()


def a_turn(at: datetime) -> Turn:
    return Turn(SystemActor("tianjin", "test"), due_at=at, at=at)


def stored() -> list[tuple[str, int, str | None]]:
    with transaction() as current:
        rows = current.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        return [(row.state.value, row.attempts, row.last_error) for row in rows]


def test_each_seal_arrives_once_whatever_the_inbox_says_at_first(application: Flask, inbox: httpx.Client):
    inbox.post("/_standin/faults", json=[503, 302, 401]).raise_for_status()

    def state() -> dict[str, Any]:
        return inbox.get("/_standin/state").raise_for_status().json()

    for _ in range(2):  # the worker was killed after the first
        seal_yesterday(a_turn(NIGHT))
    send_outbox(a_turn(NIGHT))
    assert stored() == [("waiting", 1, "InboxUnavailable")]
    send_outbox(a_turn(NIGHT))  # not yet
    send_outbox(a_turn(NIGHT + HOUR))
    assert stored() == [("waiting", 2, "InboxUnavailable")]
    send_outbox(a_turn(NIGHT + 2 * HOUR))
    assert (stored(), state()["kept"]) == ([("given_up", 3, "inbox_said_401")], [])
    seal_yesterday(a_turn(NIGHT + DAY))
    send_outbox(a_turn(NIGHT + DAY))
    seal_yesterday(a_turn(NIGHT + DAY))
    send_outbox(a_turn(NIGHT + DAY + HOUR))

    assert [each[0] for each in stored()] == ["sent", "sent"]
    kept, calls = state()["kept"], state()["calls"]
    assert len(calls) == 5
    assert len(set(calls)) == 2
    assert {each["authorization"] for each in kept} == {"Bearer for-the-inbox"}
    for each in kept:
        statement, signature = read_document(each["seal"])
        assert is_signed(statement.words, signature, public=current_settings().seal_keys.public)
    assert {str(read_document(each["seal"])[0].day) for each in kept} == {"2026-11-20", "2026-11-21"}
