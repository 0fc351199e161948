"""`python -m bench.shapes`: the check-in under other worker types and pools, for the page in docs/decisions."""

import argparse
from statistics import median

from app.kernel import clock
from bench.cluster import filled_cluster
from bench.runs import Run, run_once
from bench.serving import BASELINE, OURS

SHAPES = (
    ("gthread", 2, 2),
    ("gthread", 4, 4),
    ("gthread", 8, 4),
    ("gthread", 8, 8),
    ("gthread", 16, 16),
    ("sync", 1, 1),
)
HEAD = "| worker | threads | connections | rps | p50 ms | p99 ms | web CPU s/1000 | db CPU s/1000 | worker MiB |"


def main() -> None:
    """Print one table row for each shape, medians over the runs, and one for the yardstick as it is shipped."""
    parser = argparse.ArgumentParser(prog="python -m bench.shapes", description=__doc__)
    parser.add_argument("--carers", type=int, default=1200, help="check-ins of one run (default: 1200)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each shape (default: 3)")
    options = parser.parse_args()
    warm = options.carers // 8
    found: dict[str, list[Run]] = {}
    with filled_cluster(pairs=options.carers, at=clock.now()) as cluster:
        for number in range(options.runs):
            for place, (kind, threads, pool) in enumerate(SHAPES):
                more = {
                    "GUNICORN_CMD_ARGS": f"--worker-class {kind} --threads {threads}",
                    "ANHU_POOL_SIZE": str(pool),
                }
                run = run_once(OURS, cluster, name=f"shape_{number}_{place}", clients=16, warm=warm, more=more)
                found.setdefault(f"| {kind} | {threads} | {pool} |", []).append(run)
            run = run_once(BASELINE, cluster, name=f"shape_{number}_base", clients=16, warm=warm)
            found.setdefault("| flask_psycopg | 8 | 8 |", []).append(run)
    print(f"{HEAD}\n|{' --- |' * 9}")
    for shape, runs in found.items():
        print(shape, _row(runs), flush=True)


def _row(runs: list[Run]) -> str:
    values = (
        median(run.load.rps for run in runs),
        median(run.load.percentile_ms(0.5) for run in runs),
        median(run.load.percentile_ms(0.99) for run in runs),
        median(run.web_cpu_s_per_1000 for run in runs),
        median(run.db_cpu_s_per_1000 for run in runs),
        median(run.worker_rss_mib for run in runs),
    )
    return "{:.0f} | {:.0f} | {:.0f} | {:.2f} | {:.2f} | {:.0f} |".format(*values)


if __name__ == "__main__":
    main()
