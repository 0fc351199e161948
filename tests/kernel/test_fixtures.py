"""The test client works as a server does: each request stands alone, all see the test's transaction."""

from uuid import UUID

from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.db import session as current_session
from app.kernel.ids import new_id
from app.kernel.outbox import OutboxMessage, OutboxState


def test_a_request_keeps_nothing_of_the_tests_context(app: Flask, client: FlaskClient, tianjin: Session):
    g.idempotent_replay = True

    answer = client.get("/healthz")

    assert "Idempotent-Replay" not in answer.headers


def test_another_context_sees_what_the_test_flushed(app: Flask, tianjin: Session):
    message = _message(tianjin)

    with app.app_context():
        current_session().bind_region("tianjin")
        found = current_session().scalar(select(OutboxMessage.id).where(OutboxMessage.id == message))
    with app.app_context():
        current_session().bind_region("huaian")
        elsewhere = current_session().scalar(select(OutboxMessage.id).where(OutboxMessage.id == message))

    assert (found, elsewhere) == (message, None)
    assert tianjin.scalar(select(OutboxMessage.id).where(OutboxMessage.id == message)) == message


def _message(session: Session) -> UUID:
    message = new_id()
    session.execute(
        insert(OutboxMessage).values(
            id=message,
            channel="none",
            cause_id=new_id(),
            template="t",
            recipient_id=new_id(),
            payload_enc=b"",
            due_at=clock.now(),
            attempts=0,
            state=OutboxState.WAITING,
            created_at=clock.now(),
        )
    )
    return message
