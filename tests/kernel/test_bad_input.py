"""No bad input gives a 5xx: each is told with a stable code and a sentence in the caller's language."""

import json
from collections.abc import Iterator
from typing import Any

import marshmallow as ma
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.kernel.db import db
from app.kernel.http.field_messages import MOST_FIELDS
from app.kernel.http.fields import Several
from app.kernel.ids import new_id
from tests.conftest import Clone, settings_for
from tests.kernel.probe import URL, good_probe, login, probe_app


@pytest.fixture(scope="module")
def app(worker_database: Clone, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    application = probe_app(settings_for(worker_database.urls, tmp_path_factory.mktemp("probe")))
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def http(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def headers(app: Flask) -> dict[str, str]:
    return login(app)


def send(http: FlaskClient, headers: dict[str, str], body: bytes, content_type: str = "application/json") -> Any:
    return http.post(URL, data=body, content_type=content_type, headers=headers)


def probe_with(**values: object) -> bytes:
    return json.dumps(good_probe() | values).encode()


def test_a_good_body_is_accepted(http: FlaskClient, headers: dict[str, str]):
    answer = send(http, headers, probe_with())

    assert answer.status_code == 201
    assert answer.json["at"] == "2026-11-22T00:00:00Z"


UNREADABLE = {
    "not json": b"{",
    "nested 100,000 deep": b"[" * 100_000,
    "objects nested 100,000 deep": b'{"a":' * 100_000,
    "integer of 5,000 digits": probe_with().replace(b'"whole": 7', b'"whole": ' + b"7" * 5000),
    "NaN": probe_with().replace(b"39.1", b"NaN"),
    "Infinity": probe_with().replace(b"39.1", b"Infinity"),
    "-Infinity": probe_with().replace(b"39.1", b"-Infinity"),
    "bytes that are not UTF-8": probe_with().replace(b'"red"', b'"\xff\xfe"'),
    "UTF-16": probe_with().decode().encode("utf-16"),
    "a key given twice": probe_with().replace(b'"flag": true', b'"flag": true, "flag": false'),
    "two texts": probe_with() + b"{}",
    "raw NUL": b"\x00",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_not_json_is_unreadable(http: FlaskClient, headers: dict[str, str], body: bytes):
    answer = send(http, headers, body)

    assert (answer.status_code, answer.json["code"]) == (400, "unreadable")


FIELDS = {
    "text for a number": ("number", "1.5", "not_a_number"),
    "a flag for a number": ("number", True, "not_a_number"),
    "a number past float": ("number", 10**400, "number_too_large"),
    "an infinite number": ("latitude", 1e999, "unreadable"),
    "text for a whole number": ("whole", "7", "not_a_whole_number"),
    "a fraction for a whole number": ("whole", 1.5, "not_a_whole_number"),
    "a whole number past 2^53": ("whole", 2**53, "number_too_large"),
    "a whole number of 4,000 digits": ("whole", 10**4000, "number_too_large"),
    "yes for a flag": ("flag", "yes", "not_a_flag"),
    "one for a flag": ("flag", 1, "not_a_flag"),
    "a number for text": ("text", 5, "not_text"),
    "NUL in text": ("text", "a\x00b", "text_has_bad_characters"),
    "a lone surrogate in text": ("text", "a\ud800b", "text_has_bad_characters"),
    "empty text": ("text", "  ", "text_length"),
    "long text": ("text", "好" * 2001, "text_length"),
    "an instant without zone": ("at", "2026-11-22T08:00:00", "instant_without_zone"),
    "an instant of the year 1": ("at", "0001-01-01T00:00:00Z", "year_out_of_range"),
    "an instant below the calendar": ("at", "0001-01-01T00:00:00+14:00", "not_an_instant"),
    "an instant of 2100": ("phone_at", "2100-01-01T00:00:00Z", "year_out_of_range"),
    "an instant of 1969": ("phone_at", "1969-12-31T23:59:59Z", "year_out_of_range"),
    "a week's day for an instant": ("at", "2026-W47-7T08:00:00Z", "not_an_instant"),
    "a number for an instant": ("at", 1_700_000_000, "not_an_instant"),
    "a day of the week form": ("day", "2026-W47-7", "not_a_day"),
    "a day in full-width digits": ("day", "２０２６-11-22", "not_a_day"),
    "the 31st of February": ("day", "2026-02-31", "not_a_day"),
    "a day of 1899": ("day", "1899-12-31", "year_out_of_range"),
    "an id of another version": ("id", "9b2e2f7e-5b0c-4b0a-9c39-2f2d5f0a0b1c", "not_a_uuid7"),
    "an id in full-width digits": ("other_id", "０190a6c4-7b1e-7cc3-98c4-dc0c0c07398f", "not_an_id"),
    "an id with an urn": ("other_id", "urn:uuid:0190a6c4-7b1e-7cc3-98c4-dc0c0c07398f", "not_an_id"),
    "a list for an id": ("other_id", [], "not_an_id"),
    "an unknown choice": ("colour", "blue", "not_one_of_the_choices"),
    "an object for a choice": ("colour", {}, "not_one_of_the_choices"),
    "a latitude past the pole": ("latitude", 90.0001, "range"),
    "an object for a list": ("parts", {}, "not_a_list"),
    "too many in a list": ("parts", [{"name": "a", "amount_fen": 1}] * 4, "too_long"),
    "null": ("text", None, "null"),
    "an unknown field": ("colour2", "red", "unknown"),
}


@pytest.mark.parametrize(("field", "value", "code"), FIELDS.values(), ids=FIELDS.keys())
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_wrong_field_is_named_with_code_and_sentence(
    http: FlaskClient, headers: dict[str, str], field: str, value: object, code: str, language: str
):
    answer = send(http, headers | {"Accept-Language": language}, probe_with(**{field: value}))

    if code == "unreadable":  # json.dumps writes Infinity
        assert answer.status_code == 400
        return
    assert (answer.status_code, answer.json["code"]) == (422, "fields_invalid")
    told = answer.json["details"]["fields"][field]
    assert told["code"] == code
    assert ("。" in told["message"]) == (language == "zh-CN")
    assert "{" not in told["message"]


def test_a_number_past_float_written_as_1e999_is_refused(http: FlaskClient, headers: dict[str, str]):
    answer = send(http, headers, probe_with().replace(b"39.1", b"1e999"))

    assert answer.json["details"]["fields"]["latitude"]["code"] == "not_a_number"


def test_a_missing_field_is_named(http: FlaskClient, headers: dict[str, str]):
    answer = send(http, headers, b"{}")

    assert answer.json["details"]["fields"]["text"] == {"code": "required", "message": "缺少这一项。"}


def test_a_field_inside_a_list_is_named_by_its_path(http: FlaskClient, headers: dict[str, str]):
    answer = send(
        http, headers, probe_with(parts=[{"name": "a", "amount_fen": 1}, {"name": "abcdef", "amount_fen": 1}])
    )

    assert answer.json["details"]["fields"] == {
        "parts.1.name": {"code": "text_length", "message": "文字长度应为 1 到 5 个字符。"}
    }


@pytest.mark.parametrize("body", [b"[]", b"7", b'"text"', b"null", b"true"])
def test_a_body_that_is_no_object_is_told_so(http: FlaskClient, headers: dict[str, str], body: bytes):
    answer = send(http, headers, body)

    assert answer.status_code == 422
    assert answer.json["details"]["fields"]["body"]["code"] in {"not_an_object", "null"}


def test_very_many_unknown_fields_get_a_bounded_answer(http: FlaskClient, headers: dict[str, str]):
    answer = send(http, headers, probe_with(**{f"field{number:05}" + "x" * 1000: 1 for number in range(800)}))

    assert len(answer.json["details"]["fields"]) == MOST_FIELDS
    assert len(answer.data) < 20_000


def test_a_lone_surrogate_in_a_fields_name_is_answered(http: FlaskClient, headers: dict[str, str]):
    answer = send(http, headers, probe_with(**{"\ud800": 1}))

    assert answer.status_code == 422


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/json5"])
def test_another_content_type_is_refused(http: FlaskClient, headers: dict[str, str], content_type: str):
    answer = send(http, headers, probe_with(), content_type)

    assert (answer.status_code, answer.json["code"]) == (415, "json_expected")


QUERIES = {
    "unknown key": ("?colour=red", "colour", "unknown"),
    "duplicate key": ("?limit=1&limit=2", "limit", "given_twice"),
    "text": ("?limit=many", "limit", "not_a_whole_number"),
    "too great": ("?limit=201", "limit", "limit"),
    "5,000 digits": ("?limit=" + "9" * 3000, "limit", "not_a_whole_number"),
    "NUL": ("?limit=%00", "limit", "not_a_whole_number"),
    "not UTF-8": ("?after=%ff", "after", "not_an_id"),
}


@pytest.mark.parametrize(("query", "field", "code"), QUERIES.values(), ids=QUERIES.keys())
def test_a_wrong_query_is_named(http: FlaskClient, headers: dict[str, str], query: str, field: str, code: str):
    answer = http.get(URL + query, headers=headers)

    assert answer.status_code == 422
    assert answer.json["details"]["fields"][field]["code"] == code


def test_a_route_without_a_query_refuses_any(http: FlaskClient, headers: dict[str, str]):
    answer = http.get(f"{URL}/{new_id()}?colour=red", headers=headers)

    assert answer.json["details"]["fields"] == {"colour": {"code": "unknown", "message": "这里没有这一项。"}}


@pytest.mark.parametrize(
    "path", ["/1", "/not-an-id", "/%00", "/%ff", "/０190a6c4-7b1e-7cc3-98c4-dc0c0c07398f", "/../x"]
)
def test_a_bad_id_in_a_path_is_not_found(http: FlaskClient, headers: dict[str, str], path: str):
    answer = http.get(URL + path, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (404, "no_such_address")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "ANHU"])
def test_another_method_is_refused_with_those_allowed(http: FlaskClient, headers: dict[str, str], method: str):
    answer = http.open(URL, method=method, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


def test_head_and_options_are_answered(http: FlaskClient, headers: dict[str, str]):
    assert http.head(URL, headers=headers).status_code == 200
    assert http.head(URL).status_code == 401
    assert http.options(URL).status_code == 200


TOKENS = [
    "",
    "Bearer",
    "Bearer ",
    "Basic YTpi",
    "Bearer x.y.z",
    "Bearer " + "e" * 5000,
    "Bearer ééé",
    "Bearer eyJ.e30.",
]


@pytest.mark.parametrize("header", TOKENS)
def test_a_stranger_is_told_so_before_his_body_is_read(http: FlaskClient, header: str):
    answer = send(http, {"Authorization": header}, b"[" * 100_000)

    assert answer.status_code == 401
    assert answer.json["code"] in {"token_missing", "token_invalid"}


@pytest.mark.parametrize("language", ["*", "", "de", "zh-TW;q=1", "en;q=abc", "\x80", ",,,;q"])
def test_any_accept_language_gets_a_sentence(http: FlaskClient, language: str):
    answer = http.get("/api/v1/nothing", headers={"Accept-Language": language})

    assert answer.json["message"] in {"没有这个地址。", "There is no such address."}


def test_a_value_that_only_the_database_refuses_is_still_no_failure(http: FlaskClient, headers: dict[str, str]):
    answer = http.get(f"{URL}/unfit", headers=headers)

    assert (answer.status_code, answer.json["code"]) == (422, "fields_invalid")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=6,
)


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(sorted(good_probe())), value=JUNK)
def test_no_value_of_any_field_gives_a_failure(http: FlaskClient, headers: dict[str, str], field: str, value: object):
    answer = send(http, headers, probe_with(**{field: value}))

    assert answer.status_code in {201, 400, 422}
    assert answer.status_code == 201 or answer.json["message"]


def test_a_list_that_is_too_long_is_refused_before_anything_in_it_is_read():
    class Unread(ma.fields.Field[Any]):
        def _deserialize(self, *_: Any, **__: Any) -> Any:
            raise AssertionError("it was read")

    field = Several(Unread(), maximum=3)

    with pytest.raises(ma.ValidationError) as refused:
        field.deserialize([1] * 4)

    assert refused.value.messages == ["length_0_to_3"]
