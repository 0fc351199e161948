"""A process for tests of workers and of the outbox; settings come by the environment.

`python -m tests.kernel.job_process work LOG SECONDS LEASE WORKERS` runs one slow job that writes its begin and end into
LOG, once so many workers are ready.
`python -m tests.kernel.job_process send LOG LEASE` sends what is due in Tianjin and dies after the first call.
"""

import os
import signal
import sys
import time
from datetime import time as daytime
from datetime import timedelta
from pathlib import Path

from app.factory import create_app
from app.kernel import clock
from app.kernel.db import session
from app.kernel.jobs import Daily, Job, Turn
from app.kernel.outbox import Outgoing, send_due, use_channel
from app.kernel.settings import current_settings
from app.kernel.worker import Worker


def note(log: Path, *words: str) -> None:
    """Append one line at once: O_APPEND keeps lines of two processes apart."""
    with log.open("a", encoding="utf-8") as file:
        file.write(" ".join(words) + "\n")


def slow_job(log: Path, *, seconds: float, lease: timedelta) -> Job:
    def run(turn: Turn) -> None:
        note(log, "begin", turn.actor.region, str(os.getpid()))
        time.sleep(seconds)
        note(log, "end", turn.actor.region, str(os.getpid()))

    return Job("slow", Daily(daytime(0, 0)), run, safe_twice_because="it only notes", lease=lease)


def work(log: Path, seconds: float, lease: float, workers: int) -> None:
    worker = Worker(create_app(), [slow_job(log, seconds=seconds, lease=timedelta(seconds=lease))])
    note(log, "ready", str(os.getpid()))
    while log.read_text(encoding="utf-8").count("ready") < workers:
        time.sleep(0.01)
    until = time.monotonic() + 4 * seconds
    while time.monotonic() < until:
        worker.run_due()
        time.sleep(0.02)


def send(log: Path, lease: float) -> None:
    app = create_app()

    def die(message: Outgoing) -> None:
        note(log, "sent", str(message.id))
        os.kill(os.getpid(), signal.SIGKILL)

    use_channel(app, "test", die)
    with app.app_context():
        session().bind_region("tianjin")
        send_due(at=clock.now(), keys=current_settings().key_ring, lease=timedelta(seconds=lease))


if __name__ == "__main__":
    if sys.argv[1] == "work":
        work(Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))
    else:
        send(Path(sys.argv[2]), float(sys.argv[3]))
