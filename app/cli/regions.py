"""`anhu region`: the funds an installation serves."""

from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import click

from app.cli.installation import data_dir_option, explained, owner_url, policies_folder
from app.kernel import clock
from app.kernel.migrate import DatabaseNewer
from app.kernel.regions import RegionInvalid
from app.policies.commands import load_policies
from app.policies.keeping import RegionWithoutPolicy, open_region


@click.group()
def region() -> None:
    """The funds (统筹区) this installation serves."""


@region.command("add")
@click.argument("code")
@click.option("--name", required=True, help="The fund's Chinese name.")
@click.option("--timezone", default="Asia/Shanghai", show_default=True, help="IANA name.")
@data_dir_option
def add(code: str, name: str, timezone: str, data_dir: Path) -> None:
    """Add a fund: its schema, tables, rights, partitions and policy texts. Safe to repeat."""
    book = load_policies(policies_folder())
    with explained(RegionInvalid, DatabaseNewer, RegionWithoutPolicy, ZoneInfoNotFoundError):
        open_region(owner_url(data_dir), code=code, name=name, timezone=timezone, book=book, at=clock.now())
    click.echo(f"{code} is ready.")
