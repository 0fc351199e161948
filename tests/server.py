"""One PostgreSQL server for a whole test run, shared by its workers and stopped at its end.

The run is marked by a folder that the controlling process makes and its workers inherit by the environment. The server
starts when the first test asks for it. What a killed run left behind is cleared by the next run.
"""

import os
import shutil
import tempfile
from pathlib import Path

import psutil
import pytest

from app.kernel import embedded

_GIVEN = "ANHU_TEST_SUPERUSER_URL"
RUN_FOLDER = "ANHU_TESTRUN_FOLDER"
_PREFIX = "anhu-test-run-"
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # what it loses, no test misses
_QUICK_START = str(Path(__file__).with_name("quick_start"))  # for the processes that tests start
_MEMORY = Path("/dev/shm")  # a clone is some 2,000 files: ten times faster to make there than on a disk
_ENOUGH_MEMORY = 4 << 30


def postgres_for_tests() -> str:
    """The URL of a superuser: of the server named by ANHU_TEST_SUPERUSER_URL, or of this run's embedded one."""
    if given := os.environ.get(_GIVEN):
        return given
    folder = Path(os.environ[RUN_FOLDER])
    embedded.start(folder, settings=_FAST)  # safe at once in all workers: it has a lock, and finds what runs
    return embedded.superuser_url(folder)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    _clear_killed_runs()
    os.environ["PYTHONPATH"] = os.pathsep.join([_QUICK_START, *filter(None, [os.environ.get("PYTHONPATH")])])
    os.environ["TMPDIR"] = str(fast_place())  # for the clusters that tests and their processes make
    tempfile.tempdir = None
    folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
    os.environ[RUN_FOLDER] = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(RUN_FOLDER, None)):
        _clear(Path(folder))


def fast_place() -> Path:
    """Where a throw-away cluster is made: in memory where there is enough, else in the temporary folder."""
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and psutil.disk_usage(str(_MEMORY)).free > _ENOUGH_MEMORY:
        return _MEMORY
    return Path(tempfile.gettempdir())


def _clear_killed_runs() -> None:
    for folder in [*Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"), *_MEMORY.glob(f"{_PREFIX}*")]:
        controller = int(folder.name.removeprefix(_PREFIX).split("-")[0])
        if folder.stat().st_uid == os.geteuid() and not psutil.pid_exists(controller):
            _clear(folder)


def _clear(folder: Path) -> None:
    embedded.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)
