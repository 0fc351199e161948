"""The worker: at each tick it runs what is due in every region, one job after another."""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.kernel import clock
from app.kernel.db import db, session, transaction
from app.kernel.jobs import Job, JobRun, Turn, claim_statement, due_times, finish_statement, release_statement
from app.kernel.permissions import SystemActor
from app.kernel.regions import region_codes, zone_of

TICK = timedelta(seconds=1)
RETRY_AFTER = timedelta(seconds=30)
KEEP_RUNS = timedelta(days=7)

log = structlog.get_logger()


@dataclass
class Worker:
    """Runs `jobs` for every region. `stopping` is asked between two runs; a run itself is never cut."""

    app: Flask
    jobs: Sequence[Job]
    stopping: Callable[[], bool] = lambda: False
    _done: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def run_due(self) -> int:
        """Run everything that is due now and nobody else has claimed; returns how many runs ended well."""
        return sum(self._run_region(region) for region in self._regions())

    def _regions(self) -> list[str]:
        with self.app.app_context(), db.engine.connect() as connection:
            return region_codes(connection)

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


def work_until_stopped(app: Flask, jobs: Sequence[Job]) -> None:
    """Tick until SIGTERM or SIGINT, then let the running job end. Returns when it has."""
    stop = threading.Event()

    def order_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, order_stop)
    worker = Worker(app, jobs, stopping=stop.is_set)
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        lambda: _tick(worker),
        "interval",
        seconds=TICK.total_seconds(),
        next_run_time=clock.machine_now(),
        coalesce=True,
    )
    scheduler.start()
    log.info("worker_started", jobs=[job.name for job in jobs])
    stop.wait()
    scheduler.shutdown(wait=True)
    log.info("worker_stopped")


def _tick(worker: Worker) -> None:
    try:
        worker.run_due()
    except SQLAlchemyError as error:  # the database is away for a while: the next tick tries again
        log.warning("database_trouble", kind=type(error).__name__, sqlstate=_state_of(error))
