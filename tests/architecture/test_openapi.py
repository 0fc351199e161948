"""The OpenAPI document tells of every route what a client must know, and the kept file is the served one."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.kernel.http.api import PREFIX
from app.kernel.http.document_file import document_text
from app.kernel.http.marks import IDEMPOTENCY_HEADER, needs_key, permission_of

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get(f"{PREFIX}/openapi.json").get_json()
    return found


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): operation
        for path, methods in document.get("paths", {}).items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def views(app: Flask) -> dict[tuple[str, str], Any]:
    """Views of the API by method and path, as the document writes them."""
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(PREFIX) and not rule.endpoint.startswith("api-docs"):
            path = rule.rule.replace("<uuid:", "{").replace("<int:", "{").replace("<", "{").replace(">", "}")
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                found[method.lower(), path] = app.view_functions[rule.endpoint]
    return found


def test_every_route_is_documented(app: Flask, operations: dict[tuple[str, str], dict[str, Any]]):
    assert set(views(app)) == set(operations)


def test_every_operation_has_a_name_of_its_own(operations: dict[tuple[str, str], dict[str, Any]]):
    names = [operation["operationId"] for operation in operations.values()]

    assert len(set(names)) == len(names)


def test_login_and_permission_are_named_where_they_are_needed(
    app: Flask, operations: dict[tuple[str, str], dict[str, Any]]
):
    for route, view in views(app).items():
        permission = permission_of(view)
        assert operations[route]["security"] == ([{"bearer": []}] if permission else []), route
        assert operations[route].get("x-permission") == permission, route


def test_the_idempotency_key_is_documented_where_it_is_needed(
    app: Flask, operations: dict[tuple[str, str], dict[str, Any]]
):
    for route, view in views(app).items():
        headers = [each["name"] for each in operations[route].get("parameters", []) if each.get("in") == "header"]
        assert (IDEMPOTENCY_HEADER in headers) == needs_key(view), route


def test_every_refusal_has_the_one_shape(document: dict[str, Any], operations: dict[tuple[str, str], dict[str, Any]]):
    for route, operation in operations.items():
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}, route
    if operations:
        shape = document["components"]["responses"]["DEFAULT_ERROR"]["content"]["application/json"]["schema"]
        assert shape == {"$ref": "#/components/schemas/Error"}


def test_the_kept_document_is_current(app: Flask):
    assert FILE.read_text(encoding="utf-8") == document_text(app), "run `make openapi`"
