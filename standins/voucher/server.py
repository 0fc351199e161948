"""A provider that speaks the protocol of `app.gateways.voucher`; beside the orders of `standins.signed` it takes

- `POST /_standin/codes {"id_number"}` → `{"voucher_code"}`, this person's phone shows a code
- `POST /_standin/clock {"forward_s"}`, time goes by for the codes
- `POST /_standin/blocked {"id_number"}`, this person's voucher is blocked
"""

import secrets
import threading
import time
from dataclasses import dataclass, field

from flask import Flask

from standins import signed
from standins.signed import Account, Answer

DEFAULT_APP, DEFAULT_SECRET = "anhu-test", "voucher-secret-of-the-stand-in"
CODE_LIFE_S = 60


@dataclass
class Code:
    id_number: str
    dies_at: float
    is_used: bool = False


@dataclass
class Vouchers:
    """The vouchers of everybody insured. Every public method may be called from any thread."""

    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._forward_s = 0.0
            self._codes: dict[str, Code] = {}
            self._blocked: set[str] = set()
            self._answers: dict[str, Answer] = {}

    def show(self, order: Answer) -> Answer:
        with self._lock:
            shown = f"28{secrets.randbelow(10**20):020}"
            self._codes[shown] = Code(order["id_number"], self._now() + CODE_LIFE_S)
            return {"voucher_code": shown}

    def advance(self, order: Answer) -> Answer:
        with self._lock:
            self._forward_s += order["forward_s"]
            return {}

    def block(self, order: Answer) -> Answer:
        with self._lock:
            self._blocked.add(order["id_number"])
            return {}

    def trace(self, body: Answer) -> Answer:
        with self._lock:
            reference = body["reference"]
            if reference not in self._answers:
                trace_id = f"trace-{secrets.token_hex(8)}"
                self._answers[reference] = {"trace_id": trace_id} | self._use(body["voucher_code"])
            return self._answers[reference]

    def _use(self, shown: str) -> Answer:
        code = self._codes.get(shown)
        if code is None:
            return {"state": "unknown"}
        if code.is_used or code.id_number in self._blocked:
            return {"state": "refused"}
        if code.dies_at <= self._now():
            return {"state": "expired"}
        code.is_used = True
        return {"state": "traced", "id_number": code.id_number}

    def _now(self) -> float:
        return time.monotonic() + self._forward_s


def create_app(vouchers: Vouchers) -> Flask:
    return signed.create_app(
        Account(DEFAULT_APP, DEFAULT_SECRET),
        calls={"/v1/vouchers": vouchers.trace},
        orders={"codes": vouchers.show, "clock": vouchers.advance, "blocked": vouchers.block},
        reset=vouchers.reset,
    )
