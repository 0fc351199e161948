"""The application without a database, for tests that are made from its routes before any test runs."""

import tempfile
from functools import cache

from flask import Flask
from werkzeug.routing import Rule

from app.factory import create_app
from app.kernel.settings import read_settings


@cache
def paper_app() -> Flask:
    """An application that can list its routes and its OpenAPI document; a request that needs the database fails."""
    folder = tempfile.mkdtemp(prefix="anhu-paper-")
    return create_app(read_settings({"DATABASE_URL": "postgresql+psycopg://nobody@/nowhere", "ANHU_DATA_DIR": folder}))


def api_rules() -> list[tuple[str, Rule]]:
    """Every method and rule of the API, in order."""
    rules = [rule for rule in paper_app().url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    return sorted(
        (
            (method, rule)
            for rule in rules
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
            if not rule.rule.endswith("openapi.json")
        ),
        key=lambda pair: (pair[1].rule, pair[0]),
    )
