"""Reading balances over HTTP."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel.db import db
from app.kernel.permissions import Role, Scope, ScopeKind
from app.ledger import service
from tests.ledger.factories import AT, a_posting
from tests.payouts.logins import bearer

ADDRESS = "/api/v1/ledger/balances"


@pytest.fixture(autouse=True)
def accounts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "anhu.account_check", lambda actor, version: None)


def test_balances_are_told_by_kind_and_agree(tianjin: Session, client: FlaskClient):
    service.post(tianjin, [a_posting(amount_fen=75_000), a_posting(amount_fen=5)], at=AT)
    tianjin.commit()

    answer = client.get(ADDRESS, headers=bearer(Role.PAYOUT_APPROVER))

    assert answer.status_code == 200
    assert answer.json["debit_fen"] == answer.json["credit_fen"] == 75_005
    assert {kind["kind"]: kind["credit_fen"] for kind in answer.json["kinds"]} == {
        "subsidy_expense": 0,
        "payee_payable": 75_005,
    }


def test_balances_are_told_to_nobody_without_a_login(client: FlaskClient):
    assert client.get(ADDRESS).json["code"] == "token_missing"


def test_balances_are_told_to_no_carer(client: FlaskClient):
    answer = client.get(ADDRESS, headers=bearer(Role.FAMILY_CARER))

    assert (answer.status_code, answer.json["code"]) == (403, "permission_denied")


def test_balances_of_the_fund_are_not_told_to_a_district(client: FlaskClient):
    district = Scope(ScopeKind.DISTRICT, "120101")

    answer = client.get(ADDRESS, headers=bearer(Role.SUPERVISOR, scope=district))

    assert answer.status_code == 404


def test_another_region_shows_its_own_balances(tianjin: Session, client: FlaskClient):
    service.post(tianjin, [a_posting()], at=AT)
    tianjin.commit()
    db.session.remove()

    answer = client.get(ADDRESS, headers=bearer(Role.SUPERVISOR, region="huaian"))

    assert answer.json["kinds"] == []


def test_unknown_query_keys_are_refused(client: FlaskClient):
    assert client.get(f"{ADDRESS}?month=%00", headers=bearer(Role.SUPERVISOR)).status_code == 422
