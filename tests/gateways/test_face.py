"""The client of the face provider against a stand-in that is a process of its own."""

import socket
import traceback
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.gateways.face import (
    RESULTS_PATH,
    TOKENS_PATH,
    FaceBusy,
    FaceClient,
    FaceError,
    FaceMisconfigured,
    FaceNotEnrolled,
    FaceResult,
    FaceSettings,
)
from tests.standins_face import FaceStandIn, face_process, face_standin

__all__ = ["face_process", "face_standin"]


@pytest.fixture
def settings(face_standin: FaceStandIn) -> FaceSettings:
    face_standin.order("enrolled", subject="carer-1")
    return FaceSettings(face_standin.url, face_standin.app_id, face_standin.secret)


@pytest.fixture
def provider(settings: FaceSettings) -> Iterator[FaceClient]:
    client = FaceClient(settings)
    yield client
    client.close()


def test_a_check_has_one_token_and_ends_once_the_phone_has_finished(provider: FaceClient, face_standin: FaceStandIn):
    first, again = (provider.request_token(reference="r1", subject="carer-1") for _ in range(2))
    waiting = provider.fetch_result(reference="r1")
    face_standin.order("performed", matched=False, score=31)
    ended = provider.fetch_result(reference="r1")

    assert (first, waiting) == (again, None)
    assert ended == FaceResult(is_matched=False, score=31, trace_id=first.trace_id)
    assert first.token not in repr(first)


FAULTS: list[tuple[dict[str, Any], type[FaceError], int]] = [  # how often it is asked
    ({"status": 502}, FaceBusy, 2),
    ({"status": 302}, FaceBusy, 2),
    ({"body": "<html>"}, FaceBusy, 2),
    ({"body": "[]"}, FaceBusy, 2),
    ({"body": "{}"}, FaceBusy, 2),
    ({"body": '{"code": true}'}, FaceBusy, 2),
    ({"errcode": 9001}, FaceBusy, 2),
    ({"errcode": 1001}, FaceMisconfigured, 1),
    ({"errcode": 2001}, FaceNotEnrolled, 1),
    ({"body": '{"code": 0}'}, FaceBusy, 1),
    ({"body": '{"code": 0, "trace_id": "", "token": "x", "expires_in": 9}'}, FaceBusy, 1),
    ({"body": '{"code": 0, "trace_id": "t", "token": 7, "expires_in": 9}'}, FaceBusy, 1),
    ({"body": '{"code": 0, "trace_id": "t", "token": "x", "expires_in": -1}'}, FaceBusy, 1),
    ({"body": '{"code": 0, "trace_id": "t", "token": "x", "expires_in": true}'}, FaceBusy, 1),
]


@pytest.mark.parametrize(("fault", "error", "asked"), FAULTS)
def test_what_is_no_token_is_told_apart(provider: FaceClient, face_standin: FaceStandIn, fault, error, asked):
    face_standin.order("faults", path=TOKENS_PATH, calls=2, **fault)

    with pytest.raises(error):
        provider.request_token(reference="r1", subject="carer-1")

    assert face_standin.calls(TOKENS_PATH) == asked


ANSWERS = [
    '{"code": 0, "trace_id": "t"}',
    '{"code": 0, "trace_id": "t", "state": "maybe"}',
    '{"code": 0, "trace_id": "t", "state": "done", "score": 9}',
    '{"code": 0, "trace_id": "t", "state": "done", "matched": 1, "score": 9}',
    '{"code": 0, "trace_id": "t", "state": "done", "matched": true, "score": 101}',
    '{"code": 0, "trace_id": "t", "state": "done", "matched": true, "score": "9"}',
    '{"code": 0, "trace_id": "t\\u0000", "state": "done", "matched": true, "score": 9}',
]


@pytest.mark.parametrize("body", ANSWERS)
def test_what_is_no_result_is_not_believed(provider: FaceClient, face_standin: FaceStandIn, body: str):
    face_standin.order("faults", path=RESULTS_PATH, body=body)

    with pytest.raises(FaceBusy):
        provider.fetch_result(reference="r1")


def test_a_provider_out_of_reach_or_silent_is_not_waited_for(settings: FaceSettings, face_standin: FaceStandIn):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
    face_standin.order("faults", path=TOKENS_PATH, wait_s=0.2, calls=2)
    for deaf in (replace(settings, base_url=nobody), replace(settings, timeout=0.05)):
        client = FaceClient(deaf)
        with pytest.raises(FaceBusy) as caught:
            client.request_token(reference="r1", subject="carer-1")
        assert "carer-1" not in str(caught.value)
        assert settings.secret not in "".join(traceback.format_exception(caught.value))
        client.close()


@pytest.mark.parametrize("changed", [{"secret": "another"}, {"app_id": "another"}])
def test_a_request_signed_otherwise_is_refused(settings: FaceSettings, changed: dict[str, str]):
    client = FaceClient(replace(settings, **changed))

    with pytest.raises(FaceMisconfigured):
        client.fetch_result(reference="r1")

    client.close()


def test_a_request_signed_long_ago_is_refused(settings: FaceSettings):
    client = FaceClient(settings, now=lambda: 1_000_000.0)

    with pytest.raises(FaceMisconfigured):
        client.fetch_result(reference="r1")

    client.close()
