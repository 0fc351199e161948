"""The commands on policy files that need no database."""

from datetime import datetime
from pathlib import Path

import click

from app.policies import report
from app.policies.rules import PolicyBook
from app.policies.service import load_book
from app.policies.table_page import table_page
from app.policies.texts import explain_policy
from app.policies.types import NoPolicy, PolicyExpired, PolicyFilesInvalid

_folder = click.Path(path_type=Path, file_okay=False)


@click.group("policies")
def policies() -> None:
    """Policy files (政策文件): check a folder, show the rules of a day."""


@policies.command("check")
@click.argument("folder", type=_folder, envvar="ANHU_POLICIES_DIR", required=False)
def check(folder: Path | None) -> None:
    """Check every policy file of FOLDER (default: ANHU_POLICIES_DIR, else the shipped ones) and name all problems."""
    click.echo(report.summarise_book(load_policies(folder)))


@policies.command("show")
@click.argument("region")
@click.option("--district", help="Six-digit code (区县代码).")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Service date (服务日期).")
@click.option("--folder", type=_folder, envvar="ANHU_POLICIES_DIR", help="Default: ANHU_POLICIES_DIR.")
def show(region: str, district: str | None, on: datetime, folder: Path | None) -> None:
    """Show the rules of REGION on a day: each value with its document and clause, or that it is assumed and why."""
    book = load_policies(folder)
    try:
        policy = book.policy_for(region=region, district=district, on=on.date())
    except (NoPolicy, PolicyExpired) as error:
        raise click.ClickException(str(error)) from error
    click.echo(report.show_policy(policy, explain_policy(policy)))


@policies.command("table")
@click.argument("folder", type=_folder, envvar="ANHU_POLICIES_DIR", required=False)
def table(folder: Path | None) -> None:
    """Write every key of every fund and district as a page in Chinese: what holds, and which clause says so."""
    click.echo(table_page(load_policies(folder)), nl=False)


def load_policies(folder: Path | None) -> PolicyBook:
    """The book of a folder, None for the shipped one; ends the command with every problem named."""
    try:
        return load_book(folder)
    except PolicyFilesInvalid as invalid:
        raise click.ClickException(str(invalid)) from invalid
