"""Bounds on request bodies: 1 MiB, 2 MiB for a photo, and 20 MiB for the few routes that take files."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, abort, request

from app.kernel.settings import Limits, current_settings

View = Callable[..., Any]


def install(app: Flask) -> None:
    """Refuse bodies of unstated length: werkzeug cuts them at the limit and hands on the beginning as the whole."""
    app.before_request(_refuse_unstated_length)


def _refuse_unstated_length() -> None:
    if request.headers.get("Transfer-Encoding"):
        abort(411)


def takes_import(view: View) -> View:
    """Let this route's body be as large as an import may be; right below `@requires`, so that no stranger sends it."""
    return _widened(view, lambda bounds: bounds.import_body)


def takes_photo(view: View) -> View:
    """As `takes_import`, as large as a photo may be."""
    return _widened(view, lambda bounds: bounds.photo_body)


def _widened(view: View, most: Callable[[Limits], int]) -> View:
    @wraps(view)
    def widened(*args: Any, **kwargs: Any) -> Any:
        request.max_content_length = most(current_settings().limits)
        return view(*args, **kwargs)

    return widened
