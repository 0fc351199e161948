"""The parts every route shares: one error shape, languages, tokens before bodies, documents without the internet."""

from flask.testing import FlaskClient


def test_an_unknown_address_is_told_in_chinese_by_default(client: FlaskClient):
    answer = client.get("/api/v1/nothing")

    assert answer.status_code == 404
    assert answer.json["code"] == "no_such_address"
    assert answer.json["message"] == "没有这个地址。"
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_an_error_is_told_in_english_when_asked(client: FlaskClient):
    answer = client.get("/api/v1/nothing", headers={"Accept-Language": "en-GB, en;q=0.8"})

    assert answer.json["message"] == "There is no such address."


def test_health_readiness_and_metrics_need_no_account(client: FlaskClient):
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json["status"] == "ok"
    assert b"anhu_requests_total" in client.get("/metrics").data


def test_the_documents_come_from_the_server_itself(client: FlaskClient):
    page = client.get("/docs/")
    document = client.get("/api/v1/openapi.json")

    assert page.status_code == 200
    assert b"https://" not in page.data.replace(b"https://github.com", b"")
    assert document.json["openapi"] == "3.1.0"
