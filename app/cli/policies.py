"""`anhu policies`: the commands of the package of policies, which need no database, and `sync`, which does."""

from pathlib import Path

import click

from app.cli.installation import data_dir_option, keep_texts, owner_url, policies_folder
from app.policies.commands import load_policies, policies


@policies.command("sync")
@data_dir_option
def sync(data_dir: Path) -> None:
    """Keep the text of every policy of every region: after policy files changed, before they decide anything."""
    for code, new in keep_texts(owner_url(data_dir), load_policies(policies_folder())).items():
        click.echo(f"{code}: {new} new texts")
