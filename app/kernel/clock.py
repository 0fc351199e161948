"""The only source of now.

A demo clock is one row in `public.demo_clock`: the demo's instant at a real instant. A process keeps what it read for
a moment; in production, where the table's row is refused, it is never looked at.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

READ_EVERY_S = 0.02  # a demo waits this long whenever it moves its clock


class DemoClock:
    """Shifts real time by what `read_shift` finds, asked at most every `READ_EVERY_S`."""

    def __init__(self, read_shift: Callable[[], timedelta]) -> None:
        self._read_shift = read_shift
        self._lock = threading.Lock()
        self._shift = timedelta(0)
        self._read_at = float("-inf")

    def shift(self) -> timedelta:
        """How far the demo's time is from real time. What was read counts from when the reading began: whoever asks
        `READ_EVERY_S` after a move is told of it, however long the reading took."""
        with self._lock:
            begun_at = time.monotonic()
            if begun_at - self._read_at >= READ_EVERY_S:
                self._shift, self._read_at = self._read_shift(), begun_at
            return self._shift


_demo: DemoClock | None = None


def use_demo_clock(demo: DemoClock | None) -> None:
    """Install the demo's clock, or remove it. Called once by the factory, never in production."""
    global _demo
    _demo = demo


def now() -> datetime:
    """This instant, aware, UTC. Called by routes, jobs, kernel.access and kernel.jobs only, and passed down."""
    real = datetime.now(UTC)  # noqa: TID251 - the one place
    return real if _demo is None else real + _demo.shift()


def machine_now() -> datetime:
    """This machine's instant, aware, UTC: for leases and log lines only, which a demo's jumping clock must not move."""
    return datetime.now(UTC)  # noqa: TID251 - a lease lasts real seconds


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant in a region's zone."""
    return instant.astimezone(zone).date()


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant, UTC, at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
