"""Real processes on a test's own database."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.kernel.roles import DatabaseUrls

ROOT = Path(__file__).parents[2]


def environment_for(urls: DatabaseUrls, data_dir: Path, **more: str) -> dict[str, str]:
    """The environment of a process that serves or works on this database."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANHU_", "DATABASE_URL", "PYTEST_"))
    }
    return kept | {"DATABASE_URL": urls.runtime, "ANHU_DATA_DIR": str(data_dir), "ANHU_LOG_LEVEL": "WARNING", **more}


def start_module(*arguments: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start `python -m …` in the repository's folder."""
    return subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, env=environment)


def wait_until(holds: Callable[[], bool], *, seconds: float = 20, what: str = "it") -> None:
    """Wait for a condition; fail with a sentence."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"{what} did not happen within {seconds} seconds"
        time.sleep(0.02)


def lines_of(log: Path) -> list[list[str]]:
    """What processes noted in a log, split into words."""
    return [line.split() for line in log.read_text().splitlines()] if log.exists() else []
