"""The stand-in servers as fixtures: real processes on loopback, started once, made as new for each test."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from standins.wechat.service import DEFAULT_APPID, DEFAULT_SECRET

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class WeChatStandIn:
    """A running stand-in WeChat and the orders a test may give it."""

    url: str
    orders: httpx.Client
    appid: str = DEFAULT_APPID
    secret: str = DEFAULT_SECRET

    def login_code(self, openid: str, unionid: str | None = None) -> str:
        return str(self._order("codes", openid=openid, unionid=unionid)["code"])

    def phone_code(self, number: str, country: str = "86") -> str:
        return str(self._order("phone-codes", number=number, country=country)["code"])

    def block(self, openid: str) -> None:
        self._order("blocked", openid=openid)

    def add_template(self, template_id: str, *keys: str) -> None:
        self._order("templates", template_id=template_id, keys=keys)

    def allow_message(self, openid: str, template_id: str) -> None:
        self._order("subscriptions", openid=openid, template_id=template_id)

    def sent_messages(self) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = self.orders.get("/_standin/sent").raise_for_status().json()
        return sent

    def fault(self, path: str, *, calls: int = 1, **fault: Any) -> None:
        """`errcode`, `status`, `body` or `wait_s` for the next calls of a path."""
        self._order("faults", path=path, calls=calls, **fault)

    def advance(self, forward_s: float) -> None:
        self._order("clock", forward_s=forward_s)

    def reset(self) -> None:
        self._order("reset")

    def calls(self, path: str) -> int:
        return int(self.orders.get("/_standin/calls").raise_for_status().json().get(path, 0))

    def _order(self, name: str, **order: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.orders.post(f"/_standin/{name}", json=order).raise_for_status().json()
        return answer


@pytest.fixture(scope="session")
def wechat_process() -> Iterator[WeChatStandIn]:
    command = [sys.executable, "-m", "standins.wechat", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("listening on "), f"the stand-in WeChat did not start: {said!r}"
            url = said.removeprefix("listening on ").strip()
            with httpx.Client(base_url=url, timeout=10, trust_env=False) as orders:
                yield WeChatStandIn(url, orders)
        finally:
            process.terminate()
            process.wait(timeout=10)


@pytest.fixture
def wechat_standin(wechat_process: WeChatStandIn) -> WeChatStandIn:
    wechat_process.reset()
    return wechat_process
