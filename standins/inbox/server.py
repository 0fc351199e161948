"""The stand-in of somebody who keeps seals: takes each once, and under /_standin/ what a test tells it to do."""

from flask import Flask, Response, jsonify, request


def create_inbox() -> Flask:
    """Build the inbox; its memory is as long as the process."""
    app = Flask("standin-inbox")
    kept: dict[str, object] = {}
    faults: list[int] = []
    calls: list[str] = []

    @app.post("/seals")
    def take() -> tuple[Response, int]:
        """A seal as it is handed out; the same `Idempotency-Key` again changes nothing."""
        key = request.headers.get("Idempotency-Key", "")
        calls.append(key)
        if faults:
            return jsonify(code="told_to_fail"), faults.pop(0)
        if not key or not isinstance(request.get_json(silent=True), dict):
            return jsonify(code="malformed"), 400
        kept.setdefault(key, {"seal": request.get_json(), "authorization": request.headers.get("Authorization")})
        return jsonify(code="kept"), 201

    @app.post("/_standin/faults")
    def fail() -> Response:
        """[500, 302, …]: how the next seals are answered."""
        faults[:] = request.get_json()
        return jsonify(faults)

    @app.get("/_standin/state")
    def state() -> Response:
        return jsonify(kept=list(kept.values()), calls=calls)

    return app
