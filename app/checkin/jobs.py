"""What the worker does about facts, region by region: each in a transaction of its own, so that none waits for many."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.checkin.queries.facts import list_overdue_holds
from app.checkin.queries.homes import list_to_learn
from app.checkin.service import escalation, forgotten, homes, rule_stops
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.jobs import LONGEST_CATCH_UP, Daily, Every, Job, Turn
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


def stop_overturned_rules(turn: Turn) -> None:
    """Stop rules that people overturn more often than policy allows, and tell the operators' log and the audit."""
    with transaction() as session:
        stopped = rule_stops.stop_overturned(session, actor=turn.actor, at=turn.at)
    for code, outcome in stopped.items():
        log.warning(
            "rule_stopped",
            rule=code.value,
            overturned=outcome.overturned,
            upheld=outcome.upheld,
            region=turn.actor.region,
        )


def learn_homes(turn: Turn) -> None:
    """Learn the homes of clients with newly accepted visits, and propose a place where the approved ones look wrong."""
    found, since = list[tuple[UUID, datetime]](), turn.due_at - LONGEST_CATCH_UP
    with transaction() as session:
        while page := list_to_learn(session, since=since, after=found[-1][0] if found else None, limit=AT_ONCE):
            found += page
    learn = partial(homes.learn, actor=turn.actor, at=turn.at)
    _one_by_one({client_id: partial(learn, client_id=client_id, learned_at=last) for client_id, last in found})


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
        "stop_overturned_rules",
        Daily(time(2, 0)),
        stop_overturned_rules,
        safe_twice_because="a stopped rule is not looked at again",
    ),
    Job(
        "learn_homes",
        Daily(time(2, 20)),
        learn_homes,
        safe_twice_because="what was learned is written over, and an open proposal keeps another away",
        lease=timedelta(minutes=30),
    ),
)
