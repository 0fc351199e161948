"""A running Anhu that is killed at seeded moments, and clients that send again whatever they have no answer for."""

import copy
import random
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from app.kernel.ids import new_id
from demo.client import User
from demo.processes import Door, Running, start_server, start_worker

PATIENCE_S = 40.0
PAUSE_S = 0.05


@dataclass
class System:
    """Real server and worker processes on one door."""

    environment: Mapping[str, str]
    logs: Path
    application: str = "wsgi:application"
    door: Door = field(default_factory=Door)
    kills: int = 0

    def start(self) -> None:
        """Start both; the server is ready when this returns."""
        self.server: Running = start_server(
            self.door, environment=self.environment, logs=self.logs, application=self.application
        )
        self.worker: Running = start_worker(environment=self.environment, logs=self.logs)

    def kill(self) -> None:
        """`kill -9` for both, with all their children."""
        self.server.kill()
        self.worker.kill()
        self.kills += 1

    def stop(self) -> None:
        """End both in the usual way and let the port go."""
        self.worker.stop()
        self.server.stop()
        self.door.close()


class Reaper:
    """Kills the system during chosen requests: so many seconds after the request was sent, whatever has come back.

    The one who sent it learns nothing: his phone lost the answer, if there was one.
    """

    def __init__(self, system: System, *, seed: int, delays_s: Sequence[float], every: int, only: str = "") -> None:
        self._system = system
        self._only = only
        self._random = random.Random(seed)
        self._delays_s = list(delays_s)
        self._random.shuffle(self._delays_s)
        self._every = every
        self._until_next = self._random.randint(1, every)
        self._lock = threading.Lock()

    def delay(self, path: str) -> float | None:
        """Seconds after which this request's server is killed; None for a request that is left alone."""
        with self._lock:
            if not self._delays_s or not path.endswith(self._only):
                return None
            self._until_next -= 1
            if self._until_next > 0:
                return None
            self._until_next = self._random.randint(max(1, self._every // 2), self._every)
            return self._delays_s.pop()

    def kill_and_restart(self) -> None:
        """One after the other when two are due."""
        with self._lock:
            self._system.kill()
            self._system.start()


@dataclass
class PatientUser(User):
    """Sends a request again, with the same ids, until the server has answered it.

    `renames` is the first control: a client that makes new ids each time.
    """

    reaper: Reaper | None = None
    renames: bool = False
    resends: int = 0

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The first answer that arrives and is no failure of the server."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            answer = self._attempt(method, path, request)
            if answer is not None and answer.status_code < 500:
                return answer
            self.resends += 1
            if self.renames:
                request = renamed(request)
            time.sleep(PAUSE_S)
        raise TimeoutError(f"{method} {path} was not answered within {PATIENCE_S:.0f} seconds")

    def _attempt(self, method: str, path: str, request: dict[str, Any]) -> httpx.Response | None:
        delay = self.reaper.delay(path) if self.reaper else None
        if delay is None or self.reaper is None:
            with suppress(httpx.TransportError):
                return super().send(method, path, **request)
            return None
        killer = threading.Timer(delay, self.reaper.kill_and_restart)
        killer.start()
        with suppress(httpx.TransportError):
            super().send(method, path, **request)
        killer.join()
        return None


def renamed(request: dict[str, Any]) -> dict[str, Any]:
    """The same request with a new id for everything the phone named, and a new Idempotency-Key."""
    request = copy.deepcopy(request)
    if "Idempotency-Key" in request.get("headers", {}):
        request["headers"]["Idempotency-Key"] = str(uuid4())
    _rename(request.get("json"))
    return request


def _rename(part: Any) -> None:
    if isinstance(part, list):
        for each in part:
            _rename(each)
    if isinstance(part, dict):
        if "id" in part:
            part["id"] = str(new_id())
        for value in part.values():
            _rename(value)
