"""Reading balances over HTTP."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel.db import db
from app.kernel.permissions import Role, Scope, ScopeKind
from app.ledger import service
from tests.ledger.factories import AT, a_posting
from tests.tokens import bearer, make_account

ADDRESS = "/api/v1/ledger/balances"


def test_balances_are_told_by_kind_and_agree(app: Flask, tianjin: Session, client: FlaskClient):
    approver = make_account(tianjin, role=Role.PAYOUT_APPROVER)
    service.post(tianjin, [a_posting(amount_fen=75_000), a_posting(amount_fen=5)], at=AT)
    tianjin.commit()

    answer = client.get(ADDRESS, headers=bearer(app, approver))

    assert answer.status_code == 200
    assert answer.json["debit_fen"] == answer.json["credit_fen"] == 75_005
    assert {kind["kind"]: kind["credit_fen"] for kind in answer.json["kinds"]} == {
        "subsidy_expense": 0,
        "payee_payable": 75_005,
    }


def test_balances_are_told_to_nobody_without_a_login(client: FlaskClient):
    assert client.get(ADDRESS).json["code"] == "token_missing"


def test_balances_are_told_to_no_carer(app: Flask, tianjin: Session, client: FlaskClient):
    carer = make_account(tianjin, role=Role.FAMILY_CARER)
    tianjin.commit()

    answer = client.get(ADDRESS, headers=bearer(app, carer))

    assert (answer.status_code, answer.json["code"]) == (403, "permission_denied")


def test_balances_of_the_fund_are_not_told_to_a_district(app: Flask, tianjin: Session, client: FlaskClient):
    supervisor = make_account(tianjin, role=Role.SUPERVISOR, scope=Scope(ScopeKind.DISTRICT, "120101"))
    tianjin.commit()

    answer = client.get(ADDRESS, headers=bearer(app, supervisor))

    assert answer.status_code == 404


def test_another_region_shows_its_own_balances(app: Flask, tianjin: Session, client: FlaskClient):
    service.post(tianjin, [a_posting()], at=AT)
    tianjin.commit()
    with app.app_context():
        huaian = db.session()
        huaian.bind_region("huaian")
        supervisor = make_account(huaian, role=Role.SUPERVISOR, region="huaian")
        huaian.commit()

    answer = client.get(ADDRESS, headers=bearer(app, supervisor))

    assert answer.json["kinds"] == []


def test_unknown_query_keys_are_refused(app: Flask, tianjin: Session, client: FlaskClient):
    supervisor = make_account(tianjin, role=Role.SUPERVISOR)
    tianjin.commit()

    assert client.get(f"{ADDRESS}?month=%00", headers=bearer(app, supervisor)).status_code == 422
