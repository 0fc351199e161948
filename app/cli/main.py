"""The `anhu` command."""

import click

from app.cli.accounts import account
from app.cli.audit import audit
from app.cli.database import db
from app.cli.demo_clock import demo_clock
from app.cli.imports import import_file, import_template
from app.cli.policies import sync
from app.cli.regions import region
from app.cli.serving import keys, openapi, serve, worker
from app.cli.simulate import simulate
from app.policies.commands import policies


@click.group()
def main() -> None:
    """Anhu (安护): home-care check-in and payout."""


for command in (
    account,
    audit,
    db,
    demo_clock,
    import_file,
    import_template,
    keys,
    openapi,
    policies,
    region,
    serve,
    simulate,
    worker,
):
    main.add_command(command)
policies.add_command(sync)
