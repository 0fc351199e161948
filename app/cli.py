"""The `anhu` command."""

from pathlib import Path

import click

from app.kernel import embedded
from app.kernel.embedded_host import EmbeddedServerFailed

_data_dir = click.option(
    "--data-dir", type=click.Path(path_type=Path), default=embedded.default_data_dir, help="Default: ANHU_DATA_DIR."
)


@click.group()
def main() -> None:
    """Anhu (安护): home-care check-in and payout."""


@main.group()
def db() -> None:
    """The database: start, stop, migrate, maintain."""


@db.command("start")
@_data_dir
def db_start(data_dir: Path) -> None:
    """Start the embedded PostgreSQL, or find it running; it stays up. Prints the settings that point to it."""
    try:
        urls = embedded.start(data_dir)
    except EmbeddedServerFailed as failure:
        raise click.ClickException(str(failure)) from failure
    click.echo(f"DATABASE_URL={urls.runtime}\nANHU_OWNER_URL={urls.owner}")


@db.command("stop")
@_data_dir
def db_stop(data_dir: Path) -> None:
    """Stop the embedded PostgreSQL."""
    try:
        stopped = embedded.stop(data_dir)
    except EmbeddedServerFailed as failure:
        raise click.ClickException(str(failure)) from failure
    click.echo("The database is stopped." if stopped else "The database was not running.")
