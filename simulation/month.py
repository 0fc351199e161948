"""One made-up month from its seed to its report, in the region that the session is bound to."""

from random import Random

from app.checkin.jobs import MOST_COMPARED, compare_photos
from app.kernel import clock
from app.kernel.db import session, transaction
from app.kernel.jobs import Turn
from app.kernel.permissions import SystemActor
from app.kernel.settings import current_settings
from app.oversight.jobs import find_in_month
from simulation import frauds, honest, people, photos, writing
from simulation.report import Report, report_on


def simulate(seed: int, *, carers: int, days: int) -> Report:
    """Make a month, write it, compare its photos and run the rules as jobs do, and compare what they found."""
    rng = Random(seed)
    month = honest.work_honestly(people.build(rng, people=carers), rng, days=days)
    frauds.commit(month, rng)
    photos.take(month, rng)
    with transaction() as current:
        writing.write(current, month, keys=current_settings().key_ring)
    region, now = session().region, clock.now()
    for _ in range(0, sum(work.photo is not None for work in month.works), MOST_COMPARED):
        compare_photos(Turn(SystemActor(region, "compare_photos"), due_at=now, at=now))
    find_in_month(honest.FIRST, region=region, at=now)
    return report_on(session(), month)
