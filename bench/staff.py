"""Accounts of an office and how they speak to the server."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx
import psycopg

from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope
from app.kernel.roles import DatabaseUrls
from app.kernel.tokens import TokenKeys, issue
from bench import seed
from bench.cluster import libpq_url
from bench.runs import TOKENS_LAST
from bench.serving import Server

LOOK_EVERY_S = 0.05
ANSWER_WITHIN_S = 60.0
API = "/api/v1"
Json = dict[str, Any]

_STATEMENTS = (
    """INSERT INTO account (id, label, state, grants_version, created_at)
       VALUES (%(account)s, 'bench', 'active', 1, %(at)s)""",
    """INSERT INTO role_grant (id, account_id, role, scope_kind, scope_key, purpose, valid_from)
       VALUES (%(grant)s, %(account)s, %(role)s, %(scope_kind)s, %(scope_key)s, 'bench', %(at)s)""",
)


class TooSlow(RuntimeError):
    """What was asked for is not done by the end of our patience; the text is how far it is."""


def hire(urls: DatabaseUrls, role: Role, scope: Scope, *, at: datetime) -> Actor:
    """Open an account with one role; commits."""
    actor = Actor(seed.REGION, new_id(), role, scope, grant_id=new_id())
    values = {
        "account": actor.account_id,
        "grant": actor.grant_id,
        "role": role.value,
        "scope_kind": scope.kind.value,
        "scope_key": scope.key or "",
        "at": at,
    }
    with psycopg.connect(libpq_url(urls.owner), options=f"-c search_path={seed.REGION},public") as connection:
        for statement in _STATEMENTS:
            connection.execute(statement, values)
    return actor


def headers(actor: Actor, *, keys: TokenKeys, at: datetime) -> dict[str, str]:
    """What a logged-in account sends with each request."""
    token = issue(actor, grants_version=1, keys=keys, at=at, lifetime=TOKENS_LAST)
    return {"Authorization": f"Bearer {token}"}


def client(server: Server, sent: Mapping[str, str]) -> httpx.Client:
    """Speaks JSON with the server as that account."""
    host, port = server.address
    return httpx.Client(base_url=f"http://{host}:{port}{API}", headers=dict(sent), timeout=ANSWER_WITHIN_S)


def answer_of(response: httpx.Response) -> Json:
    """The JSON of an answer that must be good; the error's own text otherwise."""
    if response.is_error:
        raise RuntimeError(f"{response.request.url} answered {response.status_code}: {response.text[:500]}")
    found: Json = response.json()
    return found


def wait_until(look: Callable[[], Json], done: Callable[[Json], bool], *, within_s: float) -> Json:
    """Look again and again until it is done; raises TooSlow after `within_s` seconds."""
    deadline = time.perf_counter() + within_s
    while not done(seen := look()):
        if time.perf_counter() > deadline:
            raise TooSlow(f"not done after {within_s:.0f} s: {seen}")
        time.sleep(LOOK_EVERY_S)
    return seen
