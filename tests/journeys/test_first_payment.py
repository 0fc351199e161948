"""The runbooks of a new region and its first payment, walked command by command as they are written."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.kernel import embedded
from app.kernel.embedded_host import socket_dir
from tests.conftest import ROOT
from tests.kernel.test_serving import free_port

RUNBOOKS = ("adding-a-region.md", "first-payment.md")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PORTS = ("8000", "9010", "9020")
PLACE = "/tmp/anhu-rehearsal"
WITHIN_S = 240


@pytest.fixture
def place() -> Iterator[Path]:
    """Where the rehearsal's files lie, in place of the folder that the runbook names."""
    top = Path(tempfile.mkdtemp(prefix="anhu-test-rehearsal-"))
    top.chmod(0o711)
    yield top / "rehearsal"
    embedded.stop(top / "rehearsal")
    shutil.rmtree(socket_dir(top / "rehearsal"), ignore_errors=True)
    shutil.rmtree(top)


def commands(place: Path) -> str:
    """All commands of both runbooks, with ports of their own."""
    text = "\n".join((ROOT / "docs" / "runbooks" / name).read_text() for name in RUNBOOKS)
    script = "".join(BLOCK.findall(text))
    for port in PORTS:
        script = script.replace(f"127.0.0.1:{port}", f"127.0.0.1:{(free := free_port())}")
        script = script.replace(f"--port {port}", f"--port {free}")
        script = script.replace("anhu serve", f"anhu serve --bind 127.0.0.1:{free}") if port == PORTS[0] else script
    return "set -euo pipefail\n" + script.replace(PLACE, str(place))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="the runbooks' requests are sent by curl")
def test_a_made_up_fund_pays_its_first_carer_by_the_runbooks(place: Path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANHU_", "DATABASE_URL"))}
    walk = subprocess.Popen(
        ["bash", "-c", commands(place)],
        cwd=ROOT,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = walk.communicate(timeout=WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(walk.pid, signal.SIGKILL)
        said, _ = walk.communicate()

    assert walk.returncode == 0, said
    assert said.count("5 行全部写入") == 2, said
    assert said.count('"standing":"payable"') == 2, said
    assert '"amount_fen":5000' in said
    assert '"state":"paid"' in said
    assert '"credit_fen":15000,"debit_fen":15000' in said
