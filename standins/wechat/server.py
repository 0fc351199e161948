"""The stand-in's HTTP side: WeChat's paths as documented, and below `/_standin/` the orders a test gives.

Orders (JSON bodies, answers in JSON):

- `POST /_standin/codes {"openid", "unionid"?}` → `{"code"}`, as `wx.login` would give
- `POST /_standin/phone-codes {"number", "country"?}` → `{"code"}`, as the phone-number button would give
- `POST /_standin/faults {"path", "calls"?, "errcode" | "status" | "body" | "wait_s"}`, for the next calls of a path
- `POST /_standin/blocked {"openid"}`, a user WeChat holds to be a high risk
- `POST /_standin/templates {"template_id", "keys"}`, a message template by its field keys (`thing1`, `time2`)
- `POST /_standin/subscriptions {"openid", "template_id"}`, a user accepts one message
- `GET /_standin/sent` → the messages sent
- `POST /_standin/clock {"forward_s"}`, lets codes and tokens grow old
- `GET /_standin/calls` → `{path: count}` · `POST /_standin/reset`, as after a new start
"""

import json
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from standins.wechat.faults import Fault, Faults
from standins.wechat.refusal import Answer, Refusal
from standins.wechat.service import WeChat

Call = Callable[[], Answer]


def create_app(wechat: WeChat) -> Flask:
    app = Flask("standins.wechat")
    faults = Faults()
    app.before_request(_read_body)
    _add_wechat(app, wechat, faults)
    _add_orders(app, wechat, faults)
    return app


def _add_wechat(app: Flask, wechat: WeChat, faults: Faults) -> None:
    def serve(path: str, method: str, call: Call) -> None:
        app.add_url_rule(path, path, lambda: _answer(faults.meet(path), call), methods=[method])

    serve("/sns/jscode2session", "GET", lambda: wechat.session(request.args.to_dict()))
    serve("/cgi-bin/stable_token", "POST", lambda: wechat.stable_token(_body()))
    serve(
        "/wxa/business/getuserphonenumber",
        "POST",
        lambda: wechat.phone_number(request.args.get("access_token"), _body()),
    )
    serve(
        "/cgi-bin/message/subscribe/send",
        "POST",
        lambda: wechat.send_message(request.args.get("access_token"), _body()),
    )


def _add_orders(app: Flask, wechat: WeChat, faults: Faults) -> None:
    @app.post("/_standin/codes")
    def mint_login_code() -> Answer:
        order = _order()
        return {"code": wechat.mint_login_code(order["openid"], order.get("unionid"))}

    @app.post("/_standin/phone-codes")
    def mint_phone_code() -> Answer:
        order = _order()
        return {"code": wechat.mint_phone_code(order["number"], order.get("country", "86"))}

    @app.post("/_standin/faults")
    def order_fault() -> Answer:
        order = _order()
        path, calls = order.pop("path"), order.pop("calls", 1)
        faults.order(path, Fault(**order), calls=calls)
        return {}

    @app.post("/_standin/blocked")
    def block() -> Answer:
        wechat.block(_order()["openid"])
        return {}

    _add_message_orders(app, wechat)

    @app.post("/_standin/clock")
    def advance() -> Answer:
        wechat.advance(float(_order()["forward_s"]))
        return {}

    @app.get("/_standin/calls")
    def calls() -> Answer:
        return faults.calls()

    @app.post("/_standin/reset")
    def reset() -> Answer:
        wechat.reset()
        faults.reset()
        return {}


def _add_message_orders(app: Flask, wechat: WeChat) -> None:
    @app.post("/_standin/templates")
    def add_template() -> Answer:
        order = _order()
        wechat.add_template(order["template_id"], order["keys"])
        return {}

    @app.post("/_standin/subscriptions")
    def allow_message() -> Answer:
        order = _order()
        wechat.allow_message(order["openid"], order["template_id"])
        return {}

    @app.get("/_standin/sent")
    def sent() -> list[Answer]:
        return wechat.sent_messages()


def _answer(fault: Fault, call: Call) -> Response:
    """One call's answer, with its fault. WeChat's errors come with HTTP 200, its JSON as text/plain [from memory]."""
    if fault.status is not None:
        return Response("<html><body>bad gateway</body></html>", status=fault.status, mimetype="text/html")
    try:
        if fault.errcode is not None:
            raise Refusal(fault.errcode)
        answer = call()
    except Refusal as refusal:
        answer = refusal.answer()
    time.sleep(fault.wait_s)
    text = json.dumps(answer, ensure_ascii=False) if fault.body is None else fault.body
    return Response(text, mimetype="text/plain")


def _read_body() -> None:
    """Read each body, also where a fault answers before anybody looks at it: the connection stays open behind it."""
    request.get_data()


def _body() -> Answer:
    """The JSON object of a WeChat call; 47001 is WeChat's code for a body that is none [from memory]."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Refusal(47001)
    return body


def _order() -> dict[str, Any]:
    order = request.get_json()
    if not isinstance(order, dict):
        raise BadRequest("an order is a JSON object")
    return order
