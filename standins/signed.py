"""What stand-ins of providers with signed requests (`app.gateways.signed`) have in common: their signatures, and below
`/_standin/` the orders a test gives.

- `POST /_standin/faults {"path", "calls"?, "errcode" | "status" | "body" | "wait_s"}`, for the next calls of a path
- `GET /_standin/calls` → `{path: count}` · `POST /_standin/reset`, as after a new start

A wrong signature or one older than five minutes is code 1001.
"""

import argparse
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest
from werkzeug.serving import make_server

from standins.wechat.__main__ import HOST, QuietHandler
from standins.wechat.faults import Fault, Faults

OLDEST_S = 300

Answer = dict[str, Any]
Call = Callable[[Answer], Answer]


class Refusal(Exception):
    """The provider's own code for what it refuses."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Account:
    """One customer's account at a provider."""

    def __init__(self, app_id: str, secret: str) -> None:
        self.app_id = app_id
        self._secret = secret

    def check_signature(self, path: str, headers: Any, body: bytes) -> None:
        sent_at = headers.get("X-Anhu-Time", "")
        expected = hmac.new(self._secret.encode(), f"{path}\n{sent_at}\n".encode() + body, hashlib.sha256).hexdigest()
        is_ours = headers.get("X-Anhu-App") == self.app_id
        if not is_ours or not hmac.compare_digest(expected, headers.get("X-Anhu-Signature", "")):
            raise Refusal(1001)
        if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > OLDEST_S:
            raise Refusal(1001)


def create_app(
    account: Account, *, calls: Mapping[str, Call], orders: Mapping[str, Call], reset: Callable[[], None]
) -> Flask:
    """A provider that answers these calls by path, and takes these orders by name."""
    app = Flask("standins.signed")
    faults = Faults()
    app.before_request(_read_body)
    for path, call in calls.items():
        app.add_url_rule(
            path, path, lambda path=path, call=call: _answer(account, faults, path, call), methods=["POST"]
        )
    for name, order in orders.items():
        app.add_url_rule(f"/_standin/{name}", name, lambda order=order: order(_order()), methods=["POST"])
    _add_orders(app, faults, reset)
    return app


def serve(name: str, app: Flask) -> None:
    """Serve on loopback, and say where."""
    parser = argparse.ArgumentParser(prog=name, description="Stand-in for a provider.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    port = parser.parse_args().port
    server = make_server(HOST, port, app, threaded=True, request_handler=QuietHandler)
    print(f"listening on http://{HOST}:{server.server_port}", flush=True)
    server.serve_forever()


def _answer(account: Account, faults: Faults, path: str, call: Call) -> Any:
    fault = faults.meet(path)
    if fault.status is not None:
        return Response("bad gateway", status=fault.status)
    try:
        if fault.errcode is not None:
            raise Refusal(fault.errcode)
        account.check_signature(path, request.headers, request.get_data())
        answer = {"code": 0} | call(request.get_json())
    except Refusal as refusal:
        answer = {"code": refusal.code}
    time.sleep(fault.wait_s)
    return answer if fault.body is None else Response(fault.body, mimetype="application/json")


def _add_orders(app: Flask, faults: Faults, reset: Callable[[], None]) -> None:
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
    def start_anew() -> Answer:
        reset()
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
