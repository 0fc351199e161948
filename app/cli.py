"""The `anhu` command."""

import click


@click.group()
def main() -> None:
    """Anhu (安护): home-care check-in and payout."""


@main.group()
def db() -> None:
    """The database: start, stop, migrate, maintain."""
