"""Logs name requests by id and route, and hold nothing of what people entered."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel.db import db
from app.kernel.http.observe import REQUESTS
from tests.conftest import Clone, settings_for
from tests.kernel.probe import URL, good_probe, login, probe_app

PERSONAL = {"name": "王芳", "phone": "13800138000", "id_number": "120101195001011234"}


@pytest.fixture
def probed(capfd: pytest.CaptureFixture[str], worker_database: Clone, tmp_path: Path) -> Iterator[Flask]:
    app = probe_app(settings_for(worker_database.urls, tmp_path, ANHU_LOG_LEVEL="INFO"))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_a_request_is_logged_by_route_and_id_without_personal_data(probed: Flask, capfd: pytest.CaptureFixture[str]):
    http, headers = probed.test_client(), login(probed) | {"X-Request-Id": "phone-12345678"}
    body = good_probe() | {"text": PERSONAL["name"], "latitude": 39.0851}

    http.post(URL, json=body, headers=headers)
    http.post(URL, json=body | PERSONAL, headers=headers)
    http.get(f"{URL}?name={PERSONAL['name']}", headers=headers)
    http.get(f"{URL}/failing", headers=headers)
    http.get(f"{URL}/unfit", headers=headers)

    said = capfd.readouterr().err
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["status"] for line in lines if line["event"] == "request"] == [201, 422, 422, 500, 422]
    assert {line["request_id"] for line in lines} == {"phone-12345678"}
    assert {line.get("route") for line in lines} <= {
        "/api/v1/probes",
        "/api/v1/probes/failing",
        "/api/v1/probes/unfit",
        None,
    }
    for secret in (*PERSONAL.values(), "39.0851", headers["Authorization"].split(".")[-1], "Traceback"):
        assert secret not in said


def test_a_failure_is_logged_by_kind_and_place(probed: Flask, capfd: pytest.CaptureFixture[str]):
    answer = probed.test_client().get(f"{URL}/failing", headers=login(probed))

    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    (failure,) = [line for line in lines if line["event"] == "request_failed"]
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert failure["kind"] == "LookupError"
    assert failure["where"][-1].startswith("probe.py:")
    assert failure["request_id"] == answer.json["request_id"]


def test_a_database_error_hides_the_values_of_its_statement(probed: Flask):
    with probed.app_context(), db.engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text("SELECT 1 / :zero, :name"), {"zero": 0, "name": PERSONAL["name"]})

    assert PERSONAL["name"] not in str(refused.value)


@pytest.mark.parametrize("given", ["short", "has blank 12345", "x" * 65, "quote\"'12345678", ""])
def test_an_unfit_request_id_is_replaced(probed: Flask, given: str):
    answer = probed.test_client().get("/healthz", headers={"X-Request-Id": given})

    assert answer.headers["X-Request-Id"] != given
    assert len(answer.headers["X-Request-Id"]) == 36


def test_made_up_methods_and_addresses_add_no_series_to_the_metrics(probed: Flask):
    http = probed.test_client()
    for number in range(5):
        http.open(f"/nothing/{number}", method=f"ANHU{number}")

    labels = {tuple(sample.labels.values())[:2] for metric in REQUESTS.collect() for sample in metric.samples}
    assert not any("/nothing" in route or method.startswith("ANHU") for route, method in labels)
    assert ("unknown", "other") in labels
