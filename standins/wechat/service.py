"""What WeChat's servers know and decide, as far as a mini-program's own server meets it.

Kept in memory, one object per process. The rules are those of WeChat's published pages; what is only
from memory says so. `now` is in seconds on any clock that runs forward; `advance` lets a test skip hours.
"""

import secrets
import threading
import time
from dataclasses import dataclass, field

from standins.wechat.limits import Limit
from standins.wechat.messages import Messages
from standins.wechat.refusal import Answer, Refusal

DEFAULT_APPID = "wx0000000000000001"
DEFAULT_SECRET = "0123456789abcdef" * 2

CODE_LIFE_S = 300.0
TOKEN_LIFE_S = 7200
TOKEN_OVERLAP_S = 300
"""The normal mode gives out the next token this long before the end of the present one; both work meanwhile."""
FORCED_GAP_S = 30.0
"""Forcing a new token sooner than this after the last time changes nothing."""


@dataclass
class LoginCode:
    openid: str
    unionid: str | None
    ends_at: float


@dataclass
class PhoneCode:
    number: str
    country: str
    ends_at: float


@dataclass
class Token:
    value: str
    ends_at: float
    replaced: bool = False


@dataclass
class WeChat:
    """One mini-program's account at WeChat. Every public method may be called from any thread."""

    appid: str = DEFAULT_APPID
    secret: str = DEFAULT_SECRET
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything, as after a new start."""
        with self._lock:
            self._ahead_s = 0.0
            self._login_codes: dict[str, LoginCode] = {}
            self._phone_codes: dict[str, PhoneCode] = {}
            self._blocked: set[str] = set()
            self._tokens: dict[str, Token] = {}
            self._current: Token | None = None
            self._forced_at: float | None = None
            self._messages = Messages()
            self._logins = Limit(100, window_s=60)
            self._token_minute = Limit(10_000, window_s=60)
            self._token_day = Limit(500_000, window_s=86_400)
            self._forced_day = Limit(20, window_s=86_400)

    # Orders from a test

    def advance(self, seconds: float) -> None:
        """Let time pass: codes and tokens grow old."""
        with self._lock:
            self._ahead_s += seconds

    def mint_login_code(self, openid: str, unionid: str | None = None) -> str:
        """What `wx.login` on that user's phone would give."""
        code = "0" + secrets.token_urlsafe(23)
        with self._lock:
            self._login_codes[code] = LoginCode(openid, unionid, self._now() + CODE_LIFE_S)
        return code

    def mint_phone_code(self, number: str, country: str = "86") -> str:
        """What the phone-number button on that user's phone would give."""
        code = secrets.token_hex(32)
        with self._lock:
            self._phone_codes[code] = PhoneCode(number, country, self._now() + CODE_LIFE_S)
        return code

    def add_template(self, template_id: str, keys: list[str]) -> None:
        with self._lock:
            self._messages.add_template(template_id, keys)

    def allow_message(self, openid: str, template_id: str) -> None:
        with self._lock:
            self._messages.allow(openid, template_id)

    def sent_messages(self) -> list[Answer]:
        with self._lock:
            return list(self._messages.sent)

    def block(self, openid: str) -> None:
        with self._lock:
            self._blocked.add(openid)

    # WeChat's own calls

    def session(self, query: Answer) -> Answer:
        """`GET /sns/jscode2session`."""
        with self._lock:
            _require(query, "appid", 41002)
            _require(query, "secret", 41004)
            _require(query, "js_code", 41008)
            if query.get("grant_type") != "authorization_code":
                raise Refusal(40002)
            self._check_account(query)
            code = self._login_codes.get(query["js_code"])
            if code is None:
                raise Refusal(40029)
            if not self._logins.take(code.openid, now=self._now()):
                raise Refusal(45011)
            del self._login_codes[query["js_code"]]  # single use, whatever comes of it
            if code.ends_at <= self._now():
                raise Refusal(40029)
            if code.openid in self._blocked:
                raise Refusal(40226)
            answer = {"openid": code.openid, "session_key": secrets.token_urlsafe(16) + "=="}
            return answer if code.unionid is None else answer | {"unionid": code.unionid}

    def stable_token(self, body: Answer) -> Answer:
        """`POST /cgi-bin/stable_token`."""
        with self._lock:
            if body.get("grant_type") != "client_credential":
                raise Refusal(40002)
            _require(body, "appid", 41002)
            _require(body, "secret", 41004)
            self._check_account(body)
            if not self._token_minute.take("", now=self._now()):
                raise Refusal(45011)
            if not self._token_day.take("", now=self._now()):
                raise Refusal(45009)
            token = self._forced_token() if body.get("force_refresh") is True else self._usual_token()
            return {"access_token": token.value, "expires_in": round(token.ends_at - self._now())}

    def phone_number(self, access_token: str | None, body: Answer) -> Answer:
        """`POST /wxa/business/getuserphonenumber`."""
        with self._lock:
            self.check_token(access_token)
            code = body.get("code")
            if not isinstance(code, str) or not code:
                raise Refusal(40097)
            found = self._phone_codes.pop(code, None)
            if found is None or found.ends_at <= self._now():
                raise Refusal(40029)
            prefix = "" if found.country == "86" else f"+{found.country}"
            return {
                "errcode": 0,
                "errmsg": "ok",
                "phone_info": {
                    "phoneNumber": prefix + found.number,
                    "purePhoneNumber": found.number,
                    "countryCode": found.country,
                    "watermark": {"timestamp": int(time.time()), "appid": self.appid},
                },
            }

    def send_message(self, access_token: str | None, body: Answer) -> Answer:
        """`POST /cgi-bin/message/subscribe/send`."""
        with self._lock:
            self.check_token(access_token)
            self._messages.send(body)
            return {"errcode": 0, "errmsg": "ok"}

    def check_token(self, access_token: str | None) -> None:
        """Refuse a call whose access token is missing, unknown, replaced or too old."""
        with self._lock:
            if not access_token:
                raise Refusal(41001)
            token = self._tokens.get(access_token)
            if token is None or token.replaced:
                raise Refusal(40001)
            if token.ends_at <= self._now():
                raise Refusal(42001)

    # Inner parts, all called under the lock

    def _now(self) -> float:
        return time.monotonic() + self._ahead_s

    def _check_account(self, given: Answer) -> None:
        if given["appid"] != self.appid:
            raise Refusal(40013)
        if given["secret"] != self.secret:
            raise Refusal(40125)

    def _usual_token(self) -> Token:
        if self._current is None or self._current.ends_at - self._now() <= TOKEN_OVERLAP_S:
            return self._new_token()
        return self._current

    def _forced_token(self) -> Token:
        too_soon = self._forced_at is not None and self._now() - self._forced_at < FORCED_GAP_S
        if too_soon:
            return self._usual_token()
        if not self._forced_day.take("", now=self._now()):
            raise Refusal(45009)
        self._forced_at = self._now()
        for token in self._tokens.values():
            token.replaced = True
        return self._new_token()

    def _new_token(self) -> Token:
        token = Token(secrets.token_urlsafe(102), self._now() + TOKEN_LIFE_S)
        self._tokens[token.value] = token
        self._current = token
        return token


def _require(given: Answer, name: str, errcode: int) -> None:
    if not isinstance(given.get(name), str) or not given[name]:
        raise Refusal(errcode)
