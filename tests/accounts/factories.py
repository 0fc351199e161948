"""Accounts to bind, and phones to bind them with."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.service import open_account
from app.accounts.types import OpenedAccount
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.permissions import Role, Scope, ScopeKind, SystemActor
from tests.standins import WeChatStandIn

AGENCY = Scope(ScopeKind.AGENCY, "00000000-0000-7000-8000-000000000001")


def an_account(
    session: Session,
    *,
    role: Role = Role.DISPATCHER,
    scope: Scope = AGENCY,
    person_id: UUID | None = None,
    phone: str | None = None,
    region: str = "tianjin",
    at: datetime | None = None,
) -> OpenedAccount:
    return open_account(
        session,
        person_id=person_id,
        label="post 1",
        role=role,
        scope=scope,
        purpose="test",
        phone=phone,
        actor=SystemActor(region, job="test"),
        at=at or clock.now(),
    )


@dataclass
class APhone:
    """A WeChat user's phone: keeps its device id, fetches a new code for every call."""

    client: FlaskClient
    wechat: WeChatStandIn
    openid: str = "openid-1"
    device: dict[str, str] = field(default_factory=lambda: {"id": str(uuid4()), "platform": "android"})

    def log_in(self, **more: Any) -> TestResponse:
        return self._post("wechat", code=self.wechat.login_code(self.openid), device=self.device, **more)

    def bind(self, binding_code: str) -> TestResponse:
        code = self.wechat.login_code(self.openid)
        return self._post("bindings", wechat_code=code, binding_code=binding_code, device=self.device)

    def bind_by_phone(self, number: str, country: str = "86", **more: Any) -> TestResponse:
        codes = {
            "wechat_code": self.wechat.login_code(self.openid),
            "phone_code": self.wechat.phone_code(number, country),
        }
        return self._post("phone-bindings", **codes, device=self.device, **more)

    def refresh(self, token: str, request_id: UUID | None = None, **more: Any) -> TestResponse:
        return self._post("refresh", refresh_token=token, request_id=str(request_id or new_id()), **more)

    def _post(self, path: str, **body: Any) -> TestResponse:
        return self.client.post(f"/api/v1/auth/{path}", json=body)


def bearer_of(session: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['access_token']}"}
