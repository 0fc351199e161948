"""A wrong server, for a control: it commits a visit's progress first and writes the clock event after that."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.checkin.service import taps
from app.checkin.service.events import Judged
from app.checkin.shown import ClockEventView
from app.factory import create_app
from app.kernel.db import db
from app.kernel.permissions import Actor
from app.kernel.settings import Settings

GAP_S = 0.5  # wide enough to be killed in
right_way = taps.store_all


def store_after_commit(
    session: Session, told: Sequence[tuple[Judged, object]], *, actor: Actor, settings: Settings, at: datetime
) -> list[ClockEventView | None]:
    """Answer as the right way does, but leave the writing until the rest is committed."""
    facts: dict[str, Any] = {"actor": actor, "settings": settings, "at": at}
    attempt = session.begin_nested()
    views = right_way(session, told, **facts)
    attempt.rollback()
    if any(views):
        region = session.info["region"]

        def write(_: Session) -> None:
            time.sleep(GAP_S)
            with db.session.session_factory() as own:
                own.bind_region(region)
                right_way(own, told, **facts)
                own.commit()

        event.listen(session, "after_commit", write, once=True)
    return views


taps.store_all = store_after_commit
application = create_app()
