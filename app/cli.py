"""The `anhu` command."""

from datetime import datetime
from pathlib import Path

import click

from app.kernel import embedded
from app.kernel.embedded_host import EmbeddedServerFailed
from app.policies import report
from app.policies.rules import PolicyBook
from app.policies.service import load_book
from app.policies.texts import explain_policy
from app.policies.types import NoPolicy, PolicyExpired, PolicyFilesInvalid

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


@main.group("policies")
def policies_group() -> None:
    """Policy files (政策文件): check a folder, show the rules of a day."""


_policies_dir = click.Path(path_type=Path, file_okay=False)


@policies_group.command("check")
@click.argument("folder", type=_policies_dir, envvar="ANHU_POLICIES_DIR", required=False)
def policies_check(folder: Path | None) -> None:
    """Check every policy file of FOLDER (default: ANHU_POLICIES_DIR, else the shipped ones) and name all problems."""
    click.echo(report.summarise_book(_load_policies(folder)))


@policies_group.command("show")
@click.argument("region")
@click.option("--district", help="Six-digit code (区县代码).")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Service date (服务日期).")
@click.option("--folder", type=_policies_dir, envvar="ANHU_POLICIES_DIR", help="Default: ANHU_POLICIES_DIR.")
def policies_show(region: str, district: str | None, on: datetime, folder: Path | None) -> None:
    """Show the rules of REGION on a day: each value with its document and clause, or that it is assumed and why."""
    book = _load_policies(folder)
    try:
        policy = book.policy_for(region=region, district=district, on=on.date())
    except (NoPolicy, PolicyExpired) as error:
        raise click.ClickException(str(error)) from error
    click.echo(report.show_policy(policy, explain_policy(policy)))


def _load_policies(folder: Path | None) -> PolicyBook:
    try:
        return load_book(folder)
    except PolicyFilesInvalid as invalid:
        raise click.ClickException(str(invalid)) from invalid
