"""Routes for operators: alive, ready, metrics, and the API's documents."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Flask, Response, jsonify
from flask_swagger_ui import get_swaggerui_blueprint
from sqlalchemy import text

from app.kernel.access import open_to_all
from app.kernel.db import db
from app.kernel.http.api import PREFIX
from app.kernel.http.observe import metrics

DOCS_URL = "/docs"
Warnings = Callable[[], list[str]]


def install(app: Flask, *, warnings: Warnings) -> None:
    """Register the routes; `warnings` lists what will soon need an operator, in sentences."""
    operators = Blueprint("operators", __name__)

    @operators.get("/healthz")
    @open_to_all
    def alive() -> Response:
        return jsonify(status="ok")

    @operators.get("/readyz")
    @open_to_all
    def ready() -> Response:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return jsonify(status="ok", warnings=warnings())

    @operators.get("/metrics")
    @open_to_all
    def prometheus() -> Response:
        return metrics()

    app.register_blueprint(operators)
    app.register_blueprint(
        get_swaggerui_blueprint(DOCS_URL, f"{PREFIX}/openapi.json", config={"app_name": "Anhu 安护"})
    )
    for endpoint, view in list(app.view_functions.items()):
        if endpoint.startswith(("swagger_ui.", "api-docs.")):
            app.view_functions[endpoint] = open_to_all(partial(view))
