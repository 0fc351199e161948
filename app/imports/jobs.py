"""Works on uploaded files, one after another, and deletes those that are needed no longer; one file by command."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from time import sleep
from uuid import UUID

from app.imports import queries
from app.imports.commands import RunView, Upload
from app.imports.service import keeping, running
from app.imports.service.returning import OPEN_STATES
from app.imports.service.upload import receive
from app.kernel import clock
from app.kernel.db import beside, transaction
from app.kernel.jobs import Daily, Every, Job, Turn
from app.kernel.permissions import SystemActor

LOOK_EVERY_S = 0.5


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


def receive_file(upload: Upload, *, actor: SystemActor, at: datetime) -> RunView:
    """Take a file in as a region's system; raises KindNeedsAccount."""
    with transaction() as session:
        return receive(session, upload, actor=actor, grants_version=None, at=at)


def run_to_end(run_id: UUID, *, actor: SystemActor, at: datetime, advanced: Callable[[RunView], None]) -> RunView:
    """Do one run here, or wait for the worker that has it and take over if that one dies; answers what it came to.

    `advanced` is told how far it is, whoever does it.
    """

    def look() -> RunView:
        with beside() as session:
            return queries.get_run(session, run_id=run_id, actor=actor)

    while (seen := look()).state in OPEN_STATES:
        with transaction() as session:
            mine = running.claim(session, now=clock.machine_now(), at=at, only=run_id)
        if mine is None:
            advanced(seen)
            sleep(LOOK_EVERY_S)
        else:
            running.run(
                run_id,
                region=actor.region,
                at=at,
                machine_now=clock.machine_now,
                advanced=lambda: advanced(look()),
            )
    return seen


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
