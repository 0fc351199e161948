"""Routes for operators: alive, ready, metrics, and the API's documents."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, Flask, Response, jsonify
from flask_swagger_ui import get_swaggerui_blueprint
from sqlalchemy import Connection

from app.kernel.db import db
from app.kernel.http.api import OPENAPI_URL
from app.kernel.http.marks import mark_permission
from app.kernel.http.observe import metrics
from app.kernel.readiness import Readiness

DOCS_URL = "/docs"
Judge = Callable[[Connection], Readiness]
View = Callable[..., Any]


def install(app: Flask, *, judge: Judge) -> None:
    """Register the routes; `judge` says whether requests may come and what will soon need an operator."""
    operators = Blueprint("operators", __name__)

    @operators.get("/healthz")
    @_open
    def alive() -> Response:
        return jsonify(status="ok")

    @operators.get("/readyz")
    @_open
    def ready() -> Response:
        with db.engine.connect() as connection:
            found = judge(connection)
        state = "not_ready" if found.problems else "ok"
        answer = jsonify(status=state, problems=found.problems, warnings=found.warnings)
        answer.status_code = 503 if found.problems else 200
        return answer

    @operators.get("/metrics")
    @_open
    def prometheus() -> Response:
        return metrics()

    app.register_blueprint(operators)
    app.register_blueprint(get_swaggerui_blueprint(DOCS_URL, OPENAPI_URL, config={"app_name": "Anhu 安护"}))
    for endpoint, view in list(app.view_functions.items()):
        if endpoint.startswith(("swagger_ui.", "api-docs.")):
            app.view_functions[endpoint] = _open(partial(view))


def _open(view: View) -> View:
    """For everybody, and any query: probes and browsers add keys of their own to an address."""
    mark_permission(view, None)
    return view
