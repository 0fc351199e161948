"""Starts a web server as a real process and reads what it costs: CPU time, memory, time to its first answer."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.load import ServerFailed

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"
OURS = "wsgi:application"
BASELINE = "bench.flask_psycopg_app:application"
START_WITHIN_S = 30.0
STOP_WITHIN_S = 40.0
ASK_EVERY_S = 0.005


@dataclass(frozen=True)
class Server:
    """A running gunicorn; `start_s` is the time from starting the process to the first 200 of /healthz."""

    process: psutil.Process
    address: tuple[str, int]
    start_s: float

    def worker_rss_mib(self) -> float:
        """Resident memory of the largest worker, in MiB."""
        return max(worker.memory_info().rss for worker in self.process.children()) / 2**20


@contextmanager
def serve(application: str, *, data_dir: Path, database_url: str, more: Mapping[str, str]) -> Iterator[Server]:
    """Run gunicorn with the product's own settings; SIGTERM at the end."""
    address = (HOST, _free_port())
    environment = {**_environment(data_dir, database_url), "ANHU_BIND": f"{HOST}:{address[1]}", **more}
    log = data_dir / "web.log"
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), application]
    with log.open("ab") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            _wait_until_alive(process, address, log=log)
            yield Server(psutil.Process(process.pid), address, time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait(STOP_WITHIN_S)


@contextmanager
def work(*, data_dir: Path, database_url: str) -> Iterator[psutil.Process]:
    """Run the real worker, `anhu worker`; SIGTERM at the end."""
    command = [str(Path(sys.executable).with_name("anhu")), "worker"]
    with (data_dir / "worker.log").open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(data_dir, database_url), stdout=output, stderr=output
        )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(STOP_WITHIN_S)


def peak_rss_mib(process: psutil.Process) -> float:
    """The most memory a process ever had, in MiB."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ServerFailed(f"no process {process.pid} any more")


def cpu_seconds(process: psutil.Process) -> float:
    """CPU time of a process, its living children, and those that ended and were waited for."""
    own = process.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # ended meanwhile: its time is among its parent's at the next look
            times = child.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _environment(data_dir: Path, database_url: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ANHU_", "PG", "GUNICORN_"))}
    return {**own, "DATABASE_URL": database_url, "ANHU_DATA_DIR": str(data_dir)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_alive(process: subprocess.Popen[bytes], address: tuple[str, int], *, log: Path) -> None:
    deadline = time.perf_counter() + START_WITHIN_S
    while time.perf_counter() < deadline and process.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(*address, timeout=START_WITHIN_S)
            connection.request("GET", "/healthz")
            status = connection.getresponse().status
            connection.close()
            if status == http.HTTPStatus.OK:
                return
        time.sleep(ASK_EVERY_S)
    raise ServerFailed(f"the server did not start; the end of its log:\n{log.read_text(errors='replace')[-2000:]}")
