"""`anhu serve`, and the keys that are made for it."""

import os
import shutil
import sys
from pathlib import Path

import click

from app.cli.installation import data_dir_option, serving_environment
from app.kernel.settings import make_keys

ROOT = Path(__file__).parents[2]


@click.command("serve")
@data_dir_option
@click.option("--bind", envvar="ANHU_BIND", default="127.0.0.1:8000", show_default=True, help="Address and port.")
def serve(data_dir: Path, bind: str) -> None:
    """Serve the API by gunicorn. Without DATABASE_URL it starts the embedded database and brings it up to date."""
    environment = serving_environment(data_dir) | {"ANHU_BIND": bind}
    folder = data_dir / f"metrics-{os.getpid()}"  # the process keeps its number when it becomes gunicorn
    shutil.rmtree(folder, ignore_errors=True)  # of a killed one that had the same number
    folder.mkdir(parents=True)
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    command = [sys.executable, "-m", "gunicorn", "--chdir", str(ROOT), "--config", "gunicorn.conf.py", "wsgi"]
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own program and paths, no shell


@click.command("keys")
@click.option(
    "--id", "key_id", required=True, help="Name of this set, as 2026-11: values say which key they are under."
)
def keys(key_id: str) -> None:
    """Make new keys and print them as settings; they are kept nowhere. Losing them loses what they encrypt."""
    click.echo("\n".join(f"{name}={value}" for name, value in make_keys(key_id).items()))
