"""A provider of face checks: is the person before the phone the one enrolled under this pseudonym?

The protocol is one of our own, in the manner of such services (a token for the phone, a result with a trace id for the
server); a provider is met by an adapter that speaks it. No picture passes through here, and none is kept: the phone
shows the face to the provider. Requests are signed: `X-Anhu-Signature` is the hexadecimal HMAC-SHA-256 of path, line
feed, `X-Anhu-Time` (seconds), line feed and body, under our secret. Both calls may be repeated under one reference.

- `POST /v1/tokens {"reference", "subject"}` → `{"code": 0, "trace_id", "token", "expires_in"}`
- `POST /v1/results {"reference"}` → `{"code": 0, "trace_id", "state": "waiting" | "done", "matched", "score"}`
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import httpx
import tenacity

TOKENS_PATH, RESULTS_PATH = "/v1/tokens", "/v1/results"
MISCONFIGURED, NOT_ENROLLED, NO_SUCH_CHECK = 1001, 2001, 2002
ATTEMPTS = 2
LONGEST_TEXT = 500
HIGHEST_SCORE = 100

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FaceSettings:
    """Where the provider is and who we are there. `timeout` is in seconds, for each wait of a call."""

    base_url: str
    app_id: str
    secret: str = field(repr=False)
    timeout: float = 3.0


@dataclass(frozen=True, slots=True)
class FaceToken:
    """What the phone starts its check with."""

    token: str = field(repr=False)
    expires_in_s: int
    trace_id: str


@dataclass(frozen=True, slots=True)
class FaceResult:
    """How a check ended; `score` from 0 to 100 is the provider's own."""

    is_matched: bool
    score: int
    trace_id: str


class FaceError(Exception):
    """A call to the provider came to nothing; `code` is the provider's own, None when it gave none."""

    def __init__(self, path: str, what: str, *, code: int | None = None) -> None:
        super().__init__(f"{path}: {what}" + ("" if code is None else f" (code {code})"))
        self.path = path
        self.code = code


class FaceNotEnrolled(FaceError):
    """The provider knows no face under this pseudonym."""


class FaceAbsent(FaceError):
    """No provider is set up: an installation may do without."""


class FaceMisconfigured(FaceError):
    """The provider refuses our account: an administrator has to act."""


class FaceBusy(FaceError):
    """The provider is out of reach, overloaded, or speaks in riddles: later it may work."""


class FaceClient:
    """Asks the provider. One per process, made after the fork; safe to use from several threads."""

    def __init__(self, settings: FaceSettings, *, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._now = now
        self._http = httpx.Client(base_url=settings.base_url, timeout=settings.timeout)

    def close(self) -> None:
        self._http.close()

    def request_token(self, *, reference: str, subject: str) -> FaceToken:
        """A token for the phone; the same reference has the same check. Raises FaceNotEnrolled, FaceBusy,
        FaceMisconfigured."""
        answer = self._ask(TOKENS_PATH, {"reference": reference, "subject": subject})
        trace_id, token = _text(TOKENS_PATH, answer, "trace_id"), _text(TOKENS_PATH, answer, "token")
        return FaceToken(token, _whole(TOKENS_PATH, answer, "expires_in", highest=86_400), trace_id)

    def fetch_result(self, *, reference: str) -> FaceResult | None:
        """How the check ended; None while the phone has not finished. Raises FaceBusy, FaceMisconfigured."""
        answer = self._ask(RESULTS_PATH, {"reference": reference})
        if answer.get("state") == "waiting":
            return None
        is_matched = answer.get("matched")
        if answer.get("state") != "done" or not isinstance(is_matched, bool):
            _unreadable(RESULTS_PATH)
        score = _whole(RESULTS_PATH, answer, "score", highest=HIGHEST_SCORE)
        return FaceResult(is_matched, score, _text(RESULTS_PATH, answer, "trace_id"))

    def _ask(self, path: str, body: Mapping[str, str]) -> Answer:
        """Once more after any trouble on the way: the reference makes a repeated call harmless."""
        attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=tenacity.wait_random(min=0.05, max=0.2),
            retry=tenacity.retry_if_exception_type(FaceBusy),
            reraise=True,
        )
        return attempts(self._ask_once, path, body)

    def _ask_once(self, path: str, body: Mapping[str, str]) -> Answer:
        content, sent_at = json.dumps(body, sort_keys=True), str(int(self._now()))
        signed = f"{path}\n{sent_at}\n{content}".encode()
        headers = {
            "Content-Type": "application/json",
            "X-Anhu-App": self._settings.app_id,
            "X-Anhu-Time": sent_at,
            "X-Anhu-Signature": hmac.new(self._settings.secret.encode(), signed, hashlib.sha256).hexdigest(),
        }
        try:
            response = self._http.post(path, content=content, headers=headers)
        except httpx.HTTPError:
            raise FaceBusy(path, "no whole answer came in time") from None
        if response.status_code != httpx.codes.OK:
            raise FaceBusy(path, f"HTTP {response.status_code}")
        return _read(path, response)


def _read(path: str, response: httpx.Response) -> Answer:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    code = answer.get("code") if isinstance(answer, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        _unreadable(path)
    if code == MISCONFIGURED:
        raise FaceMisconfigured(path, "our account was refused", code=code)
    if code == NOT_ENROLLED:
        raise FaceNotEnrolled(path, "nobody is enrolled", code=code)
    if code:
        raise FaceBusy(path, "the provider failed", code=code)
    return answer  # type: ignore[no-any-return]  # a dict by now


def _text(path: str, answer: Answer, name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or not value.isprintable():
        _unreadable(path)
    return value


def _whole(path: str, answer: Answer, name: str, *, highest: int) -> int:
    value = answer.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= highest:
        _unreadable(path)
    return value


def _unreadable(path: str) -> NoReturn:
    raise FaceBusy(path, "the answer is unreadable")
