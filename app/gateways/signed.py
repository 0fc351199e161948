"""Providers asked by signed JSON: one way to ask them, and to say what came to nothing.

`X-Anhu-Signature` is the hexadecimal HMAC-SHA-256 of path, line feed, `X-Anhu-Time` (seconds), line feed and body,
under our secret. An answer is a JSON object with a `code`: 0, or the provider's own. Calls name a reference of ours, so
that they may be repeated under it.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn

import httpx
import tenacity

MISCONFIGURED = 1001
ATTEMPTS = 2
LONGEST_TEXT = 500

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Where a provider is and who we are there. `timeout` is in seconds, for each wait of a call."""

    base_url: str
    app_id: str
    secret: str = field(repr=False)
    timeout: float = 3.0


class ProviderError(Exception):
    """A call to a provider came to nothing; `code` is the provider's own, None when it gave none."""

    def __init__(self, path: str, what: str, *, code: int | None = None) -> None:
        super().__init__(f"{path}: {what}" + ("" if code is None else f" (code {code})"))
        self.path = path
        self.code = code


class ProviderAbsent(ProviderError):
    """No provider is set up: an installation may do without."""


class ProviderMisconfigured(ProviderError):
    """The provider refuses our account: an administrator has to act."""


class ProviderBusy(ProviderError):
    """The provider is out of reach, overloaded, or speaks in riddles: later it may work."""


class SignedClient:
    """Asks a provider. One per process, made after the fork; safe to use from several threads. `refusals` are codes of
    the provider's own that are an answer."""

    refusals: ClassVar[Mapping[int, type[ProviderError]]] = {}

    def __init__(self, settings: ProviderSettings, *, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._now = now
        self._http = httpx.Client(base_url=settings.base_url, timeout=settings.timeout)

    def close(self) -> None:
        self._http.close()

    def _ask(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Once more after any trouble on the way: the reference makes a repeated call harmless. Raises ProviderBusy,
        ProviderMisconfigured and the client's own refusals."""
        attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=tenacity.wait_random(min=0.05, max=0.2),
            retry=tenacity.retry_if_exception_type(ProviderBusy),
            reraise=True,
        )
        return attempts(self._ask_once, path, body)

    def _ask_once(self, path: str, body: Mapping[str, Any]) -> Answer:
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
            raise ProviderBusy(path, "no whole answer came in time") from None
        if response.status_code != httpx.codes.OK:
            raise ProviderBusy(path, f"HTTP {response.status_code}")
        return self._read(path, response)

    def _read(self, path: str, response: httpx.Response) -> Answer:
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        code = answer.get("code") if isinstance(answer, dict) else None
        if not isinstance(code, int) or isinstance(code, bool):
            unreadable(path)
        if code == MISCONFIGURED:
            raise ProviderMisconfigured(path, "our account was refused", code=code)
        if code in self.refusals:
            raise self.refusals[code](path, "the provider refuses", code=code)
        if code:
            raise ProviderBusy(path, "the provider failed", code=code)
        return answer  # type: ignore[no-any-return]  # a dict by now


def text_of(path: str, answer: Answer, name: str) -> str:
    """A text of an answer; raises ProviderBusy when it is none, or none to keep."""
    value = answer.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or not value.isprintable():
        unreadable(path)
    return value


def whole_of(path: str, answer: Answer, name: str, *, highest: int) -> int:
    """A whole number of an answer; raises ProviderBusy when it is none, or out of bounds."""
    value = answer.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= highest:
        unreadable(path)
    return value


def unreadable(path: str) -> NoReturn:
    """An answer that nobody can read is none."""
    raise ProviderBusy(path, "the answer is unreadable")
