"""The application for a command that does what a server does in a region."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.factory import create_app
from app.kernel.db import db, session
from app.kernel.regions import is_open_region
from app.kernel.settings import Settings


@contextmanager
def region_at_work(settings: Settings, code: str) -> Iterator[None]:
    """The application with its session bound to a region, as in a request; every connection is let go at the end."""
    with create_app(settings).app_context():
        try:
            if not is_open_region(code):
                raise click.ClickException(f"there is no region {code}: make it with `anhu region add`")
            session().bind_region(code)
            yield
        finally:
            db.session.remove()
            db.engine.dispose()
