"""The API object, its blueprints and its body parser: strict JSON, one error shape, OpenAPI 3.1."""

from typing import Any

import marshmallow as ma
from flask import Flask, Request, Response
from flask_smorest import Api, Blueprint
from webargs import core
from webargs.flaskparser import FlaskParser, abort
from werkzeug.exceptions import HTTPException

from app.kernel.http.problems import answer_http_exception
from app.kernel.http.schemas import ErrorSchema

PREFIX = "/api/v1"


_REFUSED: dict[str, str | None] = dict.fromkeys(("json", "query", "path", "form", "files"), ma.RAISE)


class StrictParser(FlaskParser):
    """Refuses what is not JSON, nested deeper than any schema, or unknown to the schema, in body and query alike."""

    DEFAULT_UNKNOWN_BY_LOCATION = _REFUSED | {"headers": ma.EXCLUDE}

    def load_json(self, req: Request, schema: Any) -> Any:
        """Body as JSON: 415 for another type, 400 for what cannot be read."""
        if req.mimetype != "application/json" and req.content_length:
            abort(415)
        try:
            return super().load_json(req, schema)
        except (RecursionError, ValueError):
            abort(400)

    def _handle_invalid_json_error(self, error: Any, req: Request, *args: Any, **kwargs: Any) -> Any:
        abort(400)

    def handle_error(self, error: ma.ValidationError, req: Any, schema: Any, **kwargs: Any) -> Any:
        """422 with the fields at fault, without naming the location."""
        messages = error.messages if isinstance(error.messages, dict) else {"body": error.messages}
        fields = next(iter(messages.values())) if set(messages) <= set(core.Parser.__location_map__) else messages
        abort(422, exc=error, messages=fields)


class AnhuBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """A blueprint whose bodies are read by the strict parser and whose path names carry no slash."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: Any, **kwargs: Any) -> Any:
        """As in flask-smorest, but a schema class is made an instance once, not again for every request."""
        once = schema() if isinstance(schema, type) else schema
        return super().arguments(once, **kwargs)


class AnhuApi(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest's API with our error shape."""

    ERROR_SCHEMA = ErrorSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Every error that is not a refusal of ours comes here."""
        return answer_http_exception(error)


def configure(app: Flask) -> AnhuApi:
    """Attach the API to the application; blueprints are registered on what it returns."""
    app.config.update(
        API_TITLE="Anhu 安护",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {
                "description": "Home-care check-in and payout for long-term care insurance (长护险).",
                "license": {"name": "Apache-2.0"},
            },
            "security": [{"bearer": []}],
        },
    )
    api = AnhuApi(app)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    return api
