"""Run the tests against a PostgreSQL of this machine instead of the embedded one: `make test-pg15`.

Makes a throw-away cluster of PostgreSQL 15, reached by a unix socket in a private folder
(which is why its login may be `trust`), and stops it at the end. Further arguments go to pytest.
"""

import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.server import fast_place

_VERSION = "15"
_DEBIAN = Path(f"/usr/lib/postgresql/{_VERSION}/bin")
_SETTINGS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100"
    " -c max_locks_per_transaction=256"
)


def main(pytest_arguments: list[str]) -> int:
    bin_dir = find_programs()
    if bin_dir is None:
        sys.exit(f"PostgreSQL {_VERSION} was not found. Install it, or put its pg_config on PATH.")
    folder = Path(tempfile.mkdtemp(prefix="anhu-pg15-", dir=fast_place()))
    user = server_user()
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    cluster = folder / "cluster"
    try:
        run(
            bin_dir / "initdb",
            "-D",
            cluster,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
            user=user,
        )
        options = f"-k {shlex.quote(str(folder))} {_SETTINGS}"
        run(bin_dir / "pg_ctl", "start", "-D", cluster, "-l", folder / "log", "-o", options, "-w", user=user)
        url = f"postgresql+psycopg://postgres@/postgres?host={folder}&port=5432"
        command = [sys.executable, "-m", "pytest", *pytest_arguments]
        return subprocess.run(command, env=os.environ | {"ANHU_TEST_SUPERUSER_URL": url}, check=False).returncode
    finally:
        if (cluster / "postmaster.pid").exists():
            run(bin_dir / "pg_ctl", "stop", "-D", cluster, "-m", "immediate", user=user)
        shutil.rmtree(folder)


def find_programs() -> Path | None:
    """Debian keeps each version in a folder of its own, not on PATH; elsewhere `pg_config` knows."""
    if (_DEBIAN / "initdb").exists():
        return _DEBIAN
    config = shutil.which("pg_config")
    if config is None or f" {_VERSION}." not in subprocess.check_output([config, "--version"], text=True):
        return None
    bin_dir = Path(subprocess.check_output([config, "--bindir"], text=True).strip())
    return bin_dir if (bin_dir / "initdb").exists() else None


def server_user() -> str | None:
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def run(program: Path, *arguments: str | Path, user: str | None) -> None:
    done = subprocess.run(
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{program.name} failed:\n{done.stdout}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
