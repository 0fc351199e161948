"""Fixtures of all tests: a database cloned from a template per worker, a test in a transaction that is rolled back."""

import contextvars
import gc
import hashlib
import os
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from filelock import FileLock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.orm import Session

from app.factory import create_app
from app.kernel.db import RegionSession, db
from app.kernel.roles import DatabaseUrls, create_roles_and_database
from app.kernel.settings import Settings, read_settings
from app.policies.keeping import open_region
from app.policies.service import load_book
from tests.fixed_clock import clock_at
from tests.server import RUN_FOLDER, postgres_for_tests, pytest_configure, pytest_unconfigure
from tests.swept import Broom

__all__ = ["pytest_configure", "pytest_unconfigure"]

ROOT = Path(__file__).parents[1]
REGIONS = (("tianjin", "天津市"), ("huaian", "淮安市"))
UNBOUND: dict[str, Any] = {"schema_translate_map": None}
BUILT_ON = datetime(2026, 11, 1, tzinfo=UTC)
MADE_BEFORE = timedelta(minutes=1)
Made = TypeVar("Made")

gc.disable()  # while modules are imported and tests collected, which makes little garbage out of a million objects


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """One worker goes ahead of the others: what it has compiled they find."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    compiled = Path(os.environ[RUN_FOLDER]) / "compiled"
    with FileLock(compiled.with_suffix(".lock")):
        if not compiled.exists():
            found = yield
            compiled.touch()
            return found
    return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: at the end one worker would be busy with it alone."""
    items.sort(key=lambda item: "/storm/" not in item.nodeid)


def pytest_collection_finish() -> None:
    """From here on garbage is looked for among what tests make, not among all that was imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


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
    _run_as_superuser(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
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
    """A database for one test that commits more than rows, or kills who would clean up."""
    clone = clone_of(template)
    yield clone
    drop(clone)


@pytest.fixture(scope="session")
def broom(template: str) -> Iterator[tuple[Clone, Broom]]:
    """This worker's database for tests that commit rows, and what takes them out again."""
    clone = clone_of(template)
    swept = Broom(clone.name)
    yield clone, swept
    swept.close()
    drop(clone)


@pytest.fixture
def swept_database(broom: tuple[Clone, Broom]) -> Iterator[Clone]:
    """A database for one test that commits rows and no more: races, workers."""
    clone, swept = broom
    yield clone
    swept.sweep()


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


@contextmanager
def joined(app: Flask, connection: Connection) -> Iterator[None]:
    """Whatever sessions and requests commit meanwhile is a part of the connection's transaction."""
    with app.app_context(), pytest.MonkeyPatch.context() as patch:
        factory = db.session.session_factory
        factory.configure(join_transaction_mode="create_savepoint")
        patch.setattr(
            RegionSession,
            "get_bind",
            lambda self, *_, **__: connection.execution_options(**{**UNBOUND, **self.execution_options}),
        )
        try:
            yield
        finally:
            db.session.remove()
            factory.configure(join_transaction_mode="conditional_savepoint")


@pytest.fixture(scope="module")
def ground(app: Flask) -> Iterator[Connection]:
    """The transaction in which a module's tests work, each in a savepoint: they find in it what is made there once."""
    with app.app_context():
        engine = db.engine
    with engine.connect() as connection, connection.begin() as outer:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield connection
        outer.rollback()


def made_on(app: Flask, ground: Connection, make: Callable[[Session, Flask], Made], *, at: datetime) -> Made:
    """What `make` makes in Tianjin for all tests of a module, a little before `at`: a test's clock begins anew."""
    with clock_at(at - MADE_BEFORE), joined(app, ground):
        session = db.session()
        session.bind_region("tianjin")
        made = make(session, app)
        session.commit()
    return made


@pytest.fixture
def rolled_back(app: Flask, ground: Connection) -> Iterator[None]:
    """Everything the test and its requests commit is undone at its end."""
    with joined(app, ground):
        mine = ground.begin_nested()
        yield
        db.session.remove()
        mine.close()  # also where a test left savepoints of its own open


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


@pytest.fixture(scope="session")
def kept_app(broom: tuple[Clone, Broom], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    application = create_app(settings_for(broom[0].urls, tmp_path_factory.mktemp("swept")))
    application.test_client_class = SeparateClient
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def swept_app(kept_app: Flask, swept_database: Clone) -> Flask:
    """An application on a database whose rows are taken out after the test: what is committed stays until then."""
    return kept_app


@pytest.fixture
def own_app(own_database: Clone, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own: what it commits stays, for tests with threads or processes."""
    application = create_app(settings_for(own_database.urls, tmp_path))
    application.test_client_class = SeparateClient
    yield application
    with application.app_context():
        db.engine.dispose()
