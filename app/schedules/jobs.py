"""What the worker does about visits, region by region."""

from datetime import timedelta

from app.kernel.db import transaction
from app.kernel.jobs import Every, Job, Turn
from app.schedules.service import planning


def miss_overdue_visits(turn: Turn) -> None:
    """Call visits missed that nobody began in time."""
    with transaction() as session:
        planning.miss_overdue(session, actor=turn.actor, at=turn.at)


JOBS = (
    Job(
        "miss_overdue_visits",
        Every(timedelta(minutes=5)),
        miss_overdue_visits,
        safe_twice_because="only visits that are still planned are moved",
    ),
)
