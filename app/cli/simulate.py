"""`anhu simulate`: how much of the known frauds the risk rules find in made-up months.

The months are made by `simulation`, which comes with the sources and not with the installed product.
"""

import subprocess
import sys
from pathlib import Path

import click

SOURCES = Path(__file__).parents[2]


@click.command()
@click.option("--seed", type=int, multiple=True, required=True, help="May be given several times.")
@click.option("--people", type=int, default=120, show_default=True, help="Carers with a round of clients.")
@click.option("--days", type=int, default=26, show_default=True, help="Days of the month.")
@click.option("--page", is_flag=True, help="Print docs/risk-report.md.")
def simulate(seed: tuple[int, ...], people: int, days: int, *, page: bool) -> None:
    """Print what the risk rules find in made-up months, each in a database of its own; exit 1 when a bar is missed."""
    if not (SOURCES / "simulation").is_dir():
        raise click.ClickException("the made-up months come with the sources: run this from them")
    options = [
        *(f"--seed={each}" for each in seed),
        f"--people={people}",
        f"--days={days}",
        *(["--page"] if page else []),
    ]
    sys.exit(subprocess.run([sys.executable, "-m", "simulation", *options], cwd=SOURCES, check=False).returncode)  # noqa: S603 - our own module
