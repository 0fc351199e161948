"""The demo's clock at a fixed start: tests say when it is, and time goes on from there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from app.kernel import clock


@contextmanager
def clock_at(instant: datetime) -> Iterator[None]:
    """Let the application's now be `instant`; afterwards it is again what it was before."""
    before = clock._demo
    shift = instant - datetime.now(UTC)  # noqa: TID251 - the real instant to count from
    clock.use_demo_clock(clock.DemoClock(lambda: shift))
    try:
        yield
    finally:
        clock.use_demo_clock(before)
