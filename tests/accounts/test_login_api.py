"""Binding, logging in and refreshing through HTTP, against a WeChat that is a process of its own."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Device, RefreshToken
from app.accounts.service import change_state
from app.accounts.types import AccountState
from app.kernel import clock, tokens
from app.kernel.audit import AuditEntry
from app.kernel.db import session as current_session
from app.kernel.db import transaction
from app.kernel.ids import new_id
from app.kernel.permissions import Role, SystemActor
from app.kernel.settings import EXTENSION
from tests.accounts.factories import APhone, an_account, bearer_of
from tests.standins import WeChatStandIn
from tests.tokens import OWN_CLIENTS, bearer, make_account

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


# Binding by code


def test_binding_again_with_the_same_code_is_harmless(phone: APhone, tianjin: Session):
    opened = an_account(tianjin)
    first = phone.bind(opened.binding_code)

    again = phone.bind(opened.binding_code.lower().replace("-", " "))

    assert again.status_code == 201
    assert again.json["account_id"] == first.json["account_id"]
    assert again.json["refresh_token"] != first.json["refresh_token"]
    assert bound_entries(tianjin, opened.account_id) == 1


def bound_entries(session: Session, account_id) -> int:
    entries = select(AuditEntry.id).where(AuditEntry.subject_id == account_id, AuditEntry.action == "account_bound")
    return len(session.scalars(entries).all())


def test_a_used_code_binds_nobody_else(phone: APhone, tianjin: Session):
    opened = an_account(tianjin)
    phone.bind(opened.binding_code)

    answer = another(phone).bind(opened.binding_code)

    assert (answer.status_code, answer.json["code"]) == (409, "binding_code_used")
    assert another(phone).log_in().json["code"] == "not_bound"


def test_a_code_works_for_seven_days(phone: APhone, tianjin: Session):
    kept = an_account(tianjin, at=clock.now() - timedelta(days=7) + timedelta(minutes=1))
    old = an_account(tianjin, at=clock.now() - timedelta(days=7))

    refused = phone.bind(old.binding_code)

    assert (refused.status_code, refused.json["code"]) == (409, "binding_code_expired")
    assert phone.bind(kept.binding_code).status_code == 201


def test_a_malformed_code_costs_no_call_to_wechat(phone: APhone):
    answer = phone.bind("short")

    assert (answer.status_code, answer.json["code"]) == (422, "binding_code_malformed")
    assert phone.wechat.calls(SESSION_PATH) == 0


@pytest.mark.parametrize("path", ["wechat", "bindings", "phone-bindings", "refresh"])
def test_an_open_route_refuses_a_query_it_does_not_read(client: FlaskClient, path: str):
    answer = client.post(f"/api/v1/auth/{path}?region=huaian", json={})

    assert answer.status_code == 422
    assert answer.json["details"]["fields"]["region"]["code"] == "unknown"


def test_guessing_codes_is_bounded_for_each_user_and_hour(phone: APhone, tianjin: Session):
    opened = an_account(tianjin)
    with time_machine.travel(clock.now().replace(minute=10), tick=False) as travel:
        wrong = [phone.bind("0000000000") for _ in range(10)]
        refused = phone.bind(opened.binding_code)
        others = another(phone).bind("0000000000")
        travel.shift(timedelta(hours=1))
        later = phone.bind(opened.binding_code)

    assert {answer.json["code"] for answer in wrong} == {"binding_code_unknown"}
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_tries")
    assert 3000 - 60 < int(refused.headers["Retry-After"]) <= 3000
    assert others.status_code == 404
    assert later.status_code == 201


def test_right_codes_are_no_tries(phone: APhone, tianjin: Session):
    opened = an_account(tianjin)

    answers = [phone.bind(opened.binding_code).status_code for _ in range(12)]

    assert set(answers) == {201}


def test_one_user_has_one_account_in_a_region(phone: APhone, tianjin: Session):
    phone.bind(an_account(tianjin).binding_code)
    second = an_account(tianjin)

    answer = phone.bind(second.binding_code)

    assert (answer.status_code, answer.json["code"]) == (409, "identity_bound")


def test_a_new_code_moves_an_account_to_another_user(phone: APhone, tianjin: Session):
    person_id = uuid4()
    first = an_account(tianjin, role=Role.CARER, scope=OWN_CLIENTS, person_id=person_id)
    before = phone.bind(first.binding_code).json
    second = an_account(tianjin, role=Role.CARER, scope=OWN_CLIENTS, person_id=person_id)

    after = another(phone).bind(second.binding_code)

    assert after.json["account_id"] == before["account_id"]
    assert phone.log_in().json["code"] == "not_bound"
    assert phone.refresh(before["refresh_token"]).json["code"] == "refresh_token_revoked"
    assert phone.client.get("/api/v1/me", headers=bearer_of(before)).json["code"] == "token_outdated"


# Binding by phone number


def test_a_known_phone_number_binds(phone: APhone, tianjin: Session):
    opened = an_account(tianjin, phone="139 0000 0001")

    answer = phone.bind_by_phone("13900000001")
    again = phone.bind_by_phone("13900000001")

    assert answer.status_code == again.status_code == 201
    assert answer.json["account_id"] == str(opened.account_id)


def test_an_unknown_phone_number_binds_nothing(phone: APhone):
    answer = phone.bind_by_phone("13900000002")

    assert (answer.status_code, answer.json["code"]) == (404, "phone_unknown")


def test_a_shared_phone_number_needs_a_code(phone: APhone, tianjin: Session):
    an_account(tianjin, phone="13900000001")
    an_account(tianjin, phone="13900000001")

    assert phone.bind_by_phone("13900000001").json["code"] == "phone_shared"


def test_the_next_owner_of_a_number_does_not_get_the_account(phone: APhone, tianjin: Session):
    an_account(tianjin, phone="13900000001")
    phone.bind_by_phone("13900000001")

    answer = another(phone).bind_by_phone("13900000001")

    assert (answer.status_code, answer.json["code"]) == (409, "account_bound_elsewhere")


def test_a_number_from_abroad_is_told_so(phone: APhone):
    answer = phone.bind_by_phone("5551234", country="1")

    assert (answer.status_code, answer.json["code"]) == (422, "wechat_phone_abroad")


# Logging in


def test_a_user_who_is_not_bound_is_told_how_to(phone: APhone):
    answer = phone.log_in()

    assert (answer.status_code, answer.json["code"]) == (409, "not_bound")
    assert "一次性绑定码" in answer.json["message"]


def test_a_user_of_two_regions_names_one(app: Flask, phone: APhone, tianjin: Session):
    phone.bind(an_account(tianjin).binding_code)
    phone.bind(a_code_of_huaian(app))

    several = phone.log_in()

    assert (several.status_code, several.json["code"]) == (409, "region_needed")
    assert several.json["details"] == {"regions": ["huaian", "tianjin"]}
    assert phone.log_in(region="huaian").json["region"] == "huaian"
    assert phone.log_in(region="tianjin").json["region"] == "tianjin"


def a_code_of_huaian(app: Flask) -> str:
    with app.app_context():
        current_session().bind_region("huaian")
        with transaction() as huaian:
            return an_account(huaian, region="huaian").binding_code


def test_the_newest_role_is_taken_unless_another_is_named(phone: APhone, tianjin: Session):
    person_id = uuid4()
    carer = an_account(tianjin, role=Role.CARER, scope=OWN_CLIENTS, person_id=person_id)
    family = an_account(tianjin, role=Role.FAMILY_CARER, scope=OWN_CLIENTS, person_id=person_id)
    phone.bind(family.binding_code)

    newest, named = phone.log_in(), phone.log_in(grant_id=str(carer.grant_id))

    assert carer.account_id == family.account_id
    assert (newest.json["grant"]["role"], named.json["grant"]["role"]) == ("family_carer", "carer")
    assert len(newest.json["grants"]) == 2


def test_a_grant_of_somebody_else_cannot_be_named(phone: APhone, tianjin: Session):
    other = an_account(tianjin)
    phone.bind(an_account(tianjin).binding_code)

    answer = phone.log_in(grant_id=str(other.grant_id))

    assert (answer.status_code, answer.json["code"]) == (403, "grant_not_held")


def test_a_locked_account_neither_logs_in_nor_refreshes_nor_acts(phone: APhone, tianjin: Session):
    opened = an_account(tianjin)
    held = phone.bind(opened.binding_code).json
    admin = SystemActor("tianjin", job="test")
    change_state(tianjin, account_id=opened.account_id, state=AccountState.LOCKED, actor=admin, at=clock.now())

    answers = [
        phone.log_in(),
        phone.refresh(held["refresh_token"]),
        phone.client.get("/api/v1/me", headers=bearer_of(held)),
        phone.bind(opened.binding_code),
    ]

    assert {(answer.status_code, answer.json["code"]) for answer in answers} == {(403, "account_locked")}


def test_an_unlocked_account_logs_in_anew(phone: APhone, tianjin: Session):
    opened = an_account(tianjin)
    held = phone.bind(opened.binding_code).json
    admin = SystemActor("tianjin", job="test")
    change_state(tianjin, account_id=opened.account_id, state=AccountState.LOCKED, actor=admin, at=clock.now())
    change_state(tianjin, account_id=opened.account_id, state=AccountState.ACTIVE, actor=admin, at=clock.now())

    assert phone.refresh(held["refresh_token"]).json["code"] == "refresh_token_revoked"
    assert phone.log_in().status_code == 200


def test_another_phone_takes_the_place_of_the_first(phone: APhone, tianjin: Session):
    opened = an_account(tianjin)
    old = phone.bind(opened.binding_code).json
    new_phone = another(phone, openid=phone.openid)

    new = new_phone.log_in().json

    rows = tianjin.scalars(select(Device).where(Device.account_id == opened.account_id).order_by(Device.id)).all()
    assert [(str(row.phone_key), row.replaced_at is None) for row in rows] == [
        (phone.device["id"], False),
        (new_phone.device["id"], True),
    ]
    assert phone.refresh(old["refresh_token"]).json["code"] == "refresh_token_revoked"
    assert new_phone.refresh(new["refresh_token"]).status_code == 200


def test_the_same_phone_stays_one_device(phone: APhone, tianjin: Session):
    opened = an_account(tianjin)
    phone.bind(opened.binding_code)
    phone.log_in()

    devices = tianjin.scalars(select(Device).where(Device.account_id == opened.account_id)).all()

    assert len(devices) == 1


WECHAT_TROUBLE = [
    ({"errcode": 40029}, 401, "wechat_code_refused"),
    ({"errcode": 40226}, 403, "wechat_user_blocked"),
    ({"errcode": 45011}, 503, "wechat_busy"),
    ({"errcode": -1}, 503, "wechat_busy"),
    ({"status": 502}, 503, "wechat_busy"),
    ({"body": "<html>"}, 503, "wechat_busy"),
    ({"errcode": 40125}, 503, "wechat_misconfigured"),
]


@pytest.mark.parametrize(("fault", "status", "code"), WECHAT_TROUBLE)
def test_wechats_trouble_is_told_as_ours(phone: APhone, tianjin: Session, fault, status, code):
    phone.bind(an_account(tianjin).binding_code)
    phone.wechat.fault(SESSION_PATH, calls=3, **fault)

    answer = phone.log_in()

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.headers.get("Retry-After") == ("2" if code == "wechat_busy" else None)


def test_a_phone_code_that_wechat_refuses_is_told_so(phone: APhone):
    phone.wechat.fault(PHONE_PATH, calls=3, errcode=40029)

    assert phone.bind_by_phone("13900000001").json["code"] == "wechat_code_refused"


# Refreshing


@pytest.fixture
def held(phone: APhone, tianjin: Session) -> dict:
    return phone.bind(an_account(tianjin).binding_code).json


def test_a_refresh_token_works_once(phone: APhone, held: dict):
    followed = phone.refresh(held["refresh_token"])

    assert followed.status_code == 200
    assert followed.json["refresh_token"] != held["refresh_token"]
    assert phone.client.get("/api/v1/me", headers=bearer_of(followed.json)).status_code == 200


def test_a_lost_answer_is_given_again(phone: APhone, held: dict):
    request_id = new_id()
    first = phone.refresh(held["refresh_token"], request_id).json

    again = phone.refresh(held["refresh_token"], request_id)

    assert again.status_code == 200
    assert again.json["refresh_token"] == first["refresh_token"]
    assert phone.refresh(again.json["refresh_token"]).status_code == 200


def test_a_lost_answer_is_given_for_ten_minutes_only(phone: APhone, held: dict):
    request_id = new_id()
    with time_machine.travel(clock.now(), tick=False) as travel:
        phone.refresh(held["refresh_token"], request_id)
        travel.shift(timedelta(minutes=10))
        in_time = phone.refresh(held["refresh_token"], request_id)
        travel.shift(timedelta(seconds=1))
        too_late = phone.refresh(held["refresh_token"], request_id)

    assert in_time.status_code == 200
    assert (too_late.status_code, too_late.json["code"]) == (401, "refresh_token_reused")


def test_a_copied_refresh_token_ends_the_whole_family(phone: APhone, held: dict, tianjin: Session):
    successor = phone.refresh(held["refresh_token"]).json

    thief = phone.refresh(held["refresh_token"])

    assert (thief.status_code, thief.json["code"]) == (401, "refresh_token_reused")
    assert phone.refresh(successor["refresh_token"]).json["code"] == "refresh_token_revoked"
    assert tianjin.scalars(select(AuditEntry).where(AuditEntry.action == "refresh_token_reused")).one()
    assert phone.log_in().status_code == 200


def test_a_session_ends_when_it_is_not_refreshed_for_thirty_days(phone: APhone, held: dict):
    with time_machine.travel(clock.now() + timedelta(days=30, seconds=1)):
        answer = phone.refresh(held["refresh_token"])

    assert (answer.status_code, answer.json["code"]) == (401, "refresh_token_expired")


def test_a_refresh_changes_the_role_and_keeps_it(phone: APhone, tianjin: Session):
    person_id = uuid4()
    carer = an_account(tianjin, role=Role.CARER, scope=OWN_CLIENTS, person_id=person_id)
    family = an_account(tianjin, role=Role.FAMILY_CARER, scope=OWN_CLIENTS, person_id=person_id)
    held = phone.bind(family.binding_code).json

    changed = phone.refresh(held["refresh_token"], grant_id=str(carer.grant_id)).json
    kept = phone.refresh(changed["refresh_token"]).json

    assert [changed["grant"]["role"], kept["grant"]["role"]] == ["carer", "carer"]


@pytest.mark.parametrize(
    "token",
    ["x", "tianjin.", "tianjin." + "A" * 43, "nowhere." + "A" * 43, "public." + "A" * 43, "Tianjin.é" + "A" * 42],
)
def test_a_made_up_refresh_token_is_refused(phone: APhone, token: str):
    answer = phone.refresh(token)

    assert (answer.status_code, answer.json["code"]) == (401, "refresh_token_invalid")


def test_a_refresh_token_of_one_region_is_unknown_in_another(phone: APhone, held: dict):
    elsewhere = held["refresh_token"].replace("tianjin.", "huaian.")

    assert phone.refresh(elsewhere).json["code"] == "refresh_token_invalid"


def test_no_token_is_stored_as_it_is(phone: APhone, held: dict, tianjin: Session):
    row = tianjin.scalars(select(RefreshToken)).one()

    assert held["refresh_token"].encode() not in row.token_hash
    assert held["refresh_token"].partition(".")[2].encode() not in row.token_hash


def test_logging_out_ends_the_session_of_this_phone(phone: APhone, held: dict):
    answer = phone.client.post("/api/v1/auth/logout", headers=bearer_of(held))

    assert (answer.status_code, answer.data, answer.headers.get("Content-Type")) == (204, b"", None)
    assert phone.refresh(held["refresh_token"]).json["code"] == "refresh_token_revoked"


# Access tokens


def test_an_access_token_lives_fifteen_minutes(phone: APhone, held: dict):
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1)):
        answer = phone.client.get("/api/v1/me", headers=bearer_of(held))

    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")


def test_an_altered_access_token_is_refused(phone: APhone, held: dict):
    head, claims, _ = held["access_token"].split(".")
    unsigned = {"Authorization": f"Bearer {head}.{claims}.{'A' * 43}"}

    assert phone.client.get("/api/v1/me", headers=unsigned).json["code"] == "token_invalid"


def test_a_token_for_another_region_finds_no_account(app: Flask, client: FlaskClient, tianjin: Session):
    actor = make_account(tianjin, role=Role.SUPERVISOR)
    elsewhere = replace(actor, region="huaian")
    forged = tokens.issue(
        elsewhere,
        grants_version=1,
        keys=app.extensions[EXTENSION].token_keys,
        at=clock.now(),
        lifetime=timedelta(minutes=1),
    )

    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {forged}"})

    assert client.get("/api/v1/me", headers=bearer(app, actor)).status_code == 200
    assert (answer.status_code, answer.json["code"]) == (401, "token_outdated")


def test_a_stranger_is_not_told_what_is_wrong_with_his_body(client: FlaskClient):
    answer = client.post("/api/v1/accounts", json={"nonsense": True})

    assert (answer.status_code, answer.json["code"]) == (401, "token_missing")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


BAD_BODIES = [
    ("wechat", {}),
    ("wechat", {"code": "x", "device": {"id": "no", "platform": "x"}}),
    ("wechat", {"code": "", "device": {"id": str(uuid4()), "platform": "x"}}),
    ("wechat", {"code": "a\x00b", "device": {"id": str(uuid4()), "platform": "x"}}),
    ("wechat", {"code": "x" * 513, "device": {"id": str(uuid4()), "platform": "x"}}),
    ("wechat", {"code": "x", "region": "No-Such", "device": {"id": str(uuid4()), "platform": "x"}}),
    ("wechat", {"code": "x", "more": 1, "device": {"id": str(uuid4()), "platform": "x"}}),
    ("bindings", {"wechat_code": 7, "binding_code": [], "device": "phone"}),
    ("phone-bindings", {"wechat_code": "x"}),
    ("refresh", {"refresh_token": "x", "request_id": str(uuid4())}),
    ("refresh", {"refresh_token": 1, "request_id": str(new_id())}),
    ("refresh", []),
]


@pytest.mark.parametrize(("path", "body"), BAD_BODIES)
def test_a_bad_body_is_told_field_by_field(client: FlaskClient, path, body):
    answer = client.post(f"/api/v1/auth/{path}", json=body)

    assert (answer.status_code, answer.json["code"]) == (422, "fields_invalid")
    assert answer.json["details"]["fields"]


@pytest.mark.parametrize("code", ["登录", "a b", "0" * 512])
def test_a_code_that_wechat_never_made_is_refused(phone: APhone, code: str):
    answer = phone.client.post("/api/v1/auth/wechat", json={"code": code, "device": phone.device})

    assert (answer.status_code, answer.json["code"]) == (401, "wechat_code_refused")
