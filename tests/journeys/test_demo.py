"""The demo itself, on three days of its month."""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from demo.processes import ROOT


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A fresh folder that the database's own user may enter too."""
    folder = Path(tempfile.mkdtemp(prefix="anhu-demo-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_demo_tells_its_whole_story_and_leaves_nothing_running(data_dir: Path, tmp_path: Path):
    command = [sys.executable, "-m", "demo", "--exit", "--days", "3", "--data-dir", str(data_dir)]

    done = subprocess.run(
        [*command, "--output", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=170, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "The e-voucher is scanned → traced" in done.stdout
    debits, credits = re.search(r"借方合计 debits (\S+) = 贷方合计 credits (\S+)", done.stdout).groups()
    assert debits == credits != "0.00"
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".xml"}
    assert processes_of(data_dir) == []


@pytest.mark.slow
def test_demo_stopped_on_its_way_stops_everything(data_dir: Path, tmp_path: Path):
    command = [sys.executable, "-m", "demo", "--data-dir", str(data_dir), "--output", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "stand-in bank are up" in line:
                demo.send_signal(signal.SIGTERM)
                break
        said = demo.stdout.read()

    assert demo.returncode == 130, said
    deadline = time.monotonic() + 10
    while processes_of(data_dir) and time.monotonic() < deadline:
        time.sleep(0.1)  # a command begun just then ends by itself, without the database
    assert processes_of(data_dir) == []


def processes_of(data_dir: Path) -> list[list[str]]:
    """Processes that work on this folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        environment = process.info["environ"] or {}
        if str(data_dir) in " ".join(process.info["cmdline"] or []) or environment.get("ANHU_DATA_DIR") == str(
            data_dir
        ):
            found.append(process.info["cmdline"])
    return found
