"""What the worker does about facts, region by region: each in a transaction of its own, so that none waits for many."""

from collections.abc import Callable, Mapping
from datetime import time, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.checkin.queries.facts import list_overdue_holds
from app.checkin.service import escalation, forgotten, prompts
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.jobs import Daily, Every, Job, Turn
from app.kernel.regions import zone_of

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


def open_prompts(turn: Turn) -> None:
    """Ask family carers where they are, at the times drawn for them."""
    with transaction() as session:
        prompts.open_prompts(session, actor=turn.actor, at=turn.at)


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
        "open_prompts",
        Every(timedelta(minutes=5)),
        open_prompts,
        safe_twice_because="a carer has one prompt of one time",
    ),
)
