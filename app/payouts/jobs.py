"""What the worker does about subsidies, region by region."""

from datetime import time, timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError

from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from app.kernel.jobs import Daily, Every, Job, Turn
from app.payouts.queries.runs import next_open
from app.payouts.service import compute, due, reminders, runs

WORK_FOR = timedelta(seconds=10)  # the worker's other jobs wait meanwhile
UNEXPECTED = "computation_failed"

log = structlog.get_logger()


def compute_months(turn: Turn) -> None:
    """Go on with the months that were asked for, one after the other; the next turn does what is left."""
    began = clock.machine_now()
    while clock.machine_now() - began < WORK_FOR:
        with transaction() as session:
            run_id = next_open(session)
        if run_id is None:
            return
        _compute_some(turn, run_id)


def request_late_months(turn: Turn) -> None:
    """Look for late news in the last months."""
    with transaction() as session:
        runs.request_late_months(session, actor=turn.actor, due_at=turn.due_at, at=turn.at)


def remind_of_due(turn: Turn) -> None:
    """Tell the operator's log and the audit what must be paid soon or is late."""
    with transaction() as session:
        overdue, soon = due.note_due(session, actor=turn.actor, at=turn.at)
    if overdue or soon:
        log.warning("subsidies_due", overdue=overdue, soon=soon, region=turn.actor.region)


def remind_of_returns(turn: Turn) -> None:
    """Tell family carers by WeChat what the bank sent back."""
    with transaction() as session:
        reminders.remind_of_returns(session, actor=turn.actor, at=turn.at)


def _compute_some(turn: Turn, run_id: UUID) -> None:
    """A run that cannot go on ends with a code, and others go on; a database that is away or busy is tried again."""
    try:
        with transaction() as session:
            compute.compute_some(session, run_id=run_id, actor=turn.actor, at=turn.at)
    except OperationalError:
        raise
    except Exception as error:
        code = error.code if isinstance(error, DomainError) else UNEXPECTED
        log.error("month_run_failed", run=str(run_id), kind=type(error).__name__, code=code, region=turn.actor.region)
        with transaction() as session:
            runs.fail_run(session, run_id=run_id, code=code, actor=turn.actor, at=turn.at)


JOBS = (
    Job(
        "compute_months",
        Every(timedelta(seconds=3)),
        compute_months,
        safe_twice_because="a run remembers its last client, and money moves under one lock",
        lease=timedelta(seconds=30),
    ),
    Job(
        "request_late_months",
        Daily(time(2, 10)),
        request_late_months,
        safe_twice_because="a month has one open run, and one of the same facts stores nothing",
    ),
    Job(
        "remind_of_returns", Every(timedelta(minutes=15)), remind_of_returns, safe_twice_because="a cause is told once"
    ),
    Job("remind_of_due", Daily(time(8, 0)), remind_of_due, safe_twice_because="it only tells, a second time the same"),
)
