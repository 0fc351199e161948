"""Actors with real account rows, and their tokens, for the tests of every package."""

from datetime import timedelta
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.queries import find_standing
from app.accounts.service import open_account
from app.kernel import clock, tokens
from app.kernel.db import session as current_session
from app.kernel.permissions import Actor, Role, Scope, ScopeKind, SystemActor
from app.kernel.settings import EXTENSION

OWN_CLIENTS = Scope(ScopeKind.OWN_CLIENTS)
FUND = Scope(ScopeKind.FUND)


def make_account(
    session: Session, *, role: Role, scope: Scope | None = None, person_id: UUID | None = None, region: str = "tianjin"
) -> Actor:
    """Open an account through the service and act as it; `session` is bound to `region`.

    Without a scope: own clients for carers and guardians, an agency of its own for agency staff, else the fund.
    """
    chosen = scope or _usual_scope(role)
    opened = open_account(
        session,
        person_id=person_id,
        label=f"test {role.value}",
        role=role,
        scope=chosen,
        purpose="test",
        phone=None,
        actor=SystemActor(region, job="test"),
        at=clock.now() - timedelta(seconds=1),
    )
    return Actor(region, opened.account_id, role, chosen, opened.grant_id, person_id=person_id)


def bearer(app: Flask, actor: Actor) -> dict[str, str]:
    """Headers of a request by `actor`, whose account is flushed or committed."""
    settings = app.extensions[EXTENSION]
    token = tokens.issue(
        actor,
        grants_version=_grants_version(app, actor),
        keys=settings.token_keys,
        at=clock.now(),
        lifetime=settings.access_token_lifetime,
    )
    return {"Authorization": f"Bearer {token}"}


def _grants_version(app: Flask, actor: Actor) -> int:
    with app.app_context():
        own = current_session()
        own.bind_region(actor.region)
        standing = find_standing(own, account_id=actor.account_id)
    assert standing is not None, "the actor has no account row: make him with make_account"
    return standing.grants_version


def _usual_scope(role: Role) -> Scope:
    if role in (Role.CARER, Role.FAMILY_CARER, Role.GUARDIAN):
        return OWN_CLIENTS
    if role in (Role.DISPATCHER, Role.AGENCY_HEAD):
        return Scope(ScopeKind.AGENCY, str(uuid4()))
    if role is Role.COMMUNITY_NURSE:
        return Scope(ScopeKind.DISTRICT, "120103")
    return FUND
