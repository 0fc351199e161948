"""The worker: at each tick it runs what is due in every region, one job after another.

A job that may take long has a thread of its own, see `lanes_of`: nothing waits for it but its own runs.
"""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.kernel import clock
from app.kernel.db import db, session, transaction
from app.kernel.jobs import (
    USUAL_LEASE,
    Job,
    JobRun,
    Turn,
    claim_statement,
    due_times,
    finish_statement,
    release_statement,
)
from app.kernel.permissions import SystemActor
from app.kernel.readiness import Readiness, gather, judge_rights
from app.kernel.regions import region_codes, zone_of
from app.kernel.settings import EXTENSION

TICK = timedelta(seconds=1)
RETRY_AFTER = timedelta(seconds=30)
KEEP_RUNS = timedelta(days=7)

log = structlog.get_logger()


class RightsTooWide(RuntimeError):
    """Production runs as owner or superuser; the text is a sentence for the operator."""


@dataclass
class Worker:
    """Runs `jobs` for every region. `stopping` is asked between two runs; a run itself is never cut."""

    app: Flask
    jobs: Sequence[Job]
    stopping: Callable[[], bool] = lambda: False
    _done: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def run_due(self) -> int:
        """Run everything that is due now and nobody else has claimed; returns how many runs ended well."""
        return sum(self._try_region(region) for region in self._regions())

    def _regions(self) -> list[str]:
        with self.app.app_context(), db.engine.connect() as connection:
            return region_codes(connection)

    def _try_region(self, region: str) -> int:
        """Trouble with one region must not keep the next ones from their jobs; the next tick tries again."""
        try:
            return self._run_region(region)
        except Exception as error:
            log.error("region_trouble", region=region, kind=type(error).__name__, sqlstate=_state_of(error))
            return 0

    def _run_region(self, region: str) -> int:
        return sum(self._run_job(job, region=region) for job in self.jobs)

    def _run_job(self, job: Job, *, region: str) -> int:
        now = clock.now()
        with self.app.app_context():
            if self._done.get((region, job.name)) == job.schedule.latest(until=now, zone=zone_of(region)):
                return 0
        ended = 0
        for due_at in self._waiting(job, region=region, now=now):
            if self.stopping() or not self._run_once(job, region=region, due_at=due_at):
                return ended
            ended += 1
        return ended

    def _waiting(self, job: Job, *, region: str, now: datetime) -> list[datetime]:
        """Due times to run, oldest first: those a crash left unfinished, then those that no row tells of."""
        with self.app.app_context():
            zone = zone_of(region)
            session().bind_region(region)
            last = session().scalar(select(func.max(JobRun.due_at)).where(JobRun.job == job.name))
            unfinished = session().scalars(
                select(JobRun.due_at)
                .where(JobRun.job == job.name, JobRun.finished_at.is_(None))
                .order_by(JobRun.due_at)
            )
            left = list(unfinished)
        new = due_times(job.schedule, missed=job.missed, after=last, until=now, zone=zone)
        if not left and not new and last is not None:
            self._done[region, job.name] = last
        return [*left, *new]

    def _run_once(self, job: Job, *, region: str, due_at: datetime) -> bool:
        """Claim one run and do it. False when it is another worker's, or failed: later due times wait for it."""
        with self.app.app_context():
            session().bind_region(region)
            with transaction() as current:
                started_at = current.scalar(claim_statement(job, due_at=due_at, now=clock.machine_now()))
            if started_at is None:
                return False
            fields = {"job": job.name, "region": region, "due_at": due_at.isoformat()}
            try:
                job.run(Turn(SystemActor(region, job.name), due_at, clock.now()))
            except Exception as error:  # one failing job must not end the worker
                log.error("job_failed", kind=type(error).__name__, sqlstate=_state_of(error), **fields)
                self._release(job, due_at=due_at, started_at=started_at)
                return False
            return self._finish(job, due_at=due_at, started_at=started_at, fields=fields)

    def _finish(self, job: Job, *, due_at: datetime, started_at: datetime, fields: dict[str, str]) -> bool:
        session().rollback()  # a job commits by transaction() alone
        with transaction() as current:
            mine = finish_statement(job, due_at=due_at, started_at=started_at, now=clock.machine_now())
            ended = current.scalar(mine.returning(JobRun.due_at)) is not None
        log.info("job_done" if ended else "job_taken_over", **fields)
        return ended

    def _release(self, job: Job, *, due_at: datetime, started_at: datetime) -> None:
        session().rollback()  # what the job left undone
        retry_at = clock.machine_now() + min(RETRY_AFTER, job.lease)
        with transaction() as current:
            current.execute(release_statement(job, due_at=due_at, started_at=started_at, retry_at=retry_at))


def _state_of(error: Exception) -> str | None:
    """SQLSTATE of a database error; its text may hold personal data and is not logged."""
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def clear_runs(turn: Turn) -> None:
    """Delete rows of runs that finished more than a week ago; each job keeps its last one, which says what is due."""
    last = select(JobRun.job, func.max(JobRun.due_at).label("due_at")).group_by(JobRun.job).subquery()
    with transaction() as current:
        current.execute(
            delete(JobRun).where(
                JobRun.finished_at < clock.machine_now() - KEEP_RUNS,
                JobRun.due_at < select(last.c.due_at).where(last.c.job == JobRun.job).scalar_subquery(),
            )
        )


def lanes_of(jobs: Sequence[Job]) -> list[Sequence[Job]]:
    """Which jobs wait for each other: the short ones do, and each that asks for more than the usual lease, or may not
    wait, has its own.

    So a job whose run takes more than seconds states such a lease. It works in many short transactions, so that it
    holds no lock for long, and it is safe to begin anew when its worker dies.
    """
    alone = [job for job in jobs if job.lease > USUAL_LEASE or job.waits_for_none]
    short = [job for job in jobs if job not in alone]
    return [lane for lane in (short, *([job] for job in alone)) if lane]


def work_until_stopped(app: Flask, jobs: Sequence[Job]) -> None:
    """Tick until SIGTERM or SIGINT, then let the running jobs end. Returns when they have.

    Raises RightsTooWide before the first tick.
    """
    stop = threading.Event()

    def order_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, order_stop)
    _check_rights(app, stop=stop)
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(len(jobs))})
    for lane in lanes_of(jobs):
        scheduler.add_job(
            _tick,
            "interval",
            args=[Worker(app, lane, stopping=stop.is_set)],
            seconds=TICK.total_seconds(),
            next_run_time=clock.machine_now(),
            coalesce=True,
        )
    scheduler.start()
    log.info("worker_started", jobs=[job.name for job in jobs])
    stop.wait()
    scheduler.shutdown(wait=True)
    log.info("worker_stopped")


def _check_rights(app: Flask, *, stop: threading.Event) -> None:
    """Ask once, as soon as the database answers, whether this process may change sealed rows."""
    rights = _rights_of(app)
    while rights is None and not stop.wait(TICK.total_seconds()):
        rights = _rights_of(app)
    if rights is not None and rights.problems:
        raise RightsTooWide("; ".join(rights.problems))


def _rights_of(app: Flask) -> Readiness | None:
    is_production = app.extensions[EXTENSION].is_production
    try:
        with app.app_context(), db.engine.connect() as connection:
            regions = region_codes(connection)
            return gather(judge_rights(connection, region, is_production=is_production) for region in regions)
    except SQLAlchemyError as error:
        log.warning("database_trouble", kind=type(error).__name__, sqlstate=_state_of(error))
        return None


def _tick(worker: Worker) -> None:
    try:
        worker.run_due()
    except SQLAlchemyError as error:  # the database is away for a while: the next tick tries again
        log.warning("database_trouble", kind=type(error).__name__, sqlstate=_state_of(error))
