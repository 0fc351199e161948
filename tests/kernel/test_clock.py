"""The demo's clock: how long a process keeps what it read."""

import time
from datetime import timedelta

from app.kernel.clock import READ_EVERY_S, DemoClock

HOUR = timedelta(hours=1)


def test_what_a_slow_reading_found_is_not_kept_beyond_its_time():
    shifts = iter([HOUR, 2 * HOUR])

    def read_slowly() -> timedelta:
        found = next(shifts)
        time.sleep(READ_EVERY_S)  # meanwhile the clock is moved
        return found

    clock = DemoClock(read_slowly)

    assert [clock.shift(), clock.shift()] == [HOUR, 2 * HOUR]
