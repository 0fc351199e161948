"""`anhu policies sync`, beside the commands of the package of policies that need no database."""

from pathlib import Path

import click

from app.cli.installation import data_dir_option, keep_texts, owner_url, policies_folder
from app.policies.commands import load_policies


@click.command("sync")
@data_dir_option
def sync(data_dir: Path) -> None:
    """Keep the text of every policy of every region: after policy files changed, before they decide anything."""
    for code, new in keep_texts(owner_url(data_dir), load_policies(policies_folder())).items():
        click.echo(f"{code}: {new} new texts")
