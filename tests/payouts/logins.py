"""Access tokens for tests, each of an account of its own unless one is given."""

from uuid import uuid4

from app.kernel import clock
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.kernel.settings import current_settings
from app.kernel.tokens import issue

FUND = Scope(ScopeKind.FUND)
OWN = {Role.FAMILY_CARER: Scope(ScopeKind.OWN_CLIENTS), Role.GUARDIAN: Scope(ScopeKind.OWN_CLIENTS)}


def an_actor(role: Role, **changes) -> Actor:
    values = {
        "region": "tianjin",
        "account_id": uuid4(),
        "role": role,
        "scope": OWN.get(role, FUND),
        "grant_id": uuid4(),
    }
    return Actor(**values | changes)


def bearer(who: Role | Actor, *, key: str | None = None, region: str = "tianjin", **changes) -> dict[str, str]:
    """Headers of a request by an actor, or by a new one of a role; `key` is its Idempotency-Key."""
    actor = who if isinstance(who, Actor) else an_actor(who, region=region, **changes)
    settings = current_settings()
    token = issue(
        actor, grants_version=1, keys=settings.token_keys, at=clock.now(), lifetime=settings.access_token_lifetime
    )
    return {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
