"""Refresh tokens: `<region>.<43 characters>`, stored as a hash only.

The first of a chain is random. Each successor is an HMAC of the token presented and the request's id, so that a store
of hashes can give the same successor to a phone that lost the answer. The region stands in front because a refresh
arrives without an access token and has to find its schema.
"""

import base64
import hashlib
import hmac
import re
import secrets
from uuid import UUID

from app.kernel.tokens import TokenKeys

FORM = re.compile(r"([a-z][a-z0-9_]{1,29})\.[A-Za-z0-9_-]{43}")
_USE = b"anhu refresh successor"


def new_token(region: str) -> str:
    """The first token of a chain."""
    return _write(region, secrets.token_bytes(32))


def region_in(token: str) -> str | None:
    """The region a token names; None for what has not the form of one."""
    found = FORM.fullmatch(token)
    return found[1] if found else None


def hash_of(token: str) -> bytes:
    """What the store keeps. A token has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode("ascii")).digest()


def successors_of(token: str, *, request_id: UUID, keys: TokenKeys) -> tuple[str, ...]:
    """The token that follows `token` for this request, under each key, the current one's first."""
    region = token.partition(".")[0]
    ordered = sorted(keys.keys, key=lambda key_id: key_id != keys.current)
    return tuple(_write(region, _derive(keys.keys[key_id], token, request_id)) for key_id in ordered)


def _derive(key: bytes, token: str, request_id: UUID) -> bytes:
    own_key = hmac.digest(key, _USE, hashlib.sha256)  # signs nothing else, so that no signed token is ever a successor
    return hmac.digest(own_key, token.encode("ascii") + b"\0" + request_id.bytes, hashlib.sha256)


def _write(region: str, secret: bytes) -> str:
    return f"{region}.{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"
