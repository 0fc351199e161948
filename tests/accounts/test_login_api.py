"""Binding, logging in and refreshing through HTTP, against a WeChat that is a process of its own."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.accounts.factories import APhone, an_account, bearer_of
from tests.standins import WeChatStandIn

SESSION_PATH = "/sns/jscode2session"
PHONE_PATH = "/wxa/business/getuserphonenumber"


@pytest.fixture
def phone(client: FlaskClient, wechat: WeChatStandIn) -> APhone:
    return APhone(client, wechat)


def another(phone: APhone, openid: str = "openid-2") -> APhone:
    return APhone(phone.client, phone.wechat, openid)


def test_a_binding_code_opens_a_session(phone: APhone, tianjin: Session):
    opened = an_account(tianjin)

    answer = phone.bind(opened.binding_code)

    assert answer.status_code == 201, answer.json
    assert answer.json["account_id"] == str(opened.account_id)
    assert answer.json["grant"]["role"] == "dispatcher"
    me = phone.client.get("/api/v1/me", headers=bearer_of(answer.json))
    assert me.json["account_id"] == str(opened.account_id)
    assert me.json["device_id"] is not None


def test_a_bound_user_logs_in(phone: APhone, tianjin: Session):
    phone.bind(an_account(tianjin).binding_code)

    answer = phone.log_in()

    assert answer.status_code == 200
    assert answer.json["region"] == "tianjin"
