"""What the worker does about facts, region by region: each in a transaction of its own, so that none waits for many."""

from collections.abc import Callable, Mapping
from datetime import time, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.checkin.queries.facts import list_overdue_holds
from app.checkin.service import escalation, fading, forgotten
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.jobs import Daily, Every, Job, Turn
from app.kernel.regions import zone_of
from app.policies.service import current_book

AT_ONCE = 100
log = structlog.get_logger()


def close_forgotten_visits(turn: Turn) -> None:
    """Close visits nobody ended."""
    with transaction() as session:
        visit_ids = forgotten.list_forgotten(session, actor=turn.actor, at=turn.at)
    close = partial(forgotten.close_forgotten, actor=turn.actor, at=turn.at)
    _one_by_one({visit_id: partial(close, visit_id=visit_id) for visit_id in visit_ids})


def escalate_overdue_facts(turn: Turn) -> None:
    """Hand up, or pay and mark, what nobody decided in time."""
    escalate = partial(escalation.escalate, actor=turn.actor, at=turn.at)
    _one_by_one({fact_id: partial(escalate, overdue=(hold, fact_id, step)) for hold, fact_id, step in _overdue(turn)})


def fade_rows(turn: Turn) -> None:
    """Delete the exact positions that were copied aside, or came under ids of wrong clocks, and may fade now."""
    region = turn.actor.region
    terms, zone = fading.terms_of(current_book(), region=region), zone_of(region)
    if terms is None:
        return
    with transaction() as session:
        today = clock.local_date(turn.at, zone)
        count = fading.fade_rows(session, region=region, terms=terms, zone=zone, today=today)
    log.info("positions_faded", region=region, count=count)


def _overdue(turn: Turn) -> list[escalation.Overdue]:
    today, found = clock.local_date(turn.at, zone_of(turn.actor.region)), list[escalation.Overdue]()
    with transaction() as session:
        while page := list_overdue_holds(session, today=today, after=found[-1][0] if found else None, limit=AT_ONCE):
            found += page
    return found


def _one_by_one(acts: Mapping[UUID, Callable[[Session], object]]) -> None:
    """Do each; one that fails stops no other, and lets the run fail at its end, to be tried again."""
    failure: Exception | None = None
    for fact_id, act in acts.items():
        try:
            with transaction() as session:
                act(session)
        except Exception as error:
            log.error("fact_failed", kind=type(error).__name__, fact_id=str(fact_id))
            failure = error
    if failure is not None:
        raise failure


JOBS = (
    Job(
        "close_forgotten_visits",
        Every(timedelta(minutes=15)),
        close_forgotten_visits,
        safe_twice_because="a visit with a record is not looked at again",
    ),
    Job(
        "escalate_overdue_facts",
        Daily(time(0, 30)),
        escalate_overdue_facts,
        safe_twice_because="a hold ends once, and a new one has a new deadline",
    ),
    Job(
        "fade_positions",
        Daily(time(4, 10)),
        fade_rows,
        safe_twice_because="what is deleted stays deleted",
        lease=timedelta(minutes=30),
    ),
)
