"""All jobs of the worker. A package offers its own in `jobs.py`; those of the kernel's tables are here."""

from datetime import time, timedelta

from app.accounts.jobs import JOBS as ACCOUNTS
from app.checkin.jobs import JOBS as CHECKIN
from app.imports.jobs import JOBS as IMPORTS
from app.kernel import clock, outbox, resend
from app.kernel.db import transaction
from app.kernel.jobs import Daily, Every, Job, Missed, Turn
from app.kernel.regions import zone_of
from app.kernel.sealing.handing_out import hand_out, send_out
from app.kernel.sealing.sealing import seal_day
from app.kernel.settings import current_settings
from app.kernel.worker import clear_runs
from app.messaging.jobs import JOBS as MESSAGING
from app.oversight.jobs import JOBS as OVERSIGHT
from app.payouts.jobs import JOBS as PAYOUTS
from app.registry.jobs import JOBS as REGISTRY
from app.schedules.jobs import JOBS as SCHEDULES


def send_outbox(turn: Turn) -> None:
    """Send what the outbox holds."""
    outbox.send_due(at=turn.at, keys=current_settings().key_ring)


def send_alerts(turn: Turn) -> None:
    """Send what may not wait."""
    keys = current_settings().key_ring
    outbox.send_due(at=turn.at, keys=keys, lease=outbox.URGENT_LEASE, are_urgent=True)


def clear_outbox(turn: Turn) -> None:
    """Delete messages sent long ago."""
    outbox.clear_sent(at=turn.at)


def clear_idempotency_keys(turn: Turn) -> None:
    """Delete keys that nobody repeats a request with any more."""
    resend.clear_keys(at=turn.at)


def seal_yesterday(turn: Turn) -> None:
    """Seal the local day before the one on which the run was due, and hand the seal out."""
    region, settings = turn.actor.region, current_settings()
    zone = zone_of(region)
    day = clock.local_date(turn.due_at, zone) - timedelta(days=1)
    with transaction() as session:
        seal_day(session, region=region, day=day, zone=zone, keys=settings.seal_keys, at=turn.at)
    with transaction() as session:
        hand_out(session, region=region, folder=settings.seals_dir)
    if settings.seals_inbox is not None:
        inbox, keys = settings.seals_inbox.url, settings.key_ring
        with transaction() as session:
            send_out(session, region=region, inbox=inbox, at=turn.at, keys=keys)


KERNEL_JOBS = (
    Job(
        "send_outbox",
        Every(timedelta(seconds=5)),
        send_outbox,
        safe_twice_because="each message is leased, and keeps its id when it is sent again",
        lease=timedelta(minutes=30),
    ),
    Job(
        "send_alerts",
        Every(timedelta(seconds=5)),
        send_alerts,
        safe_twice_because="each message is leased, and keeps its id when it is sent again",
        lease=outbox.URGENT_LEASE,  # a worker that dies holds up the next one for no longer
        waits_for_none=True,
    ),
    Job("clear_outbox", Daily(time(3, 10)), clear_outbox, safe_twice_because="what is deleted stays deleted"),
    Job(
        "clear_idempotency_keys",
        Daily(time(3, 20)),
        clear_idempotency_keys,
        safe_twice_because="what is deleted stays deleted",
    ),
    Job(
        "seal_yesterday",
        Daily(time(0, 40)),
        seal_yesterday,
        safe_twice_because="a day has one seal, and a file that is there stays",
        missed=Missed.EACH,
        lease=timedelta(minutes=30),
    ),
    Job("clear_job_runs", Daily(time(3, 30)), clear_runs, safe_twice_because="what is deleted stays deleted"),
)

JOBS: tuple[Job, ...] = (
    *KERNEL_JOBS,
    *ACCOUNTS,
    *MESSAGING,
    *IMPORTS,
    *REGISTRY,
    *SCHEDULES,
    *CHECKIN,
    *PAYOUTS,
    *OVERSIGHT,
)
