"""Signed access tokens: HS256 with a key id.

Expiry is judged by the caller's clock, since a demo's time is not the machine's.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from app.kernel.errors import DomainError, ErrorKind
from app.kernel.permissions import Actor, Role, Scope, ScopeKind

ALGORITHM = "HS256"


class TokenInvalid(DomainError):
    """Not a token of ours, or altered."""

    kind, code = ErrorKind.UNAUTHENTICATED, "token_invalid"


class TokenExpired(DomainError):
    """A token of ours whose time is over."""

    kind, code = ErrorKind.UNAUTHENTICATED, "token_expired"


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """Signing keys by id; `current` signs, all verify."""

    current: str
    keys: Mapping[str, bytes]

    def __repr__(self) -> str:
        return f"TokenKeys(current={self.current!r}, ids={sorted(self.keys)!r})"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an access token says: the actor, and the version of the account's grants when it was issued."""

    actor: Actor
    grants_version: int
    expires_at: datetime


def issue(actor: Actor, *, grants_version: int, keys: TokenKeys, at: datetime, lifetime: timedelta) -> str:
    """Sign a token for `actor` that expires `lifetime` after `at`."""
    claims = {
        "sub": str(actor.account_id),
        "rgn": actor.region,
        "rol": actor.role.value,
        "sck": actor.scope.kind.value,
        "scy": actor.scope.key,
        "grt": str(actor.grant_id),
        "per": None if actor.person_id is None else str(actor.person_id),
        "dev": None if actor.device_id is None else str(actor.device_id),
        "ver": grants_version,
        "iat": int(at.timestamp()),
        "exp": int((at + lifetime).timestamp()),
    }
    return jwt.encode(claims, keys.keys[keys.current], algorithm=ALGORITHM, headers={"kid": keys.current})


def read(token: str, *, keys: TokenKeys, at: datetime) -> AccessToken:
    """Verify a token at the instant `at`; raises TokenInvalid or TokenExpired."""
    claims = _verified_claims(token, keys=keys)
    try:
        access = _access_token(claims)
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise TokenInvalid from error
    if at >= access.expires_at:
        raise TokenExpired
    return access


def _verified_claims(token: str, *, keys: TokenKeys) -> dict[str, Any]:
    try:
        key = keys.keys[_key_id(token)]
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=[ALGORITHM], options={"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        )
    except (jwt.PyJWTError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise TokenInvalid from error
    return claims


def _key_id(token: str) -> str:
    """Which key a token says it is signed with: read from its header alone, since all of it is read when verified."""
    header = token.partition(".")[0]
    return str(json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"])


def _access_token(claims: Mapping[str, Any]) -> AccessToken:
    actor = Actor(
        region=claims["rgn"],
        account_id=UUID(claims["sub"]),
        role=Role(claims["rol"]),
        scope=Scope(ScopeKind(claims["sck"]), claims["scy"]),
        grant_id=UUID(claims["grt"]),
        person_id=UUID(claims["per"]) if claims["per"] else None,
        device_id=UUID(claims["dev"]) if claims["dev"] else None,
    )
    return AccessToken(actor, int(claims["ver"]), datetime.fromtimestamp(claims["exp"], tz=UTC))
