"""The stand-in provider of face checks as a fixture: a real process on loopback, made as new for each test."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from standins.face.server import DEFAULT_APP, DEFAULT_SECRET
from tests.standins import ROOT


@dataclass(frozen=True)
class FaceStandIn:
    """A running stand-in and the orders a test may give it."""

    url: str
    orders: httpx.Client
    app_id: str = DEFAULT_APP
    secret: str = DEFAULT_SECRET

    def order(self, name: str, **order: Any) -> None:
        self.orders.post(f"/_standin/{name}", json=order).raise_for_status()

    def calls(self, path: str) -> int:
        return int(self.orders.get("/_standin/calls").raise_for_status().json().get(path, 0))


@pytest.fixture(scope="session")
def face_process() -> Iterator[FaceStandIn]:
    command = [sys.executable, "-m", "standins.face", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("listening on "), f"the stand-in did not start: {said!r}"
            url = said.removeprefix("listening on ").strip()
            with httpx.Client(base_url=url, timeout=10, trust_env=False) as orders:
                yield FaceStandIn(url, orders)
        finally:
            process.terminate()
            process.wait(timeout=10)


@pytest.fixture
def face_standin(face_process: FaceStandIn) -> FaceStandIn:
    face_process.order("reset")
    return face_process
