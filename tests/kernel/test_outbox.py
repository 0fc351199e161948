"""Messages leave after their cause is committed, at least once, and not for ever."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs import JOBS
from app.kernel import clock
from app.kernel.db import session, transaction
from app.kernel.ids import new_id
from app.kernel.jobs import Every
from app.kernel.outbox import (
    MOST_ATTEMPTS,
    SMS,
    URGENT_FIRST_WAIT,
    URGENT_LEASE,
    OutboxMessage,
    OutboxState,
    Outgoing,
    SendRefused,
    clear_sent,
    enqueue,
    send_due,
    use_channel,
    wait_after,
)
from app.kernel.settings import current_settings
from tests.conftest import Clone
from tests.kernel.processes import environment_for, lines_of, start_module

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def write(db: Session, *, cause: UUID | None = None, channel: str = "test", at: datetime = NOW) -> UUID | None:
    return enqueue(
        db,
        channel=channel,
        cause_id=cause or new_id(),
        template="hello",
        recipient_id=UUID(int=7),
        payload={"name": "王芳"},
        at=at,
        keys=current_settings().key_ring,
    )


def send(at: datetime = NOW, **more: timedelta) -> int:
    return send_due(at=at, keys=current_settings().key_ring, **more)


def end_of(db: Session, message: UUID | None) -> tuple[OutboxState, str | None]:
    found = stored(db, message)
    return found.state, found.last_error


def stored(db: Session, message: UUID | None) -> OutboxMessage:
    return db.scalars(
        select(OutboxMessage).where(OutboxMessage.id == message), execution_options={"populate_existing": True}
    ).one()


@pytest.fixture
def sent(app: Flask) -> list[Outgoing]:
    taken: list[Outgoing] = []
    use_channel(app, "test", taken.append)
    return taken


def test_one_cause_writes_one_message(tianjin: Session):
    cause = new_id()

    first, second = write(tianjin, cause=cause), write(tianjin, cause=cause)

    assert first is not None
    assert second is None


def test_a_due_message_is_sent_with_its_content_and_id(tianjin: Session, sent: list[Outgoing]):
    message = write(tianjin)

    assert send() == 1
    assert send() == 0

    assert [(each.id, each.payload) for each in sent] == [(message, {"name": "王芳"})]
    assert stored(tianjin, message).state is OutboxState.SENT


def test_the_stored_content_is_encrypted_and_never_shown(tianjin: Session, sent: list[Outgoing]):
    message = write(tianjin)
    send()

    assert "王芳".encode() not in stored(tianjin, message).payload_enc
    assert "王芳" not in repr(sent[0])


def test_a_message_is_not_sent_before_it_is_due(tianjin: Session, sent: list[Outgoing]):
    write(tianjin, at=NOW + timedelta(seconds=1))

    assert send() == 0


def test_sending_happens_outside_any_transaction(app: Flask, tianjin: Session):
    inside: list[bool] = []
    use_channel(app, "test", lambda _: inside.append(session().in_transaction()))
    write(tianjin)

    send()

    assert inside == [False]


def test_a_failing_message_waits_longer_each_time_and_is_given_up(app: Flask, tianjin: Session):
    tried: list[datetime] = []
    at = NOW

    def fail(_: Outgoing) -> None:
        tried.append(at)
        raise TimeoutError

    use_channel(app, "test", fail)
    message = write(tianjin)
    for _ in range(24 * 60):
        send(at)
        at += timedelta(minutes=1)

    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(tried)]
    assert len(tried) == MOST_ATTEMPTS
    assert waits == sorted(waits)
    assert waits[-1] >= 16 * 60
    assert end_of(tianjin, message) == (
        OutboxState.GIVEN_UP,
        "TimeoutError",
    )


def test_an_urgent_message_stands_behind_no_other_and_is_tried_again_soon(app: Flask, tianjin: Session):
    tried: list[str] = []

    def fail(message: Outgoing) -> None:
        tried.append(message.template)
        raise TimeoutError

    use_channel(app, SMS, fail)
    use_channel(app, "test", fail)
    write(tianjin)
    urgent = write(tianjin, channel=SMS)

    send_due(at=NOW, keys=current_settings().key_ring, most=1, are_urgent=True)
    due_at, attempts = stored(tianjin, urgent).due_at, stored(tianjin, urgent).attempts
    send()

    assert (due_at - NOW, attempts) == (URGENT_FIRST_WAIT, 1)
    assert len(tried) == 2
    assert stored(tianjin, urgent).attempts == 1
    (job,) = (job for job in JOBS if job.name == "send_alerts")
    assert job.waits_for_none
    assert (job.lease, job.schedule) == (URGENT_LEASE, Every(timedelta(seconds=5)))


def test_the_wait_has_a_bound():
    assert [wait_after(n, first=URGENT_FIRST_WAIT).total_seconds() for n in (1, 2, 7)] == [5, 10, 320]
    assert [wait_after(n).total_seconds() for n in (1, 2, 3, 50)] == [30, 60, 120, 6 * 3600]


def test_a_refused_message_is_given_up_at_once(app: Flask, tianjin: Session):
    def refuse(_: Outgoing) -> None:
        raise SendRefused("not_subscribed")

    use_channel(app, "test", refuse)
    message = write(tianjin)
    send()

    assert end_of(tianjin, message) == (
        OutboxState.GIVEN_UP,
        "not_subscribed",
    )


def test_a_message_without_a_channel_waits(tianjin: Session):
    message = write(tianjin, channel="nobody")

    assert send() == 0

    assert end_of(tianjin, message) == (OutboxState.WAITING, "KeyError")


def test_a_message_that_always_kills_its_sender_ends(tianjin: Session, sent: list[Outgoing]):
    message = write(tianjin)
    stored(tianjin, message).attempts = MOST_ATTEMPTS
    tianjin.flush()

    send()

    assert sent == []
    assert stored(tianjin, message).last_error == "sender_died"


def test_sent_messages_go_after_thirty_days(tianjin: Session, sent: list[Outgoing]):
    write(tianjin)
    kept = write(tianjin, channel="nobody")
    send()

    clear_sent(at=NOW + timedelta(days=31))

    assert tianjin.scalars(select(OutboxMessage.id)).all() == [kept]


def write_committed(app: Flask, count: int) -> list[UUID | None]:
    with app.app_context():
        session().bind_region("tianjin")
        with transaction() as db:
            return [write(db) for _ in range(count)]


def test_two_senders_at_once_send_each_message_once(swept_app: Flask):
    messages = write_committed(swept_app, 40)
    taken: list[UUID] = []
    use_channel(swept_app, "test", lambda message: taken.append(message.id))

    def work() -> None:
        with swept_app.app_context():
            session().bind_region("tianjin")
            send(clock.now())

    senders = [threading.Thread(target=work) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert sorted(taken) == sorted(message for message in messages if message)


def test_killed_between_sending_and_marking_it_is_sent_again_under_the_same_id(
    own_app: Flask, own_database: Clone, tmp_path: Path
):
    (message,) = write_committed(own_app, 1)
    log = tmp_path / "log"
    environment = environment_for(own_database.urls, tmp_path)

    def run(lease_s: str) -> int:
        process = start_module("tests.kernel.job_process", "send", str(log), lease_s, environment=environment)
        return process.wait(timeout=30)

    codes = [run("60"), run("60"), 0]
    leased = len(lines_of(log))
    with own_app.app_context():
        session().bind_region("tianjin")
        with transaction() as db:
            stored(db, message).lease_until = clock.machine_now() - timedelta(seconds=1)
    codes[2] = run("60")

    assert leased == 1, "while the lease lasts nobody else sends it"
    assert codes == [-9, 0, -9]
    assert lines_of(log) == [["sent", str(message)]] * 2
