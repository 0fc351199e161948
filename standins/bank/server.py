"""The stand-in bank over HTTP: files under /batches, and under /_standin/ what a test tells it to do."""

from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import BadRequest, NotFound

from standins.bank.book import DEFAULT_MAX_ROWS, WORDS, Batch, Book
from standins.bank.files import Refused

ENCODINGS = ("gb18030", "utf-8", "utf-8-sig")


def create_bank(*, max_rows: int = DEFAULT_MAX_ROWS) -> Flask:
    """Build the bank; its memory is as long as the process."""
    app = Flask("standin-bank")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's stub names the base class
    app.config["book"] = Book(max_rows=max_rows)
    _add_files(app, app.config["book"])
    _add_controls(app, app.config["book"])
    return app


def _add_files(app: Flask, book: Book) -> None:
    @app.post("/batches")
    def take() -> tuple[Response, int]:
        try:
            batch = book.accept(request.get_data())
        except Refused as refusal:
            return jsonify(code=refusal.code, message=refusal.message, line=refusal.line), 422
        return jsonify(code="0000", message="受理成功", **_summary(batch)), 201

    @app.get("/batches/<number>/answer")
    def answer(number: str) -> Response:
        return _file(book.answer(number, encoding=_encoding()))

    @app.get("/batches/<number>/status-report")
    def status_report(number: str) -> Response:
        return _file(book.status_report(number), mimetype="application/xml")

    @app.get("/batches/<number>/returns")
    def returns(number: str) -> Response:
        return _file(book.returns(number, encoding=_encoding()))


def _add_controls(app: Flask, book: Book) -> None:
    @app.post("/_standin/outcomes")
    def tell() -> Response:
        """{"serial" or "account": …, "outcome": paid | failed | unknown | returned, "reason": …} for what comes."""
        told = _json()
        book.tell(_target(told), outcome=_outcome(told), reason=told.get("reason", ""))
        return jsonify(told)

    @app.post("/_standin/settle")
    def settle() -> Response:
        """{"serial": …, "outcome": …, "reason": …}: what became of a payment already taken."""
        told = _json()
        if not book.settle(_target(told), outcome=_outcome(told), reason=told.get("reason", "")):
            raise NotFound
        return jsonify(told)

    @app.post("/_standin/hold")
    def hold() -> Response:
        """{"held": true | false, "batch": … or absent for all}"""
        told = _json()
        book.hold(held=bool(told.get("held", True)), number=told.get("batch"))
        return jsonify(told)

    @app.get("/_standin/state")
    def state() -> Response:
        return jsonify(batches=[_summary(batch) for batch in book.batches.values()], paid_fen=book.paid_fen())


def _json() -> dict[str, Any]:
    told = request.get_json()
    if not isinstance(told, dict):
        raise BadRequest("an object is expected")
    return told


def _target(told: dict[str, Any]) -> str:
    target = told.get("serial") or told.get("account")
    if not isinstance(target, str):
        raise BadRequest("serial or account is needed")
    return target


def _outcome(told: dict[str, Any]) -> str:
    outcome = told.get("outcome")
    if outcome not in WORDS:
        raise BadRequest(f"outcome is one of {', '.join(WORDS)}")
    return str(outcome)


def _encoding() -> str:
    encoding = request.args.get("encoding", ENCODINGS[0])
    if encoding not in ENCODINGS:
        raise BadRequest(f"encoding is one of {', '.join(ENCODINGS)}")
    return encoding


def _file(content: bytes | None, *, mimetype: str = "text/csv") -> Response:
    if content is None:
        raise NotFound("no such file, or not yet")
    return Response(content, mimetype=mimetype)


def _summary(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch.instruction.number,
        "count": len(batch.payments),
        "total_fen": sum(payment.order.amount_fen for payment in batch.payments),
        "outcomes": {payment.order.serial: payment.outcome for payment in batch.payments},
    }
