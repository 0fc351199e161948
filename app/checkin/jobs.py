"""What the worker does about facts, region by region."""

from datetime import time, timedelta

from app.checkin.service import forgotten, reviews
from app.kernel.db import transaction
from app.kernel.jobs import Daily, Every, Job, Turn


def close_forgotten_visits(turn: Turn) -> None:
    """Close visits nobody ended."""
    with transaction() as session:
        forgotten.close_forgotten(session, actor=turn.actor, at=turn.at)


def escalate_overdue_facts(turn: Turn) -> None:
    """Hand up, or pay and mark, what nobody decided in time."""
    while True:
        with transaction() as session:
            ended = reviews.escalate_overdue(session, actor=turn.actor, at=turn.at)
        if ended < reviews.AT_ONCE:
            return


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
)
