"""What the worker does about reminders, region by region."""

from datetime import time

from app.kernel.db import transaction
from app.kernel.jobs import Daily, Job, Turn
from app.messaging.service import reminding


def forget_reminders(turn: Turn) -> None:
    """Delete messages sent days ago, and addresses to which nothing may be sent."""
    with transaction() as session:
        reminding.forget(session, at=turn.at)


JOBS = (
    Job("forget_reminders", Daily(time(3, 45)), forget_reminders, safe_twice_because="what is deleted stays deleted"),
)
