"""Who may make a way into an account: an agency for new carers and guardians, for anybody else the fund alone."""

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import BindingCode, PhoneRoute
from app.accounts.service import add_grant, new_binding_code, open_account
from app.accounts.types import NewGrant, OpenedAccount
from app.kernel import clock
from app.kernel.permissions import Actor, Role, Scope, ScopeKind, SystemActor
from tests.accounts.factories import APhone, an_account, bearer_of
from tests.registry.factories import an_agency
from tests.standins import WeChatStandIn
from tests.tokens import OWN_CLIENTS, make_account

PHONE = "13800000001"
FUND = SystemActor("tianjin", job="test")


@pytest.fixture
def phone(client: FlaskClient, wechat: WeChatStandIn) -> APhone:
    return APhone(client, wechat)


@pytest.fixture
def agency(tianjin: Session) -> Actor:
    return make_account(tianjin, role=Role.DISPATCHER)


def opened_by(
    session: Session, actor: Actor | SystemActor, *, person_id: UUID, role: Role = Role.CARER
) -> OpenedAccount:
    return open_account(
        session,
        person_id=person_id,
        label="护理员",
        role=role,
        scope=OWN_CLIENTS,
        purpose="test",
        phone=PHONE,
        actor=actor,
        at=clock.now(),
    )


def ways_in(session: Session, account_id: UUID) -> tuple[int, int]:
    """How many unused codes and phone routes lead to an account."""
    codes = select(func.count()).where(BindingCode.account_id == account_id, BindingCode.used_at.is_(None))
    routes = select(func.count()).where(PhoneRoute.account_id == account_id)
    return session.scalar(codes), session.scalar(routes)


def test_an_agency_opens_the_door_of_a_new_carer(phone: APhone, tianjin: Session, agency: Actor):
    opened = opened_by(tianjin, agency, person_id=uuid4())

    assert phone.bind(opened.binding_code).status_code == 201
    assert ways_in(tianjin, opened.account_id) == (0, 1)


@pytest.mark.parametrize("role", [Role.CARER, Role.GUARDIAN])
def test_an_agency_gets_no_code_for_a_bound_account(phone: APhone, tianjin: Session, agency: Actor, role: Role):
    person_id = uuid4()
    held = phone.bind(an_account(tianjin, role=Role.CARER, scope=OWN_CLIENTS, person_id=person_id).binding_code).json

    opened = opened_by(tianjin, agency, person_id=person_id, role=role)

    assert str(opened.account_id) == held["account_id"]
    assert (opened.binding_code, opened.expires_at) == (None, None)
    assert ways_in(tianjin, opened.account_id) == (0, 0)
    roles = {grant["role"] for grant in phone.refresh(held["refresh_token"]).json["grants"]}
    assert roles == {Role.CARER.value, role.value}


def test_asking_again_for_a_bound_carer_leaves_his_session(phone: APhone, tianjin: Session, agency: Actor):
    person_id = uuid4()
    held = phone.bind(opened_by(tianjin, agency, person_id=person_id).binding_code).json

    opened_by(tianjin, agency, person_id=person_id)

    assert phone.client.get("/api/v1/me", headers=bearer_of(held)).status_code == 200
    assert phone.refresh(held["refresh_token"]).status_code == 200


def test_an_agency_gets_no_code_for_an_account_that_holds_a_staff_role(tianjin: Session, agency: Actor):
    person_id = uuid4()
    first = an_account(tianjin, role=Role.CARER, scope=OWN_CLIENTS, person_id=person_id)
    head = NewGrant(Role.AGENCY_HEAD, Scope(ScopeKind.AGENCY, str(an_agency(tianjin).id)), "test")
    add_grant(tianjin, account_id=first.account_id, grant=head, actor=FUND, at=clock.now())

    opened = opened_by(tianjin, agency, person_id=person_id)

    assert opened.binding_code is None
    assert ways_in(tianjin, opened.account_id) == (1, 0)


def test_the_fund_issues_a_code_for_a_lost_login(phone: APhone, tianjin: Session):
    opened = an_account(tianjin, role=Role.CARER, scope=OWN_CLIENTS, person_id=uuid4())
    held = phone.bind(opened.binding_code).json
    admin = make_account(tianjin, role=Role.REGION_ADMIN)

    issued = new_binding_code(tianjin, account_id=opened.account_id, actor=admin, at=clock.now())

    new_user = APhone(phone.client, phone.wechat, "openid-2")
    assert new_user.bind(issued.binding_code).json["account_id"] == str(opened.account_id)
    assert phone.refresh(held["refresh_token"]).json["code"] == "refresh_token_revoked"


def test_a_code_left_over_moves_no_account_that_was_bound_by_phone(phone: APhone, tianjin: Session, agency: Actor):
    opened = opened_by(tianjin, agency, person_id=uuid4())
    held = phone.bind_by_phone(PHONE).json

    refused = APhone(phone.client, phone.wechat, "openid-2").bind(opened.binding_code)

    assert (refused.status_code, refused.json["code"]) == (404, "binding_code_unknown")
    assert phone.refresh(held["refresh_token"]).status_code == 200
