"""Enforces permissions on routes and tells them who acts.

Every route declares `@requires(Permission.X)` above its body parser, so that a stranger gets 401 before his body is
read; a route open to everybody says so with `@open_to_all`. With a route that does neither the
application does not start.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, current_app, g, request
from webargs.flaskparser import abort

from app.kernel import clock, tokens
from app.kernel.db import session
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.http.marks import declares_permission, mark_permission, takes_query
from app.kernel.permissions import Actor, Permission
from app.kernel.settings import current_settings

View = Callable[..., Any]
AccountCheck = Callable[[Actor, int], None]


class Unauthenticated(DomainError):
    """The request carries no access token."""

    kind, code = ErrorKind.UNAUTHENTICATED, "token_missing"


class PermissionDenied(DomainError):
    """The role of this account may not do this."""

    kind, code = ErrorKind.FORBIDDEN, "permission_denied"


def requires(permission: Permission, *, account_check: bool = True) -> Callable[[View], View]:
    """Let only accounts whose role holds `permission` in.

    The account's state and grants are looked up once per request; `account_check=False` leaves that to the service,
    which must do it in its own first statement (the check-in path, where a round trip counts).
    """

    def decorate(view: View) -> View:
        reads_query = takes_query(view)

        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            access = _authenticate()
            if not access.actor.may(permission):
                raise PermissionDenied(permission=permission.value)
            session().bind_region(access.actor.region)
            g.access = access
            if account_check:
                current_app.extensions["anhu.account_check"](access.actor, access.grants_version)
            _refuse_query(unless=reads_query)
            return view(*args, **kwargs)

        mark_permission(guarded, permission)
        return guarded

    return decorate


def open_to_all(view: View) -> View:
    """Let everybody in: for routes that need no account, such as logging in."""
    reads_query = takes_query(view)

    @wraps(view)
    def opened(*args: Any, **kwargs: Any) -> Any:
        _refuse_query(unless=reads_query)
        return view(*args, **kwargs)

    mark_permission(opened, None)
    return opened


def current_actor() -> Actor:
    """The actor of this request; only inside a route with `@requires`."""
    access: tokens.AccessToken = g.access
    return access.actor


def current_grants_version() -> int:
    """The version of the account's grants that the token names, for services that check the account themselves."""
    access: tokens.AccessToken = g.access
    return access.grants_version


def use_account_check(app: Flask, check: AccountCheck) -> None:
    """Install the look-up of an account's state; it raises when the account may not act any more."""
    app.extensions["anhu.account_check"] = check


def check_permissions(app: Flask) -> None:
    """Refuse to start with a route that declares no permission."""
    bare = [
        rule.rule for rule in app.url_map.iter_rules() if not declares_permission(app.view_functions[rule.endpoint])
    ]
    if bare:
        raise RuntimeError(f"routes without a permission: {', '.join(sorted(bare))}")


def _refuse_query(*, unless: bool) -> None:
    """A key that no schema reads is a mistake of the caller's, which silence would hide."""
    if request.args and not unless:
        abort(422, messages={key: ["unknown"] for key in request.args})


def _authenticate() -> tokens.AccessToken:
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return tokens.read(token.strip(), keys=current_settings().token_keys, at=clock.now())
