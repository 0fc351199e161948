"""Runs all risk rules over a region's past as over one month, as the worker's job does it at night."""

import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.cli.at_work import region_at_work
from app.kernel import clock
from app.kernel.roles import DatabaseUrls
from app.kernel.settings import read_settings
from app.oversight.jobs import find_in_days
from bench import seed
from bench.history import History

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Risks:
    """What one run took: visits looked at, visits named, seconds, memory."""

    visits: int
    named: int
    seconds: float
    rss_growth_mib: float


def measure_risks(data_dir: Path, urls: DatabaseUrls, history: History) -> Risks:
    """Find what the rules find among these visits; holds of what is found are part of it."""
    settings = read_settings(
        {"DATABASE_URL": urls.runtime, "ANHU_DATA_DIR": str(data_dir), "ANHU_LOG_LEVEL": "WARNING"}
    )
    with region_at_work(settings, seed.REGION):
        memory, began = psutil.Process().memory_info().rss, time.perf_counter()
        named = find_in_days(history.first, history.beyond, region=seed.REGION, at=clock.now())
        seconds = time.perf_counter() - began
        grown = psutil.Process().memory_info().rss - memory
    return Risks(history.visits, sum(named.values()), seconds, grown / MIB)
