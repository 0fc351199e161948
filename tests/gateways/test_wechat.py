import logging
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from app.gateways.wechat import WeChatClient, WeChatSession, WeChatSettings
from app.gateways.wechat_errors import (
    WeChatBlocked,
    WeChatBusy,
    WeChatError,
    WeChatMessageRefused,
    WeChatMisconfigured,
    WeChatPhoneAbroad,
    WeChatRefused,
)
from tests.standins import ROOT, WeChatStandIn

SESSION = "/sns/jscode2session"
TOKEN = "/cgi-bin/stable_token"
PHONE = "/wxa/business/getuserphonenumber"
MESSAGE = "/cgi-bin/message/subscribe/send"

OPENID = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
NUMBER = "13900000001"

MakeClient = Callable[..., WeChatClient]


@pytest.fixture
def make_client(wechat_standin: WeChatStandIn) -> Iterator[MakeClient]:
    made: list[WeChatClient] = []

    def make(monotonic: Callable[[], float] = time.monotonic, **settings: Any) -> WeChatClient:
        given = {
            "base_url": wechat_standin.url,
            "appid": wechat_standin.appid,
            "secret": wechat_standin.secret,
            "timeout": 5.0,
        }
        client = WeChatClient(WeChatSettings(**(given | settings)), monotonic=monotonic)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: MakeClient) -> WeChatClient:
    return make_client()


def force_new_token(wechat: WeChatStandIn) -> str:
    """What another program with our secret can do at any time."""
    body = {"grant_type": "client_credential", "appid": wechat.appid, "secret": wechat.secret, "force_refresh": True}
    return httpx.post(wechat.url + TOKEN, json=body, trust_env=False).json()["access_token"]


def test_a_login_code_gives_openid_and_unionid(client, wechat_standin):
    code = wechat_standin.login_code(OPENID, unionid="u-1")

    session = client.code_to_session(code)

    assert session == WeChatSession(openid=OPENID, unionid="u-1")
    assert OPENID not in repr(session)


def test_a_login_without_unionid_gives_none(client, wechat_standin):
    code = wechat_standin.login_code(OPENID)

    assert client.code_to_session(code).unionid is None


def test_a_login_code_works_once(client, wechat_standin):
    code = wechat_standin.login_code(OPENID)
    client.code_to_session(code)

    with pytest.raises(WeChatRefused) as caught:
        client.code_to_session(code)

    assert caught.value.errcode == 40029
    assert wechat_standin.calls(SESSION) == 2


@pytest.mark.parametrize(("age_s", "accepted"), [(290, True), (301, False)])
def test_a_login_code_lives_five_minutes(client, wechat_standin, age_s, accepted):
    code = wechat_standin.login_code(OPENID)
    wechat_standin.advance(age_s)

    if accepted:
        assert client.code_to_session(code).openid == OPENID
    else:
        with pytest.raises(WeChatRefused):
            client.code_to_session(code)


def test_an_unknown_login_code_is_refused(client):
    with pytest.raises(WeChatRefused):
        client.code_to_session("nobody-made-this")


@pytest.mark.parametrize("code", ["", "a" * 513, "护", "a\x00b", "\ud800", "a\nb"])
def test_what_cannot_be_a_code_is_refused_without_asking(client, wechat_standin, code):
    with pytest.raises(WeChatRefused):
        client.code_to_session(code)
    with pytest.raises(WeChatRefused):
        client.phone_number(code)

    assert wechat_standin.calls(SESSION) + wechat_standin.calls(PHONE) + wechat_standin.calls(TOKEN) == 0


def test_a_blocked_user_is_told_apart(client, wechat_standin):
    wechat_standin.block(OPENID)

    with pytest.raises(WeChatBlocked) as caught:
        client.code_to_session(wechat_standin.login_code(OPENID))

    assert caught.value.errcode == 40226


@pytest.mark.parametrize(("wrong", "errcode"), [({"appid": "wx-other"}, 40013), ({"secret": "old"}, 40125)])
def test_a_wrong_account_is_our_mistake(make_client, wechat_standin, wrong, errcode):
    client = make_client(**wrong)

    with pytest.raises(WeChatMisconfigured) as at_login:
        client.code_to_session(wechat_standin.login_code(OPENID))
    with pytest.raises(WeChatMisconfigured) as at_phone:
        client.phone_number(wechat_standin.phone_code(NUMBER))

    assert (at_login.value.errcode, at_phone.value.errcode) == (errcode, errcode)


@pytest.mark.parametrize(
    ("missing", "errcode"), [("appid", 41002), ("secret", 41004), ("js_code", 41008), ("grant_type", 40002)]
)
def test_the_stand_in_names_a_missing_parameter(wechat_standin, missing, errcode):
    query = {"appid": wechat_standin.appid, "secret": wechat_standin.secret, "grant_type": "authorization_code"}
    query["js_code"] = wechat_standin.login_code(OPENID)
    del query[missing]

    answer = httpx.get(wechat_standin.url + SESSION, params=query, trust_env=False)

    assert (answer.status_code, answer.json()["errcode"]) == (200, errcode)


@pytest.mark.parametrize(
    ("errcode", "error"),
    [
        (41008, WeChatRefused),
        (40163, WeChatRefused),
        (40226, WeChatBlocked),
        (41002, WeChatMisconfigured),
        (41004, WeChatMisconfigured),
        (40001, WeChatMisconfigured),
        (45009, WeChatBusy),
        (99999, WeChatBusy),
    ],
)
def test_every_error_number_has_its_meaning_at_login(client, wechat_standin, errcode, error):
    wechat_standin.fault(SESSION, errcode=errcode)

    with pytest.raises(error) as caught:
        client.code_to_session(wechat_standin.login_code(OPENID))

    assert caught.value.errcode == errcode
    assert wechat_standin.calls(SESSION) == 1


def test_the_hundred_and_first_login_of_a_minute_is_over_the_limit(client, wechat_standin):
    def log_in(count: int) -> None:
        for _ in range(count):
            client.code_to_session(wechat_standin.login_code(OPENID))

    wechat_standin.advance(60 - time.monotonic() % 60)  # the beginning of a window
    log_in(100)

    with pytest.raises(WeChatBusy) as caught:
        log_in(1)

    assert caught.value.errcode == 45011
    assert wechat_standin.calls(SESSION) == 101, "over a limit nothing is asked again"
    assert client.code_to_session(wechat_standin.login_code("o-another-user")).openid == "o-another-user"


def test_a_busy_wechat_is_asked_again(client, wechat_standin):
    wechat_standin.fault(SESSION, calls=2, errcode=-1)

    session = client.code_to_session(wechat_standin.login_code(OPENID))

    assert session.openid == OPENID
    assert wechat_standin.calls(SESSION) == 3


def test_a_wechat_that_stays_busy_is_given_up(client, wechat_standin):
    wechat_standin.fault(SESSION, calls=10, errcode=-1)

    with pytest.raises(WeChatBusy) as caught:
        client.code_to_session(wechat_standin.login_code(OPENID))

    assert caught.value.errcode == -1
    assert wechat_standin.calls(SESSION) == 3


LOST_ANSWERS = [
    {"status": 502},
    {"status": 302},
    {"body": "<html>not json</html>"},
    {"body": ""},
    {"body": "[1, 2]"},
    {"body": "[" * 100_000},
    {"body": '{"openid": 7}'},
    {"body": "{}"},
    {"body": '{"errcode": "none"}'},
]


@pytest.mark.parametrize("fault", LOST_ANSWERS, ids=lambda fault: str(fault)[:30])
def test_a_login_whose_answer_is_lost_is_not_repeated(client, wechat_standin, fault):
    wechat_standin.fault(SESSION, **fault)

    with pytest.raises(WeChatBusy):
        client.code_to_session(wechat_standin.login_code(OPENID))

    assert wechat_standin.calls(SESSION) == 1


def test_a_slow_login_ends_in_time_and_is_not_repeated(make_client, wechat_standin):
    client = make_client(timeout=0.3)
    wechat_standin.fault(SESSION, wait_s=1.5)
    code = wechat_standin.login_code(OPENID)
    began = time.monotonic()

    with pytest.raises(WeChatBusy):
        client.code_to_session(code)

    assert time.monotonic() - began < 1.2
    assert wechat_standin.calls(SESSION) == 1
    with pytest.raises(WeChatRefused):
        client.code_to_session(code)  # the code was used although its answer was lost


def test_a_wechat_out_of_reach_is_busy(make_client):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        client = make_client(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}")

        with pytest.raises(WeChatBusy):
            client.code_to_session("any")
        with pytest.raises(WeChatBusy):
            client.phone_number("any")


def test_an_ordered_fault_meets_only_the_ordered_calls_of_its_path(client, wechat_standin):
    wechat_standin.fault(SESSION, calls=2, status=502)
    outcomes = []

    for _ in range(3):
        try:
            outcomes.append(client.code_to_session(wechat_standin.login_code(OPENID)).openid)
        except WeChatBusy:
            outcomes.append("busy")

    assert outcomes == ["busy", "busy", OPENID]
    assert client.phone_number(wechat_standin.phone_code(NUMBER)) == NUMBER


def test_a_phone_code_gives_the_pure_number_and_one_token_serves_many_calls(client, wechat_standin):
    numbers = [client.phone_number(wechat_standin.phone_code(number)) for number in (NUMBER, "13900000002")]

    assert numbers == [NUMBER, "13900000002"]
    assert wechat_standin.calls(TOKEN) == 1


def test_a_phone_code_works_once(client, wechat_standin):
    code = wechat_standin.phone_code(NUMBER)
    client.phone_number(code)

    with pytest.raises(WeChatRefused) as caught:
        client.phone_number(code)

    assert caught.value.errcode == 40029


def test_a_number_from_abroad_is_refused_by_name(client, wechat_standin):
    with pytest.raises(WeChatPhoneAbroad):
        client.phone_number(wechat_standin.phone_code("90000001", country="852"))


@pytest.mark.parametrize(
    "body", ["{}", '{"phone_info": 1}', '{"phone_info": {"countryCode": "86", "purePhoneNumber": "1390000000x"}}']
)
def test_an_unreadable_phone_answer_is_not_believed(client, wechat_standin, body):
    wechat_standin.fault(PHONE, body=body)

    with pytest.raises(WeChatBusy):
        client.phone_number(wechat_standin.phone_code(NUMBER))

    assert wechat_standin.calls(PHONE) == 1


def test_a_phone_number_whose_answer_is_lost_is_not_paid_for_twice(make_client, wechat_standin):
    client = make_client(timeout=0.3)
    wechat_standin.fault(PHONE, wait_s=1)

    with pytest.raises(WeChatBusy):
        client.phone_number(wechat_standin.phone_code(NUMBER))

    assert wechat_standin.calls(PHONE) == 1


def test_a_token_is_renewed_before_its_end(make_client, wechat_standin):
    now = 1000.0
    client = make_client(monotonic=lambda: now)
    client.phone_number(wechat_standin.phone_code(NUMBER))

    now += 7200 - 65
    client.phone_number(wechat_standin.phone_code(NUMBER))
    before_the_margin = wechat_standin.calls(TOKEN)
    now += 10
    client.phone_number(wechat_standin.phone_code(NUMBER))

    assert (before_the_margin, wechat_standin.calls(TOKEN)) == (1, 2)
    assert wechat_standin.calls(PHONE) == 3, "no call met a refusal"


def test_an_expired_token_is_replaced_and_the_same_code_used(client, wechat_standin):
    client.phone_number(wechat_standin.phone_code(NUMBER))
    wechat_standin.advance(7300)  # 42001 from now on

    assert client.phone_number(wechat_standin.phone_code(NUMBER)) == NUMBER
    assert (wechat_standin.calls(TOKEN), wechat_standin.calls(PHONE)) == (2, 3)


def test_a_token_spoilt_by_another_program_is_replaced(client, wechat_standin):
    client.phone_number(wechat_standin.phone_code(NUMBER))
    force_new_token(wechat_standin)  # 40001 from now on

    assert client.phone_number(wechat_standin.phone_code(NUMBER)) == NUMBER
    assert wechat_standin.calls(PHONE) == 3


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_token_refused_twice_is_given_up(client, wechat_standin, errcode):
    wechat_standin.fault(PHONE, calls=5, errcode=errcode)

    with pytest.raises(WeChatBusy) as caught:
        client.phone_number(wechat_standin.phone_code(NUMBER))

    assert caught.value.errcode == errcode
    assert (wechat_standin.calls(TOKEN), wechat_standin.calls(PHONE)) == (2, 2)


@pytest.mark.parametrize(
    ("errcode", "error", "calls"),
    [
        *((errcode, WeChatMessageRefused, 1) for errcode in (40003, 40037, 41030, 43101, 47003)),
        (45009, WeChatBusy, 1),
        (41004, WeChatMisconfigured, 1),
        (-1, None, 2),
        *((errcode, None, 2) for errcode in (40001, 40014, 42001)),
    ],
)
def test_every_error_number_has_its_meaning_for_a_message(client, wechat_standin, errcode, error, calls):
    wechat_standin.add_template("t", "thing1")
    wechat_standin.allow_message(OPENID, "t")
    wechat_standin.fault(MESSAGE, errcode=errcode)
    message = {"touser": OPENID, "template_id": "t", "page": "pages/x", "data": {"thing1": {"value": "王秀英"}}}

    if error is None:
        client.send_message(message)
    else:
        with pytest.raises(error):
            client.send_message(message)

    assert wechat_standin.calls(MESSAGE) == calls
    assert wechat_standin.sent_messages() == ([] if error else [message])


@pytest.mark.parametrize("fault", [{"status": 502}, {"body": "garbage"}, {"errcode": -1}, {"wait_s": 0.8}], ids=str)
def test_asking_for_a_token_is_repeated_after_any_trouble(make_client, wechat_standin, fault):
    client = make_client(timeout=0.4)
    wechat_standin.fault(TOKEN, calls=2, **fault)

    assert client.phone_number(wechat_standin.phone_code(NUMBER)) == NUMBER
    assert wechat_standin.calls(TOKEN) == 3


def test_asking_for_a_token_over_the_limit_is_not_repeated(client, wechat_standin):
    wechat_standin.fault(TOKEN, errcode=45009)

    with pytest.raises(WeChatBusy):
        client.phone_number(wechat_standin.phone_code(NUMBER))

    assert wechat_standin.calls(TOKEN) == 1


def test_threads_share_one_token(client, wechat_standin):
    wechat_standin.fault(TOKEN, wait_s=0.3)
    codes = [wechat_standin.phone_code(NUMBER) for _ in range(8)]

    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(client.phone_number, codes))

    assert numbers == [NUMBER] * 8
    assert wechat_standin.calls(TOKEN) == 1


def test_the_stand_in_renews_a_token_with_an_overlap_and_forces_at_most_every_thirty_seconds(wechat_standin):
    body = {"grant_type": "client_credential", "appid": wechat_standin.appid, "secret": wechat_standin.secret}

    def token() -> str:
        return httpx.post(wechat_standin.url + TOKEN, json=body, trust_env=False).json()["access_token"]

    def errcode(with_token: str) -> int:
        address = f"{wechat_standin.url}{PHONE}?access_token={with_token}"
        return httpx.post(address, json={"code": "none"}, trust_env=False).json()["errcode"]

    first, same = token(), token()
    wechat_standin.advance(7200 - 299)
    second = token()
    in_overlap = errcode(first)
    forced, too_soon = force_new_token(wechat_standin), force_new_token(wechat_standin)
    wechat_standin.advance(31)
    forced_again = force_new_token(wechat_standin)

    assert first == same
    assert second != first
    assert in_overlap == 40029, "the old token still works"
    assert forced == too_soon
    assert forced_again != forced
    assert errcode(second) == 40001
    assert errcode(forced_again) == 40029


def test_the_stand_in_needs_nothing_of_the_product():
    program = (
        "import sys, standins.wechat.__main__; print([name for name in sys.modules if name.split('.')[0] == 'app'])"
    )

    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30)

    assert (answer.stdout.strip(), answer.stderr) == ("[]", "")


def test_no_secret_code_or_person_reaches_logs_or_errors(make_client, wechat_standin, caplog):
    caplog.set_level(logging.DEBUG)
    client = make_client(timeout=0.3)
    login_codes = [wechat_standin.login_code(OPENID) for _ in range(3)]
    phone_codes = [wechat_standin.phone_code(NUMBER) for _ in range(2)]
    token = force_new_token(wechat_standin)
    caplog.clear()
    errors: list[WeChatError] = []

    def attempt(call: Callable[[str], object], code: str) -> None:
        try:
            call(code)
        except WeChatError as error:
            errors.append(error)

    attempt(client.code_to_session, login_codes[0])
    attempt(client.code_to_session, login_codes[0])
    wechat_standin.fault(SESSION, status=502)
    attempt(client.code_to_session, login_codes[1])
    wechat_standin.fault(SESSION, wait_s=0.6)
    attempt(client.code_to_session, login_codes[2])
    attempt(client.phone_number, phone_codes[0])
    wechat_standin.fault(PHONE, body=f"garbage {NUMBER}")
    attempt(client.phone_number, phone_codes[1])

    told = caplog.text + "".join("".join(traceback.format_exception(error)) + repr(error) for error in errors)
    hidden = [wechat_standin.secret, token, OPENID, NUMBER, *login_codes, *phone_codes]
    assert len(errors) == 4
    assert SESSION in caplog.text, "the calls themselves are in the log"
    assert [text for text in hidden if text in told] == []
    assert [error.__context__ for error in errors if isinstance(error.__context__, httpx.HTTPError)] == []
    assert wechat_standin.secret not in repr(WeChatSettings("http://x", "wx", wechat_standin.secret))
