"""What the worker does about facts, region by region: each in a transaction of its own, so that none waits for many."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.checkin.queries.facts import list_overdue_holds
from app.checkin.queries.homes import list_to_learn
from app.checkin.queries.photos import list_to_compare
from app.checkin.service import escalation, fading, forgotten, homes, photo_jobs, prompts, reminders, rule_stops
from app.checkin.service.photos import object_name
from app.gateways.object_store import asking_store
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.jobs import LONGEST_CATCH_UP, Daily, Every, Job, Turn
from app.kernel.regions import zone_of
from app.policies.service import current_book

AT_ONCE = 100
MOST_COMPARED = 500
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


def compare_photos(turn: Turn) -> None:
    """Look for copies among the photos of all carers."""
    with transaction() as session:
        photo_ids = list_to_compare(session, limit=MOST_COMPARED)
    compare = partial(photo_jobs.compare, actor=turn.actor, at=turn.at)
    _one_by_one({photo_id: partial(compare, photo_id=photo_id) for photo_id in photo_ids})


def delete_old_photos(turn: Turn) -> None:
    """Delete photos kept long enough: the intent is committed first, so that no object is left without a row."""
    while True:
        with transaction() as session:
            ids = photo_jobs.begin_deleting(session, actor=turn.actor, at=turn.at, limit=AT_ONCE)
        if not ids:
            return
        for photo_id in ids:
            with asking_store() as store:
                store.delete(object_name(photo_id, region=turn.actor.region))
        with transaction() as session:
            photo_jobs.end_deleting(session, ids, actor=turn.actor, at=turn.at)


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


def open_prompts(turn: Turn) -> None:
    """Ask family carers where they are, at the times drawn for them."""
    with transaction() as session:
        prompts.open_prompts(session, actor=turn.actor, at=turn.at)


def remind_people(turn: Turn) -> None:
    """Remind carers and guardians by WeChat of what waits for them."""
    with transaction() as session:
        reminders.remind_people(session, actor=turn.actor, at=turn.at)


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
        "compare_photos",
        Every(timedelta(minutes=1)),
        compare_photos,
        safe_twice_because="a photo that was compared is not looked at again",
        lease=timedelta(minutes=30),
    ),
    Job(
        "delete_old_photos",
        Daily(time(3, 40)),
        delete_old_photos,
        safe_twice_because="what was begun is ended, and what is deleted stays deleted",
        lease=timedelta(minutes=30),
    ),
    Job(
        "fade_positions",
        Daily(time(4, 10)),
        fade_rows,
        safe_twice_because="what is deleted stays deleted",
        lease=timedelta(minutes=30),
    ),
    Job(
        "open_prompts",
        Every(timedelta(minutes=5)),
        open_prompts,
        safe_twice_because="a carer has one prompt of one time",
    ),
    Job("remind_people", Every(timedelta(minutes=5)), remind_people, safe_twice_because="a cause is told once"),
    Job(
        "learn_homes",
        Daily(time(2, 20)),
        learn_homes,
        safe_twice_because="what was learned is written over, and an open proposal keeps another away",
        lease=timedelta(minutes=30),
    ),
)
