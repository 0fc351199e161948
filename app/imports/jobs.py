"""Works on uploaded files, one after another, and deletes those that are needed no longer."""

from datetime import datetime, time, timedelta

from app.imports.service import keeping, running
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.jobs import Daily, Every, Job, Turn


def run_imports(turn: Turn) -> None:
    """Run everything that waits in the region."""
    run_waiting(turn.actor.region, at=turn.at)


def run_waiting(region: str, *, at: datetime) -> int:
    """Run what waits, until nothing does; answers how many runs ended."""
    ended = 0
    while True:
        with transaction() as session:
            run_id = running.claim(session, now=clock.machine_now(), at=at)
        if run_id is None:
            return ended
        running.run(run_id, region=region, at=at, machine_now=clock.machine_now)
        ended += 1


def delete_files(turn: Turn) -> None:
    """Delete files and reasons of runs that ended long ago; what they came to stays."""
    with transaction() as session:
        keeping.delete_old(session, at=turn.at)


JOBS = (
    Job(
        "run_imports",
        Every(timedelta(seconds=2)),
        run_imports,
        safe_twice_because="a run is claimed by its own lease, and what it writes is committed together with its end",
        lease=timedelta(minutes=30),
    ),
    Job("delete_import_files", Daily(time(3, 40)), delete_files, safe_twice_because="what is deleted stays deleted"),
)
