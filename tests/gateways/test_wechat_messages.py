"""The stand-in's rules for subscribe messages, so that whoever sends them later meets WeChat's refusals."""

from typing import Any

import httpx
import pytest

from tests.standins import WeChatStandIn

SEND = "/cgi-bin/message/subscribe/send"
TOKEN = "/cgi-bin/stable_token"
OPENID = "o-carer"
TEMPLATE = "template-1"
DATA = {"thing1": {"value": "王秀英家9:00的服务还没签到"}, "time2": {"value": "2026年11月18日 09:00"}}


@pytest.fixture
def send(wechat_standin: WeChatStandIn):
    account = {"grant_type": "client_credential", "appid": wechat_standin.appid, "secret": wechat_standin.secret}
    token = httpx.post(wechat_standin.url + TOKEN, json=account, trust_env=False).json()["access_token"]
    wechat_standin.add_template(TEMPLATE, "thing1", "time2")

    def post(access_token: str = token, **changes: Any) -> dict[str, Any]:
        body = {"touser": OPENID, "template_id": TEMPLATE, "data": DATA} | changes
        address = f"{wechat_standin.url}{SEND}?access_token={access_token}"
        return httpx.post(address, json=body, trust_env=False).json()

    return post


def test_one_accepted_dialog_is_one_message(wechat_standin, send):
    wechat_standin.allow_message(OPENID, TEMPLATE)

    answers = [send()["errcode"], send()["errcode"]]

    assert answers == [0, 43101]
    assert [message["touser"] for message in wechat_standin.sent_messages()] == [OPENID]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"access_token": "none"}, 40001),
        ({"touser": ""}, 40003),
        ({"template_id": "another"}, 40037),
        ({"page": "/pages/index"}, 41030),
        ({"data": '{"thing1": {"value": "a"}}'}, 47003),
        ({"data": {"thing1": DATA["thing1"]}}, 47003),
        ({"data": DATA | {"time2": {"value": "25:00"}}}, 47003),
    ],
)
def test_a_wrong_message_is_refused_and_costs_no_permission(wechat_standin, send, changes, errcode):
    wechat_standin.allow_message(OPENID, TEMPLATE)

    refused = send(**changes)

    assert refused["errcode"] == errcode
    assert wechat_standin.sent_messages() == []
    assert send()["errcode"] == 0


@pytest.mark.parametrize(
    ("key", "fits", "does_not"),
    [
        ("thing1", "补" * 20, "补" * 21),
        ("number1", "12.5", "12a"),
        ("letter1", "ABC", "A1"),
        ("character_string1", "A-1", "护理"),
        ("time1", "15:01~16:30", "tomorrow"),
        ("date1", "2026-11-18", "2026"),
        ("amount1", "¥750.00", "¥12345678901"),
        ("phone_number1", "13900000001", "1" * 18),
        ("phrase1", "已通过", "没有通过审核"),
        ("name1", "王秀英", "王" * 11),
    ],
)
def test_each_kind_of_field_has_its_limits(wechat_standin, send, key, fits, does_not):
    wechat_standin.add_template(TEMPLATE, key)
    wechat_standin.allow_message(OPENID, TEMPLATE)

    refused, accepted = send(data={key: {"value": does_not}}), send(data={key: {"value": fits}})

    assert (refused["errcode"], accepted["errcode"]) == (47003, 0)
    assert key in refused["errmsg"]
