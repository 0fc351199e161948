"""`python -m simulation --seed N …`: how much of the known frauds the risk rules find in made-up months, each in a
database of its own; exit 1 when a bar is missed."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from app.cli.installation import region_at_work
from app.kernel import clock, embedded
from app.kernel.roles import create_roles_and_database
from app.kernel.settings import read_settings
from app.policies.keeping import open_region
from app.policies.service import load_book
from simulation.honest import MIDNIGHT
from simulation.month import simulate
from simulation.report import PAGE, Report, table

REGION = "tianjin"


def main() -> int:
    """Print the table, or with --page the page that is kept in the docs."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--seed", type=int, action="append", required=True, help="may be given several times")
    parser.add_argument("--people", type=int, default=120, help="carers with a round of clients (default: 120)")
    parser.add_argument("--days", type=int, default=26, help="days of the month (default: 26)")
    parser.add_argument("--page", action="store_true", help="print docs/risk-report.md")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="anhu-simulation-"))
    data_dir = folder / "data"
    folder.chmod(0o755)  # the server's user passes through; the data folder itself is closed
    reports: dict[int, Report] = {}
    try:
        embedded.start(data_dir)
        for seed in options.seed:
            reports[seed] = _in_a_database_of_its_own(data_dir, seed, people=options.people, days=options.days)
    finally:
        embedded.stop(data_dir)
        shutil.rmtree(folder, ignore_errors=True)
    seeds = " ".join(f"--seed {seed}" for seed in options.seed)
    command = f"anhu simulate {seeds} --people {options.people} --days {options.days} --page"
    print(PAGE.format(command=command, table=table(reports)) if options.page else table(reports))
    missed = {seed: report.missed_bars for seed, report in reports.items() if report.missed_bars}
    for seed, bars in missed.items():
        print(f"seed {seed} misses: {', '.join(bars)}", file=sys.stderr)
    return 1 if missed else 0


def _in_a_database_of_its_own(data_dir: Path, seed: int, *, people: int, days: int) -> Report:
    urls = create_roles_and_database(embedded.superuser_url(data_dir), database=f"simulation_{seed}")
    open_region(urls.owner, code=REGION, name="天津市", timezone="Asia/Shanghai", book=load_book(), at=MIDNIGHT)
    settings = read_settings(
        {"DATABASE_URL": urls.runtime, "ANHU_DATA_DIR": str(data_dir), "ANHU_LOG_LEVEL": "WARNING"}
    )
    with region_at_work(settings, REGION):
        began = clock.machine_now()
        report = simulate(seed, carers=people, days=days)
    print(f"seed {seed}: {report.visits} visits in {(clock.machine_now() - began).seconds} s", file=sys.stderr)
    return report


if __name__ == "__main__":
    sys.exit(main())
