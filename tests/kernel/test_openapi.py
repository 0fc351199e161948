"""What decorators say of a route stands in the document."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.kernel.db import db
from app.kernel.http.api import PREFIX
from tests.conftest import Clone, settings_for
from tests.kernel.probe import probe_app


@pytest.fixture
def paths(worker_database: Clone, tmp_path: Path) -> Iterator[dict[str, Any]]:
    app = probe_app(settings_for(worker_database.urls, tmp_path))
    yield app.test_client().get(f"{PREFIX}/openapi.json").get_json()["paths"]
    with app.app_context():
        db.engine.dispose()


def test_a_guarded_route_names_login_and_permission(paths: dict[str, Any]):
    operation = paths[f"{PREFIX}/probes"]["post"]

    assert operation["operationId"] == "probe_add_probe"
    assert operation["security"] == [{"bearer": []}]
    assert operation["x-permission"] == "session"


def test_an_idempotent_route_asks_for_its_key_and_others_do_not(paths: dict[str, Any]):
    keyed = paths[f"{PREFIX}/probes/keyed"]["post"]["parameters"]

    assert [(each["name"], each["in"], each["required"]) for each in keyed] == [("Idempotency-Key", "header", True)]
    assert "parameters" not in paths[f"{PREFIX}/probes/unkeyed"]["post"]


def test_query_keys_are_documented(paths: dict[str, Any]):
    names = {each["name"] for each in paths[f"{PREFIX}/probes"]["get"]["parameters"]}

    assert names == {"limit", "after"}
