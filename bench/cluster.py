"""A PostgreSQL of the bench's own: durable as in production, filled once, and copied afresh for every run."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import make_url

import app.tables  # noqa: F401  # migrations set the rights that the models of all packages name
from app.kernel import embedded
from app.kernel.migrate import add_region
from app.kernel.roles import DatabaseUrls, create_roles_and_database
from app.kernel.settings import Settings, read_settings
from bench import seed

FILLED = "bench_filled"
PAGE = bytes(8192)


@dataclass(frozen=True)
class Cluster:
    """A running server in `data_dir`, with a database that holds `pairs`, to copy from."""

    data_dir: Path
    settings: Settings
    pairs: list[seed.Pair]
    filled: str

    def process(self) -> psutil.Process:
        """The server's first process."""
        pid_file = self.data_dir / "postgres" / "postmaster.pid"
        return psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))

    def server_version(self) -> str:
        """Of PostgreSQL."""
        with psycopg.connect(libpq_url(embedded.superuser_url(self.data_dir))) as connection:
            return connection.info.parameter_status("server_version") or ""

    @contextmanager
    def fresh_database(self, name: str) -> Iterator[DatabaseUrls]:
        """A copy of the filled database, dropped at the end, so that every run begins from the same state."""
        _execute(self.data_dir, f'CREATE DATABASE "{name}" TEMPLATE "{self.filled}" STRATEGY file_copy')
        try:
            yield create_roles_and_database(embedded.superuser_url(self.data_dir), database=name)
        finally:
            _execute(self.data_dir, f'DROP DATABASE "{name}" WITH (FORCE)')

    def checkpoint(self) -> None:
        """Write out what earlier work left in memory, so that none of it is counted to what comes."""
        _execute(self.data_dir, "CHECKPOINT")


@contextmanager
def filled_cluster(*, pairs: int, at: datetime) -> Iterator[Cluster]:
    """Start a server in a temporary folder, migrate, add a region, fill it with `pairs`; stop and delete at the end."""
    folder = Path(tempfile.mkdtemp(prefix="anhu-bench-"))
    data_dir = folder / "data"
    folder.chmod(0o755)  # the server's user passes through; the data folder itself is closed
    try:
        embedded.start(data_dir)
        yield fill_database(data_dir, FILLED, pairs=pairs, at=at)
    finally:
        embedded.stop(data_dir)
        shutil.rmtree(folder, ignore_errors=True)


def fill_database(data_dir: Path, name: str, *, pairs: int, at: datetime) -> Cluster:
    """Make a database of the running server, migrate, add a region and fill it with `pairs`."""
    urls = create_roles_and_database(embedded.superuser_url(data_dir), database=name)
    add_region(
        urls.owner,
        code=seed.REGION,
        name=seed.REGION_NAME,
        timezone=seed.TIMEZONE,
        at=at,
        today=at.date(),
    )
    settings = read_settings({"DATABASE_URL": urls.runtime, "ANHU_DATA_DIR": str(data_dir)})
    with psycopg.connect(libpq_url(urls.owner)) as connection:
        made = seed.fill(connection, pairs=pairs, ring=settings.key_ring, at=at)
    return Cluster(data_dir, settings, made, name)


def libpq_url(url: str) -> str:
    """A SQLAlchemy URL as libpq reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def fsyncs_per_second(folder: Path, *, tries: int = 200) -> float:
    """How many 8 KiB writes a second reach the disk of `folder`: what durable commits cost on this machine."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        began = time.perf_counter()
        for _ in range(tries):
            file.write(PAGE)
            file.flush()
            os.fdatasync(file.fileno())
        return tries / (time.perf_counter() - began)


def _execute(data_dir: Path, statement: str) -> None:
    with psycopg.connect(libpq_url(embedded.superuser_url(data_dir)), autocommit=True) as connection:
        connection.execute(statement)
