"""A database that was restarted costs no request: dead connections are replaced when they leave the pool."""

import time

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError

from app.kernel.db import db
from tests.conftest import Clone


def cut_all(database: Clone) -> None:
    """End every connection of the runtime role to this database, as a restart does, and wait until they are gone."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    engine = create_engine(database.urls.runtime, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others} AND usename = current_user"))
        for _ in range(200):
            if not connection.scalar(text(f"SELECT count(*) {others} AND usename = current_user")):
                break
            time.sleep(0.02)
        else:
            pytest.fail("a connection did not end")
    engine.dispose()


def test_a_connection_cut_while_idle_is_replaced_unnoticed(own_app: Flask, own_database: Clone):
    with own_app.app_context(), db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))

    cut_all(own_database)

    with own_app.app_context():
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        db.engine.dispose()


def test_without_the_look_at_the_socket_the_cut_is_noticed(own_database: Clone):
    """The control: a pool that does not look hands out the dead connection."""
    engine = create_engine(own_database.urls.runtime)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))

    cut_all(own_database)

    with pytest.raises(DBAPIError), engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    engine.dispose()


def test_the_look_costs_no_statement(own_app: Flask):
    with own_app.app_context():
        statements: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
        for _ in range(3):
            with db.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        db.engine.dispose()

    assert statements == ["SELECT 1"] * 3
