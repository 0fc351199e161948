"""The stand-ins of providers with signed requests: real processes on loopback, made as new for each test."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from app.gateways.signed import ProviderSettings
from tests.standins import ROOT


@dataclass(frozen=True)
class StandIn:
    """A running stand-in and the orders a test may give it."""

    url: str
    orders: httpx.Client
    app_id: str
    secret: str

    def settings(self, **changed: Any) -> ProviderSettings:
        """Who we are there."""
        return ProviderSettings(**({"base_url": self.url, "app_id": self.app_id, "secret": self.secret} | changed))

    def order(self, name: str, **order: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.orders.post(f"/_standin/{name}", json=order).raise_for_status().json()
        return answer

    def calls(self, path: str) -> int:
        return int(self.orders.get("/_standin/calls").raise_for_status().json().get(path, 0))


@contextmanager
def running(kind: str, *, app_id: str, secret: str) -> Iterator[StandIn]:
    """Start `standins.KIND` on a free port, and stop it at the end."""
    command = [sys.executable, "-m", f"standins.{kind}", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("listening on "), f"the stand-in did not start: {said!r}"
            url = said.removeprefix("listening on ").strip()
            with httpx.Client(base_url=url, timeout=10, trust_env=False) as orders:
                yield StandIn(url, orders, app_id, secret)
        finally:
            process.terminate()
            process.wait(timeout=10)
