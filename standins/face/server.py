"""A provider that speaks the protocol of `app.gateways.face`; beside the orders of `standins.signed` it takes

- `POST /_standin/enrolled {"subject"}`, a face is known under this pseudonym
- `POST /_standin/performed {"reference" | none: the last, "matched", "score"?}`, the phone has finished its check

An unknown subject is code 2001, an unknown reference 2002.
"""

import secrets
import threading
from dataclasses import dataclass, field

from flask import Flask

from standins import signed
from standins.signed import Account, Answer, Refusal

DEFAULT_APP, DEFAULT_SECRET = "anhu-test", "face-secret-of-the-stand-in"
TOKEN_LIFE_S = 600


@dataclass
class Check:
    subject: str
    token: str
    trace_id: str
    result: Answer | None = None


@dataclass
class Faces:
    """The faces of one customer. Every public method may be called from any thread."""

    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._enrolled: set[str] = set()
            self._checks: dict[str, Check] = {}

    def enrol(self, order: Answer) -> Answer:
        with self._lock:
            self._enrolled.add(order["subject"])
            return {}

    def perform(self, order: Answer) -> Answer:
        with self._lock:
            check = self._checks[order.get("reference") or next(reversed(self._checks))]
            check.result = {"state": "done", "matched": order["matched"], "score": order.get("score", 90)}
            return {}

    def token(self, body: Answer) -> Answer:
        with self._lock:
            if body["subject"] not in self._enrolled:
                raise Refusal(2001)
            made = Check(body["subject"], secrets.token_urlsafe(24), f"trace-{secrets.token_hex(8)}")
            check = self._checks.setdefault(body["reference"], made)
            return {"token": check.token, "expires_in": TOKEN_LIFE_S, "trace_id": check.trace_id}

    def result(self, body: Answer) -> Answer:
        with self._lock:
            check = self._checks.get(body["reference"])
            if check is None:
                raise Refusal(2002)
            return {"trace_id": check.trace_id} | (check.result or {"state": "waiting"})


def create_app(faces: Faces) -> Flask:
    return signed.create_app(
        Account(DEFAULT_APP, DEFAULT_SECRET),
        calls={"/v1/tokens": faces.token, "/v1/results": faces.result},
        orders={"enrolled": faces.enrol, "performed": faces.perform},
        reset=faces.reset,
    )
