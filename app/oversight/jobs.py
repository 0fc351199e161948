"""Looks each night for what the risk rules find in the month of yesterday, and in the one before it for some days."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby

import structlog
from sqlalchemy import text

from app.kernel import clock
from app.kernel.db import beside, transaction
from app.kernel.jobs import Daily, Job, Turn
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.oversight.queries.month import month_sources
from app.oversight.risk_rules import RULES
from app.oversight.service.finding import keep_hits
from app.oversight.sources import RiskRule, Sources
from app.oversight.types import Hit

LATE = timedelta(days=3)  # until then phones bring what they told before (assumed)
# A month takes longer than a request may, is sorted in more memory, and is read to its end.
BOUNDS = (
    "SET LOCAL statement_timeout = '10min'",
    "SET LOCAL idle_in_transaction_session_timeout = '10min'",
    "SET LOCAL work_mem = '128MB'",
    "SET LOCAL cursor_tuple_fraction = 1.0",
)
log = structlog.get_logger()


def find_risks(turn: Turn) -> None:
    """Run every rule over the month of the day before the one on which the run was due, and over the one that had
    ended shortly before."""
    yesterday = clock.local_date(turn.due_at, zone_of(turn.actor.region)) - timedelta(days=1)
    for month in sorted({each.replace(day=1) for each in (yesterday, yesterday - LATE)}):
        find_in_month(month, region=turn.actor.region, at=turn.at)


def find_in_month(month: date, *, region: str, at: datetime) -> dict[str, int]:
    """Run every rule over a month, named by its first day; how many visits each named that it had not named before."""
    return find_in_days(month, (month + timedelta(days=31)).replace(day=1), region=region, at=at)


def find_in_days(first: date, beyond: date, *, region: str, at: datetime) -> dict[str, int]:
    """The same over the days `[first, beyond)`, kept under the month in which they begin."""
    sources = month_sources(first=first, beyond=beyond, zone=zone_of(region), keys=current_settings().key_ring)
    month = first.replace(day=1)
    failure: Exception | None = None
    named = {}
    for rule in RULES.values():
        try:
            named[rule.name] = run_rule(rule, sources, month=month, region=region, at=at)
        except Exception as error:
            log.error("risk_rule_failed", rule=rule.name, kind=type(error).__name__)
            failure = error
    if failure is not None:
        raise failure
    return named


def run_rule(rule: RiskRule, sources: Sources, *, month: date, region: str, at: datetime) -> int:
    """Keep what a rule finds, each subject in a transaction beside the one that reads: visits are locked briefly.

    One that cannot be kept stops no other, and lets the run fail at its end, to be tried again.
    """
    failure: Exception | None = None
    named = 0
    with transaction() as reading:
        for statement in BOUNDS:
            reading.execute(text(statement))
        for hits in _by_subject(rule.find(reading, sources)):
            try:
                with beside() as writing:
                    named += len(keep_hits(writing, rule, hits, month=month, region=region, at=at))
            except Exception as error:
                subject = str(hits[0].subject_id)
                log.error("finding_failed", rule=rule.name, kind=type(error).__name__, subject_id=subject)
                failure = error
    if failure is not None:
        raise failure
    return named


def _by_subject(found: Iterator[Hit]) -> Iterator[list[Hit]]:
    for _, hits in groupby(found, key=lambda hit: hit.subject_id):
        yield list(hits)


JOBS = (
    Job(
        "find_risks",
        Daily(time(1, 30)),
        find_risks,
        safe_twice_because="a finding names a visit once, and only a visit that is new to it waits",
        lease=timedelta(minutes=30),
    ),
)
