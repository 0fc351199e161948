"""`anhu account`: the accounts nobody else could open."""

from pathlib import Path

import click

from app.accounts.service import open_account
from app.accounts.types import OpenedAccount
from app.cli.at_work import region_at_work
from app.cli.installation import data_dir_option, runtime_settings
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from app.kernel.permissions import Role, Scope, ScopeKind, SystemActor


@click.group()
def account() -> None:
    """Who may log in: the first administrator of a fund is made here."""


@account.command("add")
@click.option("--region", "code", required=True, help="The fund's code.")
@click.option(
    "--role", type=click.Choice([each.value for each in Role]), default=Role.REGION_ADMIN.value, show_default=True
)
@click.option("--label", required=True, help="The post, not a person's name.")
@click.option("--scope", default="fund", show_default=True, help="fund, district:CODE, street:CODE or agency:ID.")
@data_dir_option
def add(code: str, role: str, label: str, scope: str, data_dir: Path) -> None:
    """Open an account and print the one-time code by which its owner binds his WeChat."""
    kind, _, key = scope.partition(":")
    settings = runtime_settings(data_dir)
    try:
        asked = Scope(ScopeKind(kind), key or None)
        with region_at_work(settings, code):
            opened = _open(code, role=Role(role), label=label, scope=asked)
    except (DomainError, ValueError) as error:
        raise click.ClickException(f"{error} {getattr(error, 'details', '')}") from error
    click.echo(f"account {opened.account_id}\nbinding code {opened.binding_code}")
    click.echo(f"Use it before {opened.expires_at:%Y-%m-%d %H:%M} UTC.")


def _open(code: str, *, role: Role, label: str, scope: Scope) -> OpenedAccount:
    with transaction() as own:
        return open_account(
            own,
            person_id=None,
            label=label,
            role=role,
            scope=scope,
            purpose="made by command",
            phone=None,
            actor=SystemActor(code, job="cli.account_add"),
            at=clock.now(),
        )
