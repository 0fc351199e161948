"""A wrong server, for a control: a tap that it holds already it takes as another one, under an id of its own."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from app.checkin.service import taps
from app.checkin.service.events import Judged
from app.checkin.shown import ClockEventView
from app.factory import create_app
from app.kernel.ids import new_id

right_way = taps.store


def store_again(session: Session, tap: Judged, **facts: Any) -> ClockEventView | None:
    """Store it whatever is held."""
    return right_way(session, tap, **facts) or right_way(session, replace(tap, event_id=new_id()), **facts)


taps.store = store_again
application = create_app()
