"""The client of the face provider against a stand-in that is a process of its own."""

import socket
import traceback
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.gateways.face import RESULTS_PATH, TOKENS_PATH, FaceClient, FaceNotEnrolled, FaceResult
from app.gateways.signed import ProviderBusy, ProviderError, ProviderMisconfigured, ProviderSettings
from tests.standins_face import face_process, face_standin
from tests.standins_signed import StandIn

__all__ = ["face_process", "face_standin"]


@pytest.fixture
def settings(face_standin: StandIn) -> ProviderSettings:
    face_standin.order("enrolled", subject="carer-1")
    return face_standin.settings()


@pytest.fixture
def provider(settings: ProviderSettings) -> Iterator[FaceClient]:
    client = FaceClient(settings)
    yield client
    client.close()


def test_a_check_has_one_token_and_ends_once_the_phone_has_finished(provider: FaceClient, face_standin: StandIn):
    first, again = (provider.request_token(reference="r1", subject="carer-1") for _ in range(2))
    waiting = provider.fetch_result(reference="r1")
    face_standin.order("performed", matched=False, score=31)
    ended = provider.fetch_result(reference="r1")

    assert (first, waiting) == (again, None)
    assert ended == FaceResult(is_matched=False, score=31, trace_id=first.trace_id)
    assert first.token not in repr(first)


FAULTS: list[tuple[dict[str, Any], type[ProviderError], int]] = [  # how often it is asked
    ({"status": 502}, ProviderBusy, 2),
    ({"status": 302}, ProviderBusy, 2),
    ({"body": "<html>"}, ProviderBusy, 2),
    ({"body": "[]"}, ProviderBusy, 2),
    ({"body": "{}"}, ProviderBusy, 2),
    ({"body": '{"code": true}'}, ProviderBusy, 2),
    ({"errcode": 9001}, ProviderBusy, 2),
    ({"errcode": 1001}, ProviderMisconfigured, 1),
    ({"errcode": 2001}, FaceNotEnrolled, 1),
    ({"body": '{"code": 0}'}, ProviderBusy, 1),
    ({"body": '{"code": 0, "trace_id": "", "token": "x", "expires_in": 9}'}, ProviderBusy, 1),
    ({"body": '{"code": 0, "trace_id": "t", "token": 7, "expires_in": 9}'}, ProviderBusy, 1),
    ({"body": '{"code": 0, "trace_id": "t", "token": "x", "expires_in": -1}'}, ProviderBusy, 1),
    ({"body": '{"code": 0, "trace_id": "t", "token": "x", "expires_in": true}'}, ProviderBusy, 1),
]


@pytest.mark.parametrize(("fault", "error", "asked"), FAULTS)
def test_what_is_no_token_is_told_apart(provider: FaceClient, face_standin: StandIn, fault, error, asked):
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
def test_what_is_no_result_is_not_believed(provider: FaceClient, face_standin: StandIn, body: str):
    face_standin.order("faults", path=RESULTS_PATH, body=body)

    with pytest.raises(ProviderBusy):
        provider.fetch_result(reference="r1")


def test_a_provider_out_of_reach_or_silent_is_not_waited_for(settings: ProviderSettings, face_standin: StandIn):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
    face_standin.order("faults", path=TOKENS_PATH, wait_s=0.2, calls=2)
    for deaf in (replace(settings, base_url=nobody), replace(settings, timeout=0.05)):
        client = FaceClient(deaf)
        with pytest.raises(ProviderBusy) as caught:
            client.request_token(reference="r1", subject="carer-1")
        assert "carer-1" not in str(caught.value)
        assert settings.secret not in "".join(traceback.format_exception(caught.value))
        client.close()


@pytest.mark.parametrize("changed", [{"secret": "another"}, {"app_id": "another"}])
def test_a_request_signed_otherwise_is_refused(settings: ProviderSettings, changed: dict[str, str]):
    client = FaceClient(replace(settings, **changed))

    with pytest.raises(ProviderMisconfigured):
        client.fetch_result(reference="r1")

    client.close()


def test_a_request_signed_long_ago_is_refused(settings: ProviderSettings):
    client = FaceClient(settings, now=lambda: 1_000_000.0)

    with pytest.raises(ProviderMisconfigured):
        client.fetch_result(reference="r1")

    client.close()
