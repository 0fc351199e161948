"""`anhu db`: the database, started, stopped, made, migrated, maintained."""

from pathlib import Path

import click
import psycopg
from sqlalchemy.exc import ArgumentError

from app.checkin.service.fading_months import fade_months
from app.cli.installation import (
    bring_up_to_date,
    data_dir_option,
    explained,
    owner_url,
    policies_folder,
    settings_text,
    start_embedded,
)
from app.kernel import catalogue, clock, embedded
from app.kernel import migrate as migrations
from app.kernel.embedded_host import EmbeddedServerFailed
from app.kernel.regions import RegionInvalid
from app.kernel.roles import UnfitDatabase, create_roles_and_database
from app.policies.commands import load_policies


@click.group()
def db() -> None:
    """The database: start, stop, migrate, maintain, check."""


@db.command("start")
@data_dir_option
def start(data_dir: Path) -> None:
    """Start the embedded PostgreSQL, or find it running; it stays up. Prints the settings that point to it."""
    click.echo(settings_text(start_embedded(data_dir)))


@db.command("stop")
@data_dir_option
def stop(data_dir: Path) -> None:
    """Stop the embedded PostgreSQL."""
    with explained(EmbeddedServerFailed):
        stopped = embedded.stop(data_dir)
    click.echo("The database is stopped." if stopped else "The database was not running.")


@db.command("roles")
@click.option(
    "--superuser-url", envvar="ANHU_SUPERUSER_URL", required=True, help="postgresql+psycopg://… of a superuser."
)
@click.option("--database", default="anhu", show_default=True)
@click.option("--owner-password", envvar="ANHU_OWNER_PASSWORD", help="Without it the role keeps the one it has.")
@click.option("--runtime-password", envvar="ANHU_RUNTIME_PASSWORD", help="Without it the role keeps the one it has.")
def roles(superuser_url: str, database: str, owner_password: str | None, runtime_password: str | None) -> None:
    """Make both roles and the database on a PostgreSQL server; safe to repeat. Prints the settings that point to it.

    Each option can be given by the environment (ANHU_SUPERUSER_URL, ANHU_OWNER_PASSWORD, ANHU_RUNTIME_PASSWORD): other
    users of the machine see a command's words.
    """
    passwords = {"owner_password": owner_password or None, "runtime_password": runtime_password or None}
    try:
        urls = create_roles_and_database(superuser_url, database=database, **passwords)
    except ArgumentError:  # its text repeats what was given, password and all
        raise click.ClickException("the superuser's URL is not of the form postgresql+psycopg://…") from None
    except (UnfitDatabase, psycopg.Error) as error:
        raise click.ClickException(str(error)) from error
    click.echo(settings_text(urls))


@db.command("migrate")
@data_dir_option
def migrate(data_dir: Path) -> None:
    """Bring every schema to the newest migration, set rights, add partitions ahead. Runs as owner."""
    click.echo(f"Up to date: {', '.join(bring_up_to_date(owner_url(data_dir)))}")


@db.command("maintain")
@data_dir_option
def maintain(data_dir: Path) -> None:
    """Add partitions for the months ahead, and drop the months whose exact positions may fade; those that something
    is open about are copied aside. Runs as owner; safe to repeat."""
    now, url = clock.now(), owner_url(data_dir)
    with explained(migrations.TableBusy, RegionInvalid):
        added = migrations.maintain(url, today=now.date())
        faded = fade_months(url, book=load_policies(policies_folder()), at=now)
    for code, names in added.items():
        click.echo(f"{code}: {len(names)} partitions added")
    for code, done in faded.items():
        if done.months:
            click.echo(f"{code}: faded {', '.join(done.months)}; {done.kept} positions kept aside")


@db.command("check")
@data_dir_option
def check(data_dir: Path) -> None:
    """Hold every schema against the models: tables, constraints, indexes, partitions, rights. Exit code 1: one differs.

    Runs as owner and changes nothing. For a database that was restored, or that somebody may have changed by hand.
    """
    with explained(RegionInvalid):
        found = catalogue.check_database(owner_url(data_dir))
    for schema, differences in found.items():
        click.echo("\n".join(f"{schema}: {each}" for each in differences) or f"{schema}: whole")
    if any(found.values()):
        raise SystemExit(1)
