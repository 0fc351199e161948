"""What decorators write on a view, for those who read it: the start-up check, the OpenAPI document, tests."""

from collections.abc import Callable
from typing import Any

from app.kernel.permissions import Permission

View = Callable[..., Any]
IDEMPOTENCY_HEADER = "Idempotency-Key"
LONGEST_KEY = 64


def mark_permission(view: View, permission: Permission | None) -> None:
    """Say which permission a view asks for; None for a view open to everybody."""
    view.__dict__["_permission"] = permission


def declares_permission(view: View) -> bool:
    """True when a view says who may call it."""
    return "_permission" in view.__dict__


def permission_of(view: View) -> Permission | None:
    """The permission a view asks for."""
    permission: Permission | None = view.__dict__.get("_permission")
    return permission


def mark_key(view: View) -> None:
    """Say that a view needs an Idempotency-Key."""
    view.__dict__["_needs_idempotency_key"] = True


def needs_key(view: View) -> bool:
    """True when a view needs an Idempotency-Key."""
    return bool(view.__dict__.get("_needs_idempotency_key"))


def takes_query(view: View) -> bool:
    """True when a schema of the view reads the query."""
    arguments = getattr(view, "_apidoc", {}).get("arguments", {})
    return any(parameter["in"] == "query" for parameter in arguments.get("parameters", ()))
