"""Reads accounts, and looks up in the shared tables who may log in where."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, false, or_, select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import Account, Device, Identity, IdentityRegion, PhoneRoute, RoleGrant
from app.accounts.types import AccountView, Entry, Grant, Me, Route, Standing, WeChatUser
from app.kernel.db import Base
from app.kernel.errors import NotFound
from app.kernel.paging import Page, PageRequest, fetch_page
from app.kernel.permissions import Actor, AnyActor, Role, Scope, ScopeKind

STANDING = select(Account.state, Account.grants_version).where(Account.id == bindparam("account_id"))


def find_standing(session: Session, *, account_id: UUID) -> Standing | None:
    """State and grants version of an account, in one statement. Unscoped: it decides whether the actor is one."""
    row = session.execute(STANDING, {"account_id": account_id}).one_or_none()
    return None if row is None else Standing(row.state, row.grants_version)


def is_agency(session: Session, *, agency_id: UUID) -> bool:
    """Say whether the registry knows this agency. Unscoped; by its table's name, since accounts lie below it."""
    agency = Base.metadata.tables["region.agency"]
    return session.scalar(select(agency.c.id).where(agency.c.id == agency_id)) is not None


def visible_accounts(actor: AnyActor) -> Select[Account]:
    """Accounts the actor may see: all for the fund, else his own."""
    accounts = select(Account)
    if actor.scope.kind is ScopeKind.FUND:
        return accounts
    return accounts.where(Account.id == actor.account_id if isinstance(actor, Actor) else false())


def get_account(session: Session, *, account_id: UUID, actor: AnyActor) -> AccountView:
    """One visible account; raises NotFound."""
    found = session.scalars(_with_grants(visible_accounts(actor)).where(Account.id == account_id)).one_or_none()
    if found is None:
        raise NotFound
    return view_account(found)


def list_accounts(session: Session, *, actor: AnyActor, page: PageRequest) -> Page[AccountView]:
    """Visible accounts in the order they were opened, two statements a page."""
    return fetch_page(
        session,
        _with_grants(visible_accounts(actor)),
        key=Account.id,
        limit=page.limit,
        after=page.after,
        view=view_account,
    )


def get_me(session: Session, *, actor: Actor, at: datetime) -> Me:
    """The acting account, and the grants it could act under."""
    account = get_account(session, account_id=actor.account_id, actor=actor)
    return Me(
        account_id=account.id,
        region=actor.region,
        label=account.label,
        person_id=account.person_id,
        device_id=actor.device_id,
        device_doubt=session.scalar(select(Device.doubt).where(Device.id == actor.device_id)),
        grant_id=actor.grant_id,
        grants=tuple(grant for grant in account.grants if grant.is_valid(at)),
    )


def list_grants(session: Session, *, account_id: UUID) -> tuple[Grant, ...]:
    """All grants of an account, ended ones too. Unscoped: for its own login and for changes already allowed."""
    rows = session.scalars(select(RoleGrant).where(RoleGrant.account_id == account_id).order_by(RoleGrant.id))
    return tuple(view_grant(row) for row in rows)


def is_held_by_other_carer(session: Session, *, phone_key: UUID, account_id: UUID, at: datetime) -> bool:
    """Say whether a phone is the live one of another account that cares. Unscoped: asked at a login."""
    cares = exists().where(
        RoleGrant.account_id == Device.account_id,
        RoleGrant.role.in_((Role.CARER, Role.FAMILY_CARER)),
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > at),
    )
    held = exists().where(
        Device.phone_key == phone_key, Device.replaced_at.is_(None), Device.account_id != account_id, cares
    )
    return bool(session.scalar(select(held)))


def list_entries(public: Session, *, user: WeChatUser) -> Sequence[Entry]:
    """Regions a WeChat user is bound in. In `public`, before anybody has logged in."""
    rows = public.execute(
        select(IdentityRegion.identity_id, IdentityRegion.region_code)
        .join(Identity, Identity.id == IdentityRegion.identity_id)
        .where(Identity.openid_index.in_(user.indexes))
    )
    return [Entry(identity_id, region) for identity_id, region in rows]


def list_routes(public: Session, *, phone_indexes: Sequence[bytes]) -> Sequence[Route]:
    """Accounts a phone number belongs to. In `public`, before anybody has logged in."""
    rows = public.execute(
        select(PhoneRoute.region_code, PhoneRoute.account_id).where(PhoneRoute.phone_index.in_(phone_indexes))
    )
    return sorted({Route(region, account_id) for region, account_id in rows}, key=lambda route: route.region)


def view_grant(row: RoleGrant) -> Grant:
    """A grant's row as the rules see it."""
    scope = Scope(row.scope_kind, row.scope_key or None)
    return Grant(row.id, row.role, scope, row.purpose, row.valid_from, row.valid_to)


def view_account(row: Account) -> AccountView:
    """An account's row, its grants loaded, as staff see it."""
    return AccountView(
        id=row.id,
        label=row.label,
        person_id=row.person_id,
        state=row.state,
        is_bound=row.identity_id is not None,
        created_at=row.created_at,
        grants=tuple(view_grant(grant) for grant in row.grants),
    )


def _with_grants(accounts: Select[Any]) -> Select[Any]:
    return accounts.options(selectinload(Account.grants)).execution_options(populate_existing=True)
