"""`anhu worker`: the jobs."""

from pathlib import Path

import click

from app.cli.installation import data_dir_option, explained, serving_environment
from app.factory import create_app
from app.jobs import JOBS
from app.kernel.loading import loading
from app.kernel.settings import read_settings
from app.kernel.worker import RightsTooWide, work_until_stopped


@click.command("worker")
@data_dir_option
def worker(data_dir: Path) -> None:
    """Run the jobs that are due, until SIGTERM; the running ones end first. Any number of workers may run."""
    with explained(RightsTooWide):
        settings = read_settings(serving_environment(data_dir))
        with loading():
            app = create_app(settings)
        work_until_stopped(app, JOBS)
