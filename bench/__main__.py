"""`python -m bench`: how fast a clean check-in is, next to a minimal hand-written application on the same tables."""

import argparse
import signal
import sys
import time

from app.kernel import clock
from bench import figures
from bench.cluster import Cluster, filled_cluster
from bench.runs import Run, count_round_trips, run_once
from bench.serving import BASELINE, OURS, ROOT
from bench.sync import measure_sync

WARM_SHARE = 8  # one check-in in so many only warms the server up


def main() -> int:
    """Run the whole bench; 1 when a bar was missed."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what was started is stopped
    began = time.monotonic()
    print(f"Filling a database with {options.carers} carers, clients and visits …", flush=True)
    with filled_cluster(pairs=options.carers, at=clock.now()) as cluster:
        facts = figures.machine(cluster.data_dir, database=cluster.server_version())
        ours: list[Run] = []
        baseline: list[Run] = []
        for number in range(1, options.runs + 1):
            ours.append(_run(OURS, "checkin", cluster, number, options))
            baseline.append(_run(BASELINE, "flask_psycopg", cluster, number, options))
        tallies = count_round_trips(OURS, cluster, name="bench_trips")
        brought = measure_sync(cluster, rounds=options.runs)
    found = figures.figures(ours, baseline, brought, round_trips=max(tally.round_trips for tally in tallies))
    compared = figures.ratios(found, [*ours, *baseline])
    held = figures.bars(found)
    figures.keep(found, held, facts, ratios=compared)
    print(figures.report(found | compared, held, facts, not_shown=figures.NOT_SHOWN))
    print(f"{time.monotonic() - began:.0f} s; the same figures are in {figures.LATEST.relative_to(ROOT)}")
    return 0 if all(bar.met for bar in held) else 1


def _run(application: str, name: str, cluster: Cluster, number: int, options: argparse.Namespace) -> Run:
    warm = max(1, options.carers // WARM_SHARE)
    run = run_once(application, cluster, name=f"bench_{name}_{number}", clients=options.clients, warm=warm)
    print(
        f"  {name:<14} run {number}: {run.load.rps:7.1f} rps, p50 {run.load.percentile_ms(0.5):6.1f} ms, "
        f"p99 {run.load.percentile_ms(0.99):6.1f} ms, per 1000: web {run.web_cpu_s_per_1000:5.2f} s CPU, "
        f"database {run.db_cpu_s_per_1000:5.2f} s CPU",
        flush=True,
    )
    return run


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--carers", type=int, default=2000, help="check-ins of one run (default: 2000)")
    parser.add_argument("--clients", type=int, default=16, help="clients at once (default: 16)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each application, interleaved (default: 3)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
