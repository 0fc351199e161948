"""What the worker tells of the registry, region by region."""

from collections.abc import Callable
from datetime import time
from functools import partial

import structlog

from app.kernel import audit, clock
from app.kernel.db import transaction
from app.kernel.jobs import Daily, Job, Turn
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.registry.ending_certificates import count_ending_certificates
from app.registry.overdue_reviews import count_overdue_reviews

log = structlog.get_logger()


def remind_of_reviews(turn: Turn) -> None:
    """Tell the operator's log and the audit how many reviews are overdue."""
    _tell(turn, "reviews.overdue", about="client", count=partial(count_overdue_reviews, region=turn.actor.region))


def remind_of_certificates(turn: Turn) -> None:
    """Tell how many carers have no certificate some weeks from now, of each agency that employs them then."""
    _tell(turn, "certificates.ending", about="carer", count=count_ending_certificates)


def _tell(turn: Turn, what: str, *, about: str, count: Callable[..., dict[str, int]]) -> None:
    """Count today and tell it, if there is anything."""
    region = turn.actor.region
    today = clock.local_date(turn.at, zone_of(region))
    with transaction() as session:
        found = count(session, on=today)
        if found:
            audit.record(
                session,
                what,
                actor=turn.actor,
                at=turn.at,
                subject=(about, None),
                details={"count": found},
                keys=current_settings().key_ring,
            )
    if found:
        log.warning(what.replace(".", "_"), count=sum(found.values()), region=region)


JOBS = (
    Job(
        "remind_of_reviews",
        Daily(time(8, 0)),
        remind_of_reviews,
        safe_twice_because="it only tells, a second time the same",
    ),
    Job(
        "remind_of_certificates",
        Daily(time(8, 0)),
        remind_of_certificates,
        safe_twice_because="it only tells, a second time the same",
    ),
)
