"""What is due is computed from the clock and claimed by one leased row per job and due time.

Any number of workers is safe: a crashed run is taken over when its lease ends, a missed one is caught up. The due time
is in the clock's time, a demo's clock included; leases are in the machine's, which no demo moves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Update, and_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from app.kernel import clock
from app.kernel.db import Base, regional
from app.kernel.ids import EPOCH
from app.kernel.permissions import SystemActor

LONGEST_CATCH_UP = timedelta(days=40)
USUAL_LEASE = timedelta(minutes=5)


class JobRun(Base):
    """One run of a job that was due at `due_at`; `finished_at` is None while it runs or after a crash."""

    __tablename__ = "job_run"
    __table_args__ = (regional(update=("started_at", "lease_until", "finished_at"), delete=True),)

    job: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    finished_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Every:
    """Due at each multiple of `period` since 1970, so that all workers agree."""

    period: timedelta

    def latest(self, *, until: datetime, zone: ZoneInfo) -> datetime:
        """The last due time not after `until`."""
        return until - (until - EPOCH) % self.period

    def next(self, due_at: datetime, *, zone: ZoneInfo) -> datetime:
        """The due time after `due_at`."""
        return due_at + self.period


@dataclass(frozen=True, slots=True)
class Daily:
    """Due once each day of the region, at `at` by its local clock."""

    at: time

    def latest(self, *, until: datetime, zone: ZoneInfo) -> datetime:
        """The last due time not after `until`."""
        today = self._on(until, zone=zone)
        return today if today <= until else self._on(until, zone=zone, days=-1)

    def next(self, due_at: datetime, *, zone: ZoneInfo) -> datetime:
        """The due time after `due_at`."""
        return self._on(due_at, zone=zone, days=1)

    def _on(self, instant: datetime, *, zone: ZoneInfo, days: int = 0) -> datetime:
        day = clock.local_date(instant, zone) + timedelta(days=days)
        return datetime.combine(day, self.at, tzinfo=zone).astimezone(EPOCH.tzinfo)


class Missed(StrEnum):
    """What becomes of the due times that passed while no worker ran."""

    LATEST_ONLY = "latest_only"  # one run does the work of all
    EACH = "each"  # each has work of its own, such as a day's


@dataclass(frozen=True, slots=True)
class Turn:
    """One run: who acts, the instant it was due, and the present one. A day's work takes its day from `due_at`."""

    actor: SystemActor
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """Work done for every region. `run` opens its own transactions in an application context bound to the region.

    `safe_twice_because` says why a run may begin anew after a crash in its middle. `lease` is longer than any run; one
    above the usual gives the job a thread of its own in each worker, so that the others do not wait for it, and so does
    `waits_for_none`: it does not wait for the others.
    """

    name: str
    schedule: Every | Daily
    run: Callable[[Turn], None]
    safe_twice_because: str
    missed: Missed = Missed.LATEST_ONLY
    lease: timedelta = USUAL_LEASE
    waits_for_none: bool = False


def due_times(
    schedule: Every | Daily, *, missed: Missed, after: datetime | None, until: datetime, zone: ZoneInfo
) -> Sequence[datetime]:
    """Due times later than `after` and not later than `until`, in order; the latest alone where that is enough.

    Without `after` the job never ran, and nothing was missed but the latest. At most 40 days are caught up.
    """
    latest = schedule.latest(until=until, zone=zone)
    if after is None:
        return (latest,)
    if latest <= after:
        return ()
    if missed is Missed.LATEST_ONLY:
        return (latest,)
    found = [schedule.next(schedule.latest(until=max(after, until - LONGEST_CATCH_UP), zone=zone), zone=zone)]
    while found[-1] < latest:
        found.append(schedule.next(found[-1], zone=zone))
    return tuple(found)


def claim_statement(job: Job, *, due_at: datetime, now: datetime) -> ReturningInsert[datetime]:
    """The leased row; a row returned means that the run is the caller's. `now` is the machine's."""
    fresh = insert(JobRun).values(job=job.name, due_at=due_at, started_at=now, lease_until=now + job.lease)
    return fresh.on_conflict_do_update(
        index_elements=["job", "due_at"],
        set_={"started_at": fresh.excluded.started_at, "lease_until": fresh.excluded.lease_until},
        where=and_(JobRun.finished_at.is_(None), JobRun.lease_until < fresh.excluded.started_at),
    ).returning(JobRun.started_at)


def finish_statement(job: Job, *, due_at: datetime, started_at: datetime, now: datetime) -> Update:
    """Mark a run done, unless another worker took it over meanwhile."""
    return _own_run(job, due_at=due_at, started_at=started_at).values(finished_at=now)


def release_statement(job: Job, *, due_at: datetime, started_at: datetime, retry_at: datetime) -> Update:
    """Let a failed run be tried again at `retry_at`, by any worker."""
    return _own_run(job, due_at=due_at, started_at=started_at).values(lease_until=retry_at)


def _own_run(job: Job, *, due_at: datetime, started_at: datetime) -> Update:
    return update(JobRun).where(
        JobRun.job == job.name,
        JobRun.due_at == due_at,
        JobRun.started_at == started_at,
        JobRun.finished_at.is_(None),
    )
