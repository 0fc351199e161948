"""A provider that speaks the protocol of `app.gateways.face`, and below `/_standin/` the orders a test gives.

- `POST /_standin/enrolled {"subject"}`, a face is known under this pseudonym
- `POST /_standin/performed {"reference" | none: the last, "matched", "score"?}`, the phone has finished its check
- `POST /_standin/faults {"path", "calls"?, "errcode" | "status" | "body" | "wait_s"}`, for the next calls of a path
- `GET /_standin/calls` → `{path: count}` · `POST /_standin/reset`, as after a new start

A wrong signature or one older than five minutes is code 1001, an unknown subject 2001, an unknown reference 2002.
"""

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from standins.wechat.faults import Fault, Faults

DEFAULT_APP, DEFAULT_SECRET = "anhu-test", "face-secret-of-the-stand-in"
TOKEN_LIFE_S, OLDEST_S = 600, 300

Answer = dict[str, Any]


class Refusal(Exception):
    """The provider's own code for what it refuses."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Check:
    subject: str
    token: str
    trace_id: str
    result: Answer | None = None


@dataclass
class Faces:
    """One customer's account at the provider. Every public method may be called from any thread."""

    app_id: str
    secret: str
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._enrolled: set[str] = set()
            self._checks: dict[str, Check] = {}

    def enrol(self, subject: str) -> None:
        with self._lock:
            self._enrolled.add(subject)

    def perform(self, reference: str | None, *, matched: bool, score: int) -> None:
        with self._lock:
            check = self._checks[reference or next(reversed(self._checks))]
            check.result = {"state": "done", "matched": matched, "score": score}

    def check_signature(self, path: str, headers: Any, body: bytes) -> None:
        sent_at = headers.get("X-Anhu-Time", "")
        expected = hmac.new(self.secret.encode(), f"{path}\n{sent_at}\n".encode() + body, hashlib.sha256).hexdigest()
        is_ours = headers.get("X-Anhu-App") == self.app_id
        if not is_ours or not hmac.compare_digest(expected, headers.get("X-Anhu-Signature", "")):
            raise Refusal(1001)
        if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > OLDEST_S:
            raise Refusal(1001)

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
    app = Flask("standins.face")
    faults = Faults()
    app.before_request(_read_body)
    for path, call in (("/v1/tokens", faces.token), ("/v1/results", faces.result)):
        app.add_url_rule(path, path, lambda path=path, call=call: _answer(faces, faults, path, call), methods=["POST"])
    _add_orders(app, faces, faults)
    return app


def _answer(faces: Faces, faults: Faults, path: str, call: Any) -> Any:
    fault = faults.meet(path)
    if fault.status is not None:
        return Response("bad gateway", status=fault.status)
    try:
        if fault.errcode is not None:
            raise Refusal(fault.errcode)
        faces.check_signature(path, request.headers, request.get_data())
        answer = {"code": 0} | call(request.get_json())
    except Refusal as refusal:
        answer = {"code": refusal.code}
    time.sleep(fault.wait_s)
    return answer if fault.body is None else Response(fault.body, mimetype="application/json")


def _add_orders(app: Flask, faces: Faces, faults: Faults) -> None:
    @app.post("/_standin/enrolled")
    def enrol() -> Answer:
        faces.enrol(_order()["subject"])
        return {}

    @app.post("/_standin/performed")
    def perform() -> Answer:
        order = _order()
        faces.perform(order.get("reference"), matched=order["matched"], score=order.get("score", 90))
        return {}

    @app.post("/_standin/faults")
    def order_fault() -> Answer:
        order = _order()
        path, calls = order.pop("path"), order.pop("calls", 1)
        faults.order(path, Fault(**order), calls=calls)
        return {}

    @app.get("/_standin/calls")
    def calls() -> dict[str, int]:
        return faults.calls()

    @app.post("/_standin/reset")
    def reset() -> Answer:
        faces.reset()
        faults.reset()
        return {}


def _read_body() -> None:
    """Also where a fault answers before anybody looks at it: the connection stays open behind it."""
    request.get_data()


def _order() -> Answer:
    order = request.get_json()
    if not isinstance(order, dict):
        raise BadRequest("an order is a JSON object")
    return order
