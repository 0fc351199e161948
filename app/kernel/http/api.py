"""The API object, its blueprints and its body parser: strict JSON, one error shape, OpenAPI 3.1."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import marshmallow as ma
from flask import Flask, Request, Response
from flask_smorest import Api, Blueprint
from webargs import core
from webargs.flaskparser import FlaskParser, abort
from werkzeug.exceptions import HTTPException
from werkzeug.http import quote_etag

from app.kernel.http.documents import describe, document_idempotency
from app.kernel.http.problems import answer_http_exception
from app.kernel.http.schemas import ErrorSchema
from app.kernel.http.strict_json import NotJson, read_json

PREFIX = "/api/v1"
OPENAPI_URL = f"{PREFIX}/openapi.json"


_REFUSED: dict[str, str | None] = dict.fromkeys(("json", "query", "path", "form", "files"), ma.RAISE)


class StrictParser(FlaskParser):
    """Refuses what is not JSON, nested deeper than any schema, or unknown to the schema, in body and query alike."""

    DEFAULT_UNKNOWN_BY_LOCATION = _REFUSED | {"headers": ma.EXCLUDE}

    def load_json(self, req: Request, schema: Any) -> Any:
        """Body as JSON: 415 for another type, 400 for what cannot be read."""
        content = req.get_data(cache=True)
        if not content:
            return ma.missing
        if req.mimetype != "application/json":
            abort(415)
        try:
            return read_json(content)
        except NotJson:
            abort(400)

    def load_querystring(self, req: Request, schema: Any) -> Any:
        """Query keys, each given once unless its field is a list."""
        several = {field.data_key or name for name, field in schema.fields.items() if isinstance(field, ma.fields.List)}
        twice = [key for key, values in req.args.lists() if len(values) > 1 and key not in several]
        if twice:
            raise ma.ValidationError({key: ["given_twice"] for key in twice})
        return super().load_querystring(req, schema)

    def handle_error(self, error: ma.ValidationError, req: Any, schema: Any, **kwargs: Any) -> Any:
        """422 with the fields at fault, without naming the location."""
        messages = error.messages if isinstance(error.messages, dict) else {"body": error.messages}
        fields = next(iter(messages.values())) if set(messages) <= set(core.Parser.__location_map__) else messages
        abort(422, exc=error, messages=fields)


class AnhuBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """A blueprint whose bodies are read by the strict parser and whose routes describe their permission."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: Any, **kwargs: Any) -> Any:
        """As in flask-smorest, but a schema class is made an instance once, not again for every request."""
        once = schema() if isinstance(schema, type) else schema
        return super().arguments(once, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(document_idempotency)

    def _check_not_modified(self, etag: str) -> None:
        """As in flask-smorest, but the 304 carries the ETag, as it must (RFC 9110, 15.4.5)."""
        try:
            super()._check_not_modified(etag)
        except HTTPException as unchanged:
            unchanged.response = Response(status=unchanged.code, headers={"ETag": quote_etag(etag)})
            raise

    def _store_endpoint_docs(self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any) -> None:
        super()._store_endpoint_docs(endpoint, obj, parameters, tags, **options)
        describe(self._docs[endpoint], view=obj, operation_id=f"{self.name}_{endpoint}")

    def register_views_in_doc(self, api: "AnhuApi", *args: Any, **kwargs: Any) -> None:
        """As in flask-smorest, but when the document is first asked for."""
        api.describe_later(partial(super().register_views_in_doc, api, *args, **kwargs))


class AnhuApi(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest's API with our error shape; its document is made when first asked for (a tenth of the start)."""

    ERROR_SCHEMA = ErrorSchema

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._to_describe: list[Callable[[], None]] = []
        self._describing = threading.Lock()
        super().__init__(*args, **kwargs)

    def describe_later(self, describe_views: Callable[[], None]) -> None:
        """Keep what puts a blueprint's views into the document."""
        self._to_describe.append(describe_views)

    def _openapi_json(self) -> Response:
        with self._describing:
            while self._to_describe:
                self._to_describe.pop(0)()
        document: Response = super()._openapi_json()
        return document

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
        },
    )
    api = AnhuApi(app)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    return api
