"""How much of the machine others used while something was measured: beside them its figures are worse."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from bench.cluster import Cluster
from bench.serving import cpu_seconds

IDLE = ("idle", "iowait", "guest", "guest_nice")  # guests are counted as users too


class Neighbours:
    """For each thing that was watched, how many cores were busy on average with neither us nor our database."""

    def __init__(self, cluster: Cluster) -> None:
        self.cores: dict[str, float] = {}
        self._ours = (psutil.Process(), cluster.process())

    @contextmanager
    def watched(self, name: str) -> Iterator[None]:
        """Watch while the block runs."""
        began, busy, own = time.perf_counter(), _busy_seconds(), self._own_seconds()
        yield
        others = (_busy_seconds() - busy) - (self._own_seconds() - own)
        self.cores[name] = round(max(0.0, others) / (time.perf_counter() - began), 2)

    def _own_seconds(self) -> float:
        return sum(cpu_seconds(process) for process in self._ours)


def _busy_seconds() -> float:
    return float(sum(seconds for name, seconds in psutil.cpu_times()._asdict().items() if name not in IDLE))
