"""What the worker tells of the registry, region by region."""

from datetime import time

import structlog

from app.kernel import audit, clock
from app.kernel.db import transaction
from app.kernel.jobs import Daily, Job, Turn
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.registry.overdue_reviews import count_overdue_reviews

log = structlog.get_logger()


def remind_of_reviews(turn: Turn) -> None:
    """Tell the operator's log and the audit how many reviews are overdue."""
    region = turn.actor.region
    today = clock.local_date(turn.at, zone_of(region))
    with transaction() as session:
        found = count_overdue_reviews(session, region=region, on=today)
        if found:
            audit.record(
                session,
                "reviews.overdue",
                actor=turn.actor,
                at=turn.at,
                subject=("client", None),
                details={"count_by_district": found},
                keys=current_settings().key_ring,
            )
    if found:
        log.warning("reviews_overdue", count=sum(found.values()), region=region)


JOBS = (
    Job(
        "remind_of_reviews",
        Daily(time(8, 0)),
        remind_of_reviews,
        safe_twice_because="it only tells, a second time the same",
    ),
)
