"""A session serves one region, bound before its first statement; a transaction is whole or nothing."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.kernel import clock, outbox
from app.kernel.db import NoRegion, session, transaction
from app.kernel.resend import IdempotencyKey
from app.kernel.settings import current_settings


def test_a_second_region_is_refused(app: Flask):
    with app.app_context():
        session().bind_region("tianjin")

        session().bind_region("tianjin")
        with pytest.raises(NoRegion):
            session().bind_region("huaian")


def test_binding_after_a_statement_is_refused(app: Flask):
    with app.app_context():
        session().execute(text("SELECT 1"))

        with pytest.raises(NoRegion):
            session().bind_region("tianjin")


def test_a_regional_table_without_a_region_is_refused(app: Flask):
    with app.app_context():
        with pytest.raises(ProgrammingError, match="region"):
            session().scalars(select(IdempotencyKey)).all()
        with pytest.raises(NoRegion):
            _ = session().region


def test_the_next_context_may_serve_another_region(app: Flask):
    for code in ("tianjin", "huaian"):
        with app.app_context():
            session().bind_region(code)
            session().scalars(select(IdempotencyKey)).all()
            assert session().region == code


def write(cause: int) -> None:
    outbox.enqueue(
        session(),
        channel="test",
        cause_id=UUID(int=cause),
        template="t",
        recipient_id=UUID(int=1),
        payload={},
        at=clock.now(),
        keys=current_settings().key_ring,
    )


def write_and_fail(cause: int) -> None:
    with transaction():
        with transaction():
            write(cause)
        raise LookupError


def causes(app: Flask) -> list[int]:
    with app.app_context():
        session().bind_region("tianjin")
        return sorted(cause.int for cause in session().scalars(select(outbox.OutboxMessage.cause_id)))


def test_a_transaction_commits_all_or_nothing(own_app: Flask):
    with own_app.app_context():
        session().bind_region("tianjin")
        with transaction():
            write(1)
        with pytest.raises(LookupError):
            write_and_fail(2)
        with transaction():
            write(3)

    assert causes(own_app) == [1, 3]


def test_an_inner_transaction_joins_the_outer(app: Flask):
    with app.app_context():
        session().bind_region("tianjin")
        with pytest.raises(LookupError):
            write_and_fail(1)

    assert causes(app) == []


def test_what_is_flushed_without_a_transaction_is_not_kept(app: Flask):
    with app.app_context():
        session().bind_region("tianjin")
        write(1)
        session().flush()

    assert causes(app) == []
