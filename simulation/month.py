"""One made-up month from its seed to its report, in the region that the session is bound to."""

from random import Random

from app.kernel import clock
from app.kernel.db import session, transaction
from app.kernel.settings import current_settings
from app.oversight.jobs import find_in_month
from simulation import frauds, honest, people, writing
from simulation.report import Report, report_on


def simulate(seed: int, *, carers: int, days: int) -> Report:
    """Make a month, write it, run the rules as the night does, and compare."""
    rng = Random(seed)
    month = honest.work_honestly(people.build(rng, people=carers), rng, days=days)
    frauds.commit(month, rng)
    with transaction() as current:
        writing.write(current, month, keys=current_settings().key_ring)
    find_in_month(honest.FIRST, region=session().region, at=clock.now())
    return report_on(session(), month)
