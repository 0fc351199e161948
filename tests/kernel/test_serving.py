"""The real server and worker as processes: they start from one command and stop without losing an answer."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import create_engine, text

from tests.conftest import Clone
from tests.kernel.processes import ROOT, environment_for, wait_until

REQUESTS = 16
ANHU = (sys.executable, "-c", "from app.cli.main import main; main()")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=2).status_code < 500
    except httpx.TransportError:
        return False


@contextmanager
def running(*command: str, environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (
        log.open("wb") as said,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=40)


@pytest.fixture
def slow_server(own_database: Clone, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    url = f"127.0.0.1:{free_port()}"
    environment = environment_for(own_database.urls, tmp_path, ANHU_BIND=url)
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "tests.kernel.slow_app:application"]
    with running(*command, environment=environment, log=tmp_path / "log") as process:
        wait_until(lambda: answers(f"http://{url}/healthz"), what="the server's start")
        yield f"http://{url}", process


def test_every_answer_arrives_when_the_server_is_told_to_stop(slow_server: tuple[str, subprocess.Popen[bytes]]):
    url, process = slow_server
    with ThreadPoolExecutor(REQUESTS) as clients, httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        sent = [clients.submit(http.get, f"/slow/{number}") for number in range(REQUESTS)]
        wait_until(lambda: all(each.running() or each.done() for each in sent), what="sending")
        time.sleep(0.7)
        assert not any(each.done() for each in sent), "the stop comes while all sixteen run"

        process.send_signal(signal.SIGTERM)

        got = [each.result().json()["number"] for each in sent]
    assert got == list(range(REQUESTS))
    assert process.wait(timeout=30) == 0


def test_a_server_whose_workers_are_killed_loses_them(slow_server: tuple[str, subprocess.Popen[bytes]]):
    """The control: the same requests, no time to end them."""
    url, process = slow_server
    with ThreadPoolExecutor(4) as clients, httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        sent = [clients.submit(http.get, f"/slow/{number}") for number in range(4)]
        time.sleep(0.7)
        for worker in psutil.Process(process.pid).children():
            worker.kill()
        lost = [isinstance(each.exception(), httpx.TransportError) for each in sent]
    process.send_signal(signal.SIGTERM)
    assert all(lost)
    assert process.wait(timeout=15) == 0, "new workers are starting, and hear the stop all the same"


@pytest.mark.parametrize(("conf", "ended"), [("gunicorn.conf.py", -signal.SIGTERM), (None, 7)])
def test_a_stop_that_meets_a_worker_just_forked_ends_it(conf: str | None, ended: int):
    """Without our hooks: the control, in which the master's handler takes the stop in the worker and it is lost."""
    program = f"""
import os, runpy, signal, time
signal.signal(signal.SIGTERM, lambda *_: None)  # the master's
os.register_at_fork(after_in_child=lambda: time.sleep(0.5))  # the moment in which it is no worker yet
if {conf!r}:
    runpy.run_path({conf!r})
worker = os.fork()
if not worker:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # as gunicorn's worker begins
    time.sleep(0.5)
    os._exit(7)
time.sleep(0.2)
os.kill(worker, signal.SIGTERM)
print(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
"""

    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30)

    assert (told.stdout.strip(), told.stderr) == (str(int(ended)), "")


RAW = {
    "long request line": b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n",
    "large header": b"GET / HTTP/1.1\r\nX: " + b"x" * 20000 + b"\r\n\r\n",
    "no request": b"\x00\x01\x02\r\n\r\n",
    "bad length": b"POST /api/v1/probes HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


def test_what_is_hardly_http_gets_a_4xx(slow_server: tuple[str, subprocess.Popen[bytes]]):
    port = int(slow_server[0].rpartition(":")[2])
    told = {}
    for name, content in RAW.items():
        with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
            wire.sendall(content)
            status = re.match(rb"HTTP/1.1 (\d)\d\d", wire.recv(100))
        told[name] = status and status[1]

    assert set(told.values()) == {b"4"}, told
    assert answers(f"{slow_server[0]}/healthz")


def test_the_worker_ends_by_sigterm_and_has_done_what_was_due(own_database: Clone, tmp_path: Path):
    engine = create_engine(own_database.urls.runtime)
    done = text("SELECT count(*) FROM tianjin.job_run WHERE job = 'send_outbox' AND finished_at IS NOT NULL")

    def has_run() -> bool:
        with engine.connect() as connection:
            return bool(connection.scalar(done))

    command = [*ANHU, "worker", "--data-dir", str(tmp_path)]
    environment = environment_for(own_database.urls, tmp_path, ANHU_LOG_LEVEL="INFO")
    with running(*command, environment=environment, log=tmp_path / "log") as process:
        wait_until(has_run, what="a run")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    engine.dispose()
    assert '"event": "worker_stopped"' in (tmp_path / "log").read_text()


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A folder the embedded server's user can reach, though pytest's is private."""
    folder = Path("/tmp") / f"anhu-serve-{os.getpid()}"
    yield folder
    subprocess.run([*ANHU, "db", "stop", "--data-dir", str(folder)], cwd=ROOT, check=True)
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def test_serve_starts_the_database_brings_it_up_to_date_and_becomes_gunicorn(data_dir: Path, tmp_path: Path):
    bind = f"127.0.0.1:{free_port()}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANHU_", "DATABASE_URL", "XDG_"))}
    kept["HOME"] = str(tmp_path / "home")
    command = [*ANHU, "serve", "--data-dir", str(data_dir), "--bind", bind]
    with running(*command, environment=kept, log=tmp_path / "log") as process:
        wait_until(lambda: answers(f"http://{bind}/healthz"), seconds=60, what="the start")

        ready = httpx.get(f"http://{bind}/readyz", trust_env=False)
        counted = httpx.get(f"http://{bind}/metrics", trust_env=False)

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
    assert ready.json()["status"] == "ok"
    assert "anhu_requests_total" in counted.text
    assert not list(data_dir.glob("metrics-*"))
    assert not (tmp_path / "home").exists(), "a server needs no home"


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_production_names_its_missing_settings_and_ends(tmp_path: Path, command: str):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANHU_", "DATABASE_URL"))}
    ended = subprocess.run(
        [*ANHU, command, "--data-dir", str(tmp_path)],
        cwd=ROOT,
        env=kept | {"ANHU_MODE": "production"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ended.returncode == 1
    assert "DATABASE_URL" in ended.stderr
    assert "ANHU_WECHAT_SECRET" in ended.stderr
    assert "Traceback" not in ended.stderr
