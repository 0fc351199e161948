"""Fixtures of all tests: a database cloned from a template per worker, a test in a transaction that is rolled back."""

import contextvars
import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from app.factory import create_app
from app.kernel.db import RegionSession, db
from app.kernel.roles import DatabaseUrls, create_roles_and_database
from app.kernel.settings import Settings, read_settings
from app.policies.keeping import open_region
from app.policies.service import load_book
from tests.server import postgres_for_tests, pytest_configure, pytest_unconfigure

__all__ = ["pytest_configure", "pytest_unconfigure"]

ROOT = Path(__file__).parents[1]
REGIONS = (("tianjin", "天津市"), ("huaian", "淮安市"))
UNBOUND: dict[str, Any] = {"schema_translate_map": None}
BUILT_ON = datetime(2026, 11, 1, tzinfo=UTC)


class SeparateClient(FlaskClient):
    """Each request has an application context of its own, as on a server, though the test holds one open too."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return contextvars.Context().run(super().open, *args, **kwargs)


@dataclass(frozen=True)
class Clone:
    """A database of its own, with both regions and nothing in them."""

    name: str
    urls: DatabaseUrls


def _sources_digest() -> str:
    files = sorted(
        [*ROOT.glob("app/**/*.py"), *ROOT.glob("app/policies/files/*.toml"), *ROOT.glob("migrations/**/*.py")]
    )
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _run_as_superuser(statement: str) -> None:
    engine = create_engine(make_url(postgres_for_tests()), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _exists(name: str) -> bool:
    engine = create_engine(make_url(postgres_for_tests()))
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
    engine.dispose()
    return bool(found)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of the template database, built once a run by the migrations."""
    name = f"template_{_sources_digest()}"
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    with FileLock(shared / "template.lock"):
        if not _exists(name):
            building = f"building_{secrets.token_hex(4)}"
            urls = create_roles_and_database(postgres_for_tests(), database=building)
            book = load_book()
            for code, title in REGIONS:
                open_region(urls.owner, code=code, name=title, timezone="Asia/Shanghai", book=book, at=BUILT_ON)
            _run_as_superuser(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
    return name


def clone_of(template: str) -> Clone:
    """A database of its own; whoever makes it drops it."""
    name = f"test_{secrets.token_hex(6)}"
    _run_as_superuser(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY wal_log')
    return Clone(name, create_roles_and_database(postgres_for_tests(), database=name))


def drop(clone: Clone) -> None:
    """Remove a database with whatever is still connected to it."""
    _run_as_superuser(f'DROP DATABASE "{clone.name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def worker_database(template: str) -> Iterator[Clone]:
    """This worker's database; tests leave nothing in it."""
    clone = clone_of(template)
    yield clone
    drop(clone)


@pytest.fixture
def own_database(template: str) -> Iterator[Clone]:
    """A database for one test that commits: races, kills, workers."""
    clone = clone_of(template)
    yield clone
    drop(clone)


def settings_for(urls: DatabaseUrls, data_dir: Path, **more: str) -> Settings:
    """Settings of a test: demo keys in a temporary folder, the given database."""
    return read_settings(
        {"DATABASE_URL": urls.runtime, "ANHU_DATA_DIR": str(data_dir), "ANHU_LOG_LEVEL": "WARNING", **more}
    )


@pytest.fixture(scope="session")
def app(worker_database: Clone, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on this worker's database."""
    application = create_app(settings_for(worker_database.urls, tmp_path_factory.mktemp("data")))
    application.test_client_class = SeparateClient
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def rolled_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything the test and its requests commit is undone at its end."""
    with app.app_context():
        connection = db.engine.connect()
        outer = connection.begin()
        factory = db.session.session_factory
        factory.configure(join_transaction_mode="create_savepoint")
        monkeypatch.setattr(
            RegionSession,
            "get_bind",
            lambda self, *_, **__: connection.execution_options(**{**UNBOUND, **self.execution_options}),
        )
        yield
        db.session.remove()
        outer.rollback()
        connection.close()
        factory.configure(join_transaction_mode="conditional_savepoint")


@pytest.fixture
def tianjin(app: Flask, rolled_back: None) -> Iterator[Session]:
    """A session bound to Tianjin whose work is undone; requests of the test see what it flushed and committed."""
    with app.app_context():
        session = db.session()
        session.bind_region("tianjin")
        yield session


@pytest.fixture
def client(app: Flask, rolled_back: None) -> FlaskClient:
    """An HTTP client of the application, joined to the test's transaction."""
    return app.test_client()


@pytest.fixture
def own_app(own_database: Clone, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own: what it commits stays, for tests with threads or processes."""
    application = create_app(settings_for(own_database.urls, tmp_path))
    application.test_client_class = SeparateClient
    yield application
    with application.app_context():
        db.engine.dispose()
