"""WeChat's servers, as far as Anhu asks them: who logs in, the phone number a user chose to give, and messages to him.

What WeChat answers is checked before it is believed.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import httpx
import tenacity

from app.gateways.private_query import PRIVATE_QUERY, PrivateQueryTransport
from app.gateways.wechat_errors import (
    MESSAGE_PATH,
    PHONE_PATH,
    SESSION_PATH,
    TOKEN_PATH,
    Progress,
    TokenRefused,
    WeChatBusy,
    WeChatPhoneAbroad,
    WeChatRefused,
    error_for,
)

ATTEMPTS = 3
RENEW_BEFORE_S = 60.0
"""An access token is renewed this long before its end; WeChat hands out the next 300 s before, and both work."""

LONGEST_CODE = 512
"""WeChat's codes have 32 to 64 characters today; what is longer than this was not made by WeChat."""

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WeChatSettings:
    """Where WeChat is and who we are there. `timeout` is in seconds, for each wait of a call: connect, send, read."""

    base_url: str
    appid: str
    secret: str = field(repr=False)
    timeout: float = 5.0


@dataclass(frozen=True, slots=True)
class WeChatSession:
    """Who logged in. The unionid is there only when the account belongs to an open-platform account."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    renew_at: float


class WeChatClient:
    """Asks WeChat. One per process, made after the fork; safe to use from several threads.

    Every method raises `WeChatBusy` or `WeChatMisconfigured`; what else it may raise is said there.
    `monotonic` is in seconds and serves the age of the cached access token alone.
    """

    def __init__(self, settings: WeChatSettings, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._account = {"appid": settings.appid, "secret": settings.secret}
        self._patience_s = settings.timeout
        self._monotonic = monotonic
        self._http = httpx.Client(
            base_url=settings.base_url,
            timeout=settings.timeout,
            transport=PrivateQueryTransport(httpx.HTTPTransport()),
        )
        self._token: _Token | None = None
        self._token_lock = threading.Lock()

    def close(self) -> None:
        self._http.close()

    def code_to_session(self, code: str) -> WeChatSession:
        """Trade the code of `wx.login` for the user's ids. Raises `WeChatRefused` or `WeChatBlocked` too.

        WeChat's session_key is dropped here: nothing of ours needs it, and it must not reach a phone.
        """
        _check_code(SESSION_PATH, code)
        query = self._account | {"js_code": code, "grant_type": "authorization_code"}
        answer = _once_safe(lambda: self._ask("GET", SESSION_PATH, query=query))
        unionid = _text(answer, "unionid", path=SESSION_PATH) if answer.get("unionid") else None
        return WeChatSession(_text(answer, "openid", path=SESSION_PATH), unionid)

    def phone_number(self, code: str) -> str:
        """Trade the code of the phone-number button for an 11-digit mainland number. Raises `WeChatRefused` too."""
        _check_code(PHONE_PATH, code)
        answer = self._with_token(
            lambda token: self._ask("POST", PHONE_PATH, query={"access_token": token}, body={"code": code})
        )
        phone = answer.get("phone_info")
        if not isinstance(phone, dict):
            _unreadable(PHONE_PATH)
        if _text(phone, "countryCode", path=PHONE_PATH) != "86":
            raise WeChatPhoneAbroad(PHONE_PATH, "the number is not of mainland China")
        number = _text(phone, "purePhoneNumber", path=PHONE_PATH)
        if not (number.isascii() and number.isdecimal() and len(number) == 11):
            _unreadable(PHONE_PATH)
        return number

    def send_message(self, body: Mapping[str, Any]) -> None:
        """Send one subscribe message; one accepted dialog is one message. Raises `WeChatMessageRefused` too."""
        self._with_token(lambda token: self._ask("POST", MESSAGE_PATH, query={"access_token": token}, body=body))

    def _with_token(self, call: Callable[[str], Answer]) -> Answer:
        """Make a call that needs the access token, with a fresh token once when WeChat refuses the cached one.

        WeChat looks at the token before anything else [from memory], so the call's code is still unused then.
        """
        token = self._access_token()
        try:
            return _once_safe(lambda: call(token))
        except TokenRefused:
            fresh = self._access_token(refused=token)
        try:
            return _once_safe(lambda: call(fresh))
        except TokenRefused as error:
            busy = WeChatBusy(error.path, "a fresh token was refused", progress=Progress.LIMITED, errcode=error.errcode)
        raise busy

    def _access_token(self, *, refused: str | None = None) -> str:
        """Give the cached token, or a new one when it is near its end or is the one WeChat has just refused.

        The lock is held while WeChat is asked, since other threads need that very answer; they wait for it one
        timeout at most, so that a silent WeChat does not bind all threads one after the other.
        """
        if not self._token_lock.acquire(timeout=self._patience_s):
            raise WeChatBusy(TOKEN_PATH, "no token came in time", progress=Progress.NOT_BEGUN)
        try:
            token = self._token
            if token is None or token.value == refused or self._monotonic() >= token.renew_at:
                token = self._fetch_token()
                self._token = token
            return token.value
        finally:
            self._token_lock.release()

    def _fetch_token(self) -> _Token:
        # The normal mode only: it gives every process the same token, and the new one after somebody forced a change.
        # Forcing one ourselves would spoil the token of all other processes, and WeChat allows it 20 times a day.
        body = self._account | {"grant_type": "client_credential"}
        asked_at = self._monotonic()
        answer = _repeatable(lambda: self._ask("POST", TOKEN_PATH, body=body))
        seconds = answer.get("expires_in")
        if not isinstance(seconds, int) or isinstance(seconds, bool):
            _unreadable(TOKEN_PATH)
        return _Token(_text(answer, "access_token", path=TOKEN_PATH), asked_at + seconds - RENEW_BEFORE_S)

    def _ask(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Answer:
        """Send one call and give WeChat's answer when it is a success: errcode 0 or, as WeChat often does, none."""
        answer = _read(path, self._send(method, path, query=query, body=body))
        errcode = answer.get("errcode", 0)
        if not isinstance(errcode, int):
            _unreadable(path)
        if errcode:
            raise error_for(path, errcode)
        return answer

    def _send(
        self, method: str, path: str, *, query: Mapping[str, str] | None, body: Mapping[str, Any] | None
    ) -> httpx.Response:
        extensions = {PRIVATE_QUERY: dict(query or {})}
        try:
            return self._http.request(method, path, json=body, extensions=extensions)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            busy = WeChatBusy(path, "WeChat could not be reached", progress=Progress.NOT_BEGUN)
        except httpx.HTTPError:
            busy = WeChatBusy(path, "no whole answer came in time", progress=Progress.UNKNOWN)
        raise busy  # outside the except clause, so that the request with its secret does not hang on the error


def _once_safe(call: Callable[[], Answer]) -> Answer:
    """Make a call that uses up a code, again only when WeChat surely did not begin: no connection, or errcode -1.

    A code works once. After a lost or unreadable answer or a 5xx it may be used already: asking again would tell the
    user his code is bad, and a phone number might be paid for twice. Over a limit, asking again makes it worse.
    """
    return _attempts(Progress.NOT_BEGUN)(call)


def _repeatable(call: Callable[[], Answer]) -> Answer:
    """Make a call that changes nothing when made twice, again after any trouble but a limit."""
    return _attempts(Progress.NOT_BEGUN, Progress.UNKNOWN)(call)


def _attempts(*progress: Progress) -> tenacity.Retrying:
    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_random(min=0.05, max=0.25),
        retry=tenacity.retry_if_exception(lambda error: isinstance(error, WeChatBusy) and error.progress in progress),
        reraise=True,
    )


def _check_code(path: str, code: str) -> None:
    """Refuse what cannot be a code of WeChat's without asking: it comes from a phone and may be anything."""
    if not (0 < len(code) <= LONGEST_CODE and code.isascii() and code.isprintable()):
        raise WeChatRefused(path, "not a code of WeChat's")


def _read(path: str, response: httpx.Response) -> Answer:
    """Give the JSON object of an answer. WeChat labels it text/plain, so its media type is not looked at."""
    if response.status_code != httpx.codes.OK:
        raise WeChatBusy(path, f"HTTP {response.status_code}", progress=Progress.UNKNOWN)
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        _unreadable(path)
    return answer


def _text(answer: Answer, name: str, *, path: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        _unreadable(path)
    return value


def _unreadable(path: str) -> NoReturn:
    raise WeChatBusy(path, "the answer is unreadable", progress=Progress.UNKNOWN)
