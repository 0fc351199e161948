"""The `anhu` command. What a command needs is loaded when it is asked for: the whole product takes seconds."""

from importlib import import_module

import click

from app.kernel.loading import loading

COMMANDS = {
    "account": "app.cli.accounts:account",
    "audit": "app.cli.audit:audit",
    "db": "app.cli.database:db",
    "demo-clock": "app.cli.demo_clock:demo_clock",
    "import": "app.cli.imports:import_file",
    "import-template": "app.cli.imports:import_template",
    "keys": "app.cli.serving:keys",
    "openapi": "app.cli.document:openapi",
    "policies": "app.cli.policies:policies",
    "region": "app.cli.regions:region",
    "serve": "app.cli.serving:serve",
    "simulate": "app.cli.simulate:simulate",
    "worker": "app.cli.working:worker",
}


class Commands(click.Group):
    """The commands by name, each from its own module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them; `anhu --help` has a line for each, for which it loads them."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the module of a command; None for a word that is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        with loading():
            command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Commands)
def main() -> None:
    """Anhu (安护): home-care check-in and payout."""
