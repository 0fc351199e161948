"""Random requests made from the OpenAPI document: whatever comes in, no answer is a 5xx and every error has our shape.

`make test` tries a few for each route; `make fuzz` sets ANHU_FUZZ_EXAMPLES high.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import Case

from app.factory import create_app
from app.kernel.db import db
from app.kernel.permissions import GRANTED, Actor, Permission, Role
from tests.conftest import clone_of, drop, settings_for
from tests.paper_app import paper_app
from tests.tokens import bearer, make_account

EXAMPLES = int(os.environ.get("ANHU_FUZZ_EXAMPLES", "4"))
SCHEMA = schemathesis.openapi.from_dict(paper_app().test_client().get("/api/v1/openapi.json").json)
OPERATIONS = {result.ok().label: result.ok() for result in SCHEMA.get_all_operations()}
EXPECTED_5XX = {"wechat_busy"}  # the test has no WeChat to ask


@pytest.fixture(scope="module")
def served(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, dict[Role, Actor]]]:
    """An application on a database of its own, with one account for each role."""
    clone = clone_of(template)
    application = create_app(
        settings_for(clone.urls, Path(tmp_path_factory.mktemp("fuzz")), ANHU_WECHAT_URL="http://127.0.0.1:9")
    )
    with application.app_context():
        session = db.session()
        session.bind_region("tianjin")
        actors = {role: make_account(session, role=role) for role in Role}
        session.commit()
    yield application, actors
    with application.app_context():
        db.engine.dispose()
    drop(clone)


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_request_makes_a_server_error(label: str, served: tuple[Flask, dict[Role, Actor]]):
    application, actors = served
    operation = OPERATIONS[label]
    headers = _headers(application, actors, operation.definition.raw.get("x-permission"))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize="ANHU_FUZZ_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=operation.as_strategy())
    def try_one(case: Case) -> None:
        response = case.call(app=application, headers=headers)
        is_json = "json" in response.headers.get("content-type", [""])[0]
        body = response.json() if is_json else {}
        assert response.status_code < 500 or body.get("code") in EXPECTED_5XX, (response.status_code, body)
        if response.status_code >= 400:
            assert {"code", "message", "details", "request_id"} == set(body), body

    try_one()


def _headers(application: Flask, actors: dict[Role, Actor], permission: str | None) -> dict[str, str]:
    if permission is None:
        return {}
    role = next(role for role in Role if Permission(permission) in GRANTED[role])
    return bearer(application, actors[role])
