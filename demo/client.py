"""People who use Anhu through HTTP only: they bind, log in through the stand-in WeChat, refresh, and send requests."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from app.kernel.ids import new_id

API = "/api/v1"
LANGUAGE = "zh-CN"
EXPIRED = ("token_expired", "token_outdated")

Json = dict[str, Any]


class StepFailed(RuntimeError):
    """The server's answer was not the one this step needs; the text holds what was asked and what it said."""

    def __init__(self, request: str, answer: httpx.Response, *, wanted: str) -> None:
        super().__init__(f"{request}\n  wanted {wanted}, got {answer.status_code}: {_readable(answer)}")
        self.status = answer.status_code
        self.code = _code_of(answer)


class WeChatUser:
    """The WeChat on one person's phone, as the stand-in lets us press its buttons."""

    def __init__(self, http: httpx.Client, openid: str) -> None:
        self._http = http
        self._openid = openid

    def login_code(self) -> str:
        """What `wx.login` gives."""
        answer = self._http.post("/_standin/codes", json={"openid": self._openid})
        return str(answer.raise_for_status().json()["code"])


@dataclass
class User:
    """Somebody with a phone. `send` is the one way out, so that a test can lose answers there."""

    http: httpx.Client
    wechat: WeChatUser
    now: Callable[[], datetime]
    device_id: UUID = field(default_factory=uuid4)
    region: str | None = None
    _access: str = ""
    _refresh: str = ""
    _expires_at: datetime | None = None

    def bind(self, binding_code: str) -> Json:
        """Use the one-time code that this account was given, and be logged in."""
        body = {"wechat_code": self.wechat.login_code(), "binding_code": binding_code, "device": self._device}
        return self._keep_tokens(self._open("/auth/bindings", body))

    def log_in(self, *, grant_id: str | None = None) -> Json:
        """Log in as the person who was bound before."""
        body: Json = {"code": self.wechat.login_code(), "device": self._device}
        if self.region:
            body["region"] = self.region
        if grant_id:
            body["grant_id"] = grant_id
        return self._keep_tokens(self._open("/auth/wechat", body))

    def get(self, path: str, **query: object) -> Any:
        """Read; answers the JSON."""
        return self._ask("GET", path, params=_texts(query), wanted="200").json()

    def list(self, path: str, **query: object) -> list[Json]:
        """Read all pages of a list."""
        items: list[Json] = []
        page: Json = {"next_after": None}
        while not items or page["next_after"]:
            page = self.get(path, limit=100, after=page["next_after"], **query)
            items += page["items"]
            if not page["items"]:
                break
        return items

    def fetch(self, path: str) -> httpx.Response:
        """Read a file."""
        return self._ask("GET", path, wanted="200")

    def post(self, path: str, body: object = None, *, key: str | None = None) -> Any:
        """Write; answers the JSON. `key` is the Idempotency-Key where the route asks for one."""
        return self._ask("POST", path, json=body, headers=_key(key or str(uuid4())), wanted="200 to 204").json()

    def put(self, path: str, body: object) -> Any:
        """Write in place of what was there; answers the JSON."""
        return self._ask("PUT", path, json=body, headers=_key(str(uuid4())), wanted="200").json()

    def resend(self, path: str, body: object) -> tuple[Any, bool]:
        """Send a request again; answers the JSON and whether the server says that it repeats its first answer."""
        answer = self._ask("POST", path, json=body, wanted="the first answer again")
        return answer.json(), answer.headers.get("Idempotent-Replay") == "true"

    def lose(self, path: str, body: object) -> None:
        """Send a request whose answer never arrives: nobody looks at it."""
        self._authorised("POST", path, json=body, headers=_key(str(uuid4())))

    def on_another_phone(self) -> "User":
        """The same person's second phone. To log in there ends the session on this one."""
        return User(self.http, self.wechat, self.now, region=self.region)

    def upload(self, path: str, content: bytes, *, kind: str = "text/csv") -> Any:
        """Send a file."""
        headers = {**_key(str(uuid4())), "Content-Type": kind}
        return self._ask("POST", path, content=content, headers=headers, wanted="200 to 204").json()

    def refused(self, path: str, body: object, *, status: int) -> Json:
        """Send what must be refused with this status; answers the error."""
        answer = self._authorised("POST", path, json=body, headers=_key(str(uuid4())))
        if answer.status_code != status:
            raise StepFailed(f"POST {path}", answer, wanted=f"a refusal with {status}")
        error: Json = answer.json()
        return error

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One request over the wire."""
        return self.http.request(method, path, **request)

    @property
    def _device(self) -> Json:
        return {"id": str(self.device_id), "platform": "android"}

    def _ask(self, method: str, path: str, *, wanted: str, **request: Any) -> httpx.Response:
        answer = self._authorised(method, path, **request)
        if not answer.is_success:
            raise StepFailed(f"{method} {path}", answer, wanted=wanted)
        return answer

    def _authorised(self, method: str, path: str, **request: Any) -> httpx.Response:
        if self._expires_at is not None and self._expires_at <= self.now():
            self._renew()
        answer = self._with_token(method, path, **request)
        if answer.status_code == 401 and answer.json().get("code") in EXPIRED:
            self._renew()
            answer = self._with_token(method, path, **request)
        return answer

    def _with_token(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {
            "Accept-Language": LANGUAGE,
            "Authorization": f"Bearer {self._access}",
            "Phone-Sent-At": self.now().isoformat(),
            **request.pop("headers", {}),
        }
        return self.send(method, f"{API}{path}", headers=headers, **request)

    def _renew(self) -> None:
        """A new access token; when the refresh token is too old as well, WeChat vouches for the person again."""
        body = {"refresh_token": self._refresh, "request_id": str(new_id())}
        answer = self.send("POST", f"{API}/auth/refresh", json=body, headers={"Accept-Language": LANGUAGE})
        if answer.status_code == 401:
            self.log_in()
        else:
            self._keep_tokens(_successful("POST /auth/refresh", answer))

    def _open(self, path: str, body: Json) -> Json:
        answer = self.send("POST", f"{API}{path}", json=body, headers={"Accept-Language": LANGUAGE})
        return _successful(f"POST {path}", answer)

    def _keep_tokens(self, answer: Json) -> Json:
        self._access, self._refresh = answer["access_token"], answer["refresh_token"]
        self._expires_at = datetime.fromisoformat(answer["access_expires_at"])
        return answer


def _successful(request: str, answer: httpx.Response) -> Json:
    if not answer.is_success:
        raise StepFailed(request, answer, wanted="tokens")
    found: Json = answer.json()
    return found


def _code_of(answer: httpx.Response) -> str | None:
    try:
        code: str | None = answer.json().get("code")
    except (ValueError, AttributeError):
        return None
    return code


def _readable(answer: httpx.Response) -> str:
    try:
        return json.dumps(answer.json(), ensure_ascii=False, indent=2)
    except ValueError:
        return answer.text[:2000]


def _key(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def _texts(query: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in query.items() if value is not None}
