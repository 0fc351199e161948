"""The processes of a running Anhu and its stand-ins: started on free ports, each with a log, and stopped for sure."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
READY_WITHIN_S = 60.0
STOP_WITHIN_S = 20.0
GREETING = "listening on "


class ProcessFailed(RuntimeError):
    """A process did not start or ended by itself; the text is a sentence with the place of its log."""


@dataclass
class Running:
    """One process, in a session of its own, so that Ctrl-C reaches the demo alone and the demo stops it in order."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raise ProcessFailed when the process has ended."""
        if self.process.poll() is not None:
            raise ProcessFailed(f"{self.name} ended with code {self.process.returncode}. Its log: {self.log}")

    def ask_to_end(self) -> None:
        """SIGTERM; wait for nothing."""
        with suppress(ProcessLookupError):
            self.process.terminate()

    def stop(self) -> None:
        """Ask it to end, wait, and end it and its children by force when it does not."""
        self.ask_to_end()
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """`kill -9` for it and its children at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def spawn(name: str, command: Sequence[str], *, environment: Mapping[str, str], logs: Path, fd: int = -1) -> Running:
    """Start a command at the root of the project; what it says goes to a file. `fd` is handed down when given."""
    path = logs / f"{name}.log"
    with path.open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=() if fd < 0 else (fd,),
        )
    return Running(name, process, path)


def start_standin(kind: str, *, logs: Path) -> tuple[Running, str]:
    """Start one of `standins` on a free port; give it and its address."""
    return start_listener(f"standin-{kind}", [sys.executable, "-m", f"standins.{kind}", "--port", "0"], logs=logs)


def start_listener(name: str, command: Sequence[str], *, logs: Path) -> tuple[Running, str]:
    """Start what chooses its own port and says it; give it and its address."""
    running = spawn(name, command, environment={}, logs=logs)
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        running.check()
        said = running.log.read_text(encoding="utf-8", errors="replace")
        if said.endswith("\n") and GREETING in said:
            return running, said.rsplit(GREETING, 1)[1].strip()
        time.sleep(0.05)
    raise ProcessFailed(f"{running.name} did not say its address. Its log: {running.log}")


class Door:
    """The server's listening socket, held by us: its port stays the same over restarts, and no other takes it."""

    def __init__(self, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port), backlog=128)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def fd(self) -> int:
        """The descriptor that the server's process inherits."""
        return self._socket.fileno()

    def close(self) -> None:
        """Let the port go."""
        self._socket.close()


def start_server(
    door: Door, *, environment: Mapping[str, str], logs: Path, application: str = "wsgi:application"
) -> Running:
    """Start the real server with `gunicorn.conf.py` and wait until it is ready."""
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "gunicorn.conf.py",
        "--bind",
        f"fd://{door.fd}",
        application,
    ]
    running = spawn("server", command, environment=environment, logs=logs, fd=door.fd)
    wait_ready(running, door.url)
    return running


def start_worker(*, environment: Mapping[str, str], logs: Path) -> Running:
    """Start the real worker, `anhu worker`."""
    return spawn("worker", [str(Path(sys.executable).with_name("anhu")), "worker"], environment=environment, logs=logs)


def wait_ready(running: Running, url: str) -> None:
    """Wait until `/readyz` answers; raises ProcessFailed when the process ends or takes more than a minute."""
    deadline = time.monotonic() + READY_WITHIN_S
    with httpx.Client(base_url=url, timeout=5, trust_env=False) as client:
        while time.monotonic() < deadline:
            running.check()
            with suppress(httpx.TransportError):
                if client.get("/readyz").status_code == 200:
                    return
            time.sleep(0.1)
    raise ProcessFailed(f"{running.name} was not ready after {READY_WITHIN_S:.0f} seconds. Its log: {running.log}")
