"""Staff accounts: opened, given roles, locked, listed."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Account, BindingCode
from app.kernel.audit import AuditEntry
from app.kernel.db import db
from app.kernel.permissions import Actor, Role
from app.kernel.resend import IdempotencyKey
from tests.accounts.factories import APhone, an_account, bearer_of
from tests.standins import WeChatStandIn
from tests.tokens import bearer, make_account

FUND = {"kind": "fund", "key": None}
NO_AGENCY = {"kind": "agency", "key": "00000000-0000-7000-8000-00000000dead"}
PREPARER: dict[str, Any] = {"label": "发放岗 1", "role": "payout_preparer", "scope": FUND, "purpose": "发放"}


@pytest.fixture
def admin(tianjin: Session) -> Actor:
    return make_account(tianjin, role=Role.REGION_ADMIN)


class Desk:
    """An administrator at work."""

    def __init__(self, app: Flask, client: FlaskClient, actor: Actor) -> None:
        self.app, self.client, self.actor = app, client, actor

    def post(self, path: str, body: Any = None, key: str | None = None) -> TestResponse:
        headers = bearer(self.app, self.actor) | {"Idempotency-Key": key or uuid4().hex}
        return self.client.post(f"/api/v1/accounts{path}", json=body, headers=headers)

    def get(self, query: str = "") -> TestResponse:
        return self.client.get(f"/api/v1/accounts{query}", headers=bearer(self.app, self.actor))


@pytest.fixture
def desk(app: Flask, client: FlaskClient, admin: Actor) -> Desk:
    return Desk(app, client, admin)


def test_an_opened_account_is_bound_by_its_code(desk: Desk, wechat: WeChatStandIn):
    opened = desk.post("", PREPARER)

    answer = APhone(desk.client, wechat).bind(opened.json["binding_code"])

    assert opened.status_code == 201
    assert answer.json["account_id"] == opened.json["account_id"]
    assert answer.json["grant"]["role"] == "payout_preparer"


def test_opening_twice_under_one_key_opens_one_account(desk: Desk, tianjin: Session):
    first, again = desk.post("", PREPARER, key="k1"), desk.post("", PREPARER, key="k1")

    assert again.json == first.json
    assert again.headers["Idempotent-Replay"] == "true"
    stored = tianjin.scalars(select(IdempotencyKey.answer)).one()
    assert first.json["binding_code"].encode() not in stored


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": "region_admin"}, "role_not_grantable"),
        ({"role": "carer", "scope": {"kind": "own_clients"}}, "role_not_grantable"),
        ({"role": "agency_head"}, "scope_not_allowed"),
        ({"role": "agency_head", "scope": NO_AGENCY}, "agency_unknown"),
        ({"role": "supervisor", "scope": {"kind": "district", "key": "1201"}}, "scope_not_allowed"),
        ({"phone": "12345"}, "phone_invalid"),
        ({"role": "king"}, "fields_invalid"),
        ({"label": ""}, "fields_invalid"),
    ],
)
def test_an_account_that_cannot_be_is_not_opened(desk: Desk, tianjin: Session, change: dict[str, Any], code: str):
    before = tianjin.scalar(select(func.count()).select_from(Account))

    answer = desk.post("", PREPARER | change)

    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert tianjin.scalar(select(func.count()).select_from(Account)) == before


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.REGION_ADMIN])
def test_only_administrators_open_accounts(app: Flask, client: FlaskClient, tianjin: Session, role: Role):
    desk = Desk(app, client, make_account(tianjin, role=role))

    assert desk.post("", PREPARER).json["code"] == "permission_denied"
    assert desk.get().status_code == 403


def test_who_prepares_payouts_is_not_made_their_approver(desk: Desk):
    opened = desk.post("", PREPARER).json
    role = {"role": "payout_approver", "scope": FUND, "purpose": "复核"}

    refused = desk.post(f"/{opened['account_id']}/grants", role)
    desk.post(f"/{opened['account_id']}/grants/{opened['grant_id']}/end")
    allowed = desk.post(f"/{opened['account_id']}/grants", role)

    assert (refused.status_code, refused.json["code"]) == (409, "duties_conflict")
    assert allowed.status_code == 201


def test_a_further_role_at_an_agency_that_is_none_is_refused(desk: Desk):
    opened = desk.post("", PREPARER).json

    refused = desk.post(f"/{opened['account_id']}/grants", {"role": "dispatcher", "scope": NO_AGENCY, "purpose": "x"})

    assert (refused.status_code, refused.json["code"]) == (422, "agency_unknown")


def test_a_changed_role_stops_old_tokens_at_once(desk: Desk, wechat: WeChatStandIn):
    opened = desk.post("", PREPARER).json
    phone = APhone(desk.client, wechat)
    held = phone.bind(opened["binding_code"]).json
    desk.post(f"/{opened['account_id']}/grants", {"role": "supervisor", "scope": FUND, "purpose": "监管"})

    old = phone.client.get("/api/v1/me", headers=bearer_of(held))
    fresh = phone.refresh(held["refresh_token"]).json

    assert (old.status_code, old.json["code"]) == (401, "token_outdated")
    assert fresh["grant"]["role"] == "payout_preparer"
    assert {grant["role"] for grant in fresh["grants"]} == {"payout_preparer", "supervisor"}


def test_the_same_role_again_changes_nothing(desk: Desk, wechat: WeChatStandIn):
    opened = desk.post("", PREPARER).json
    held = APhone(desk.client, wechat).bind(opened["binding_code"]).json

    again = desk.post(f"/{opened['account_id']}/grants", {k: PREPARER[k] for k in ("role", "scope", "purpose")})

    assert again.json["id"] == opened["grant_id"]
    assert desk.client.get("/api/v1/me", headers=bearer_of(held)).status_code == 200


def test_locking_stops_an_account_and_is_audited(desk: Desk, wechat: WeChatStandIn, tianjin: Session):
    opened = desk.post("", PREPARER).json
    held = APhone(desk.client, wechat).bind(opened["binding_code"]).json

    locked = desk.post(f"/{opened['account_id']}/state", {"state": "locked"})
    desk.post(f"/{opened['account_id']}/state", {"state": "locked"})

    assert (locked.json["state"], locked.json["is_bound"]) == ("locked", True)
    assert desk.client.get("/api/v1/me", headers=bearer_of(held)).json["code"] == "account_locked"
    entries = select(AuditEntry.actor_id).where(
        AuditEntry.subject_id == UUID(opened["account_id"]), AuditEntry.action == "account_locked"
    )
    assert tianjin.scalars(entries).all() == [desk.actor.account_id]


def test_nobody_changes_his_own_account(desk: Desk):
    mine = f"/{desk.actor.account_id}"

    answers = [
        desk.post(f"{mine}/state", {"state": "locked"}),
        desk.post(f"{mine}/grants", {"role": "supervisor", "scope": FUND, "purpose": "x"}),
        desk.post(f"{mine}/grants/{desk.actor.grant_id}/end"),
    ]

    assert {(answer.status_code, answer.json["code"]) for answer in answers} == {(409, "own_account")}


def test_a_new_code_replaces_the_unused_one(desk: Desk, wechat: WeChatStandIn):
    opened = desk.post("", PREPARER).json
    phone = APhone(desk.client, wechat)

    issued = desk.post(f"/{opened['account_id']}/binding-codes")

    assert issued.status_code == 201
    assert phone.bind(opened["binding_code"]).json["code"] == "binding_code_unknown"
    assert phone.bind(issued.json["binding_code"]).status_code == 201


def test_an_account_of_staff_that_is_bound_is_handed_to_nobody(desk: Desk, wechat: WeChatStandIn):
    opened = desk.post("", PREPARER).json
    held = APhone(desk.client, wechat).bind(opened["binding_code"]).json

    issued = desk.post(f"/{opened['account_id']}/binding-codes")
    locked = desk.post(f"/{opened['account_id']}/state", {"state": "locked"})

    assert (issued.status_code, issued.json["code"]) == (409, "account_bound")
    assert locked.status_code == 200 or locked.status_code == 201
    assert held["account_id"] == opened["account_id"]


def test_codes_are_kept_as_hashes(desk: Desk, tianjin: Session):
    code = desk.post("", PREPARER).json["binding_code"]

    hashes = tianjin.scalars(select(BindingCode.code_hash)).all()

    assert hashes
    assert not any(code.replace("-", "").encode() in value for value in hashes)


@pytest.mark.parametrize(
    "path", ["state", "grants", "binding-codes", "grants/00000000-0000-7000-8000-000000000009/end"]
)
def test_an_unknown_account_is_not_found(desk: Desk, path: str):
    bodies = {"state": {"state": "locked"}, "grants": {"role": "supervisor", "scope": FUND, "purpose": "x"}}

    answer = desk.post(f"/{uuid4()}/{path}", bodies.get(path))

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_grant_of_another_account_is_not_ended(desk: Desk, tianjin: Session):
    one, other = an_account(tianjin), an_account(tianjin)

    answer = desk.post(f"/{one.account_id}/grants/{other.grant_id}/end")

    assert (answer.status_code, answer.json["code"]) == (403, "grant_not_held")


def test_accounts_are_listed_page_by_page(desk: Desk, tianjin: Session):
    opened = [str(an_account(tianjin).account_id) for _ in range(4)]

    first = desk.get("?limit=3").json
    second = desk.get(f"?limit=3&after={first['next_after']}").json

    assert second["next_after"] is None
    listed = [account["id"] for account in first["items"] + second["items"]]
    assert sorted(listed) == sorted([str(desk.actor.account_id), *opened])


def test_a_list_of_accounts_costs_three_statements_whatever_its_length(desk: Desk, tianjin: Session):
    for _ in range(5):
        an_account(tianjin)
    headers = bearer(desk.app, desk.actor)
    seen: list[str] = []

    def count(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        answer = desk.client.get("/api/v1/accounts", headers=headers)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)

    assert len(answer.json["items"]) == 6
    assert len(seen) == 3  # the account check, the accounts, their grants


@pytest.mark.parametrize("query", ["?limit=0", "?limit=201", "?limit=x", "?after=1", "?colour=red"])
def test_a_bad_query_is_told_so(desk: Desk, query: str):
    assert desk.get(query).status_code == 422
