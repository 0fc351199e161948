"""The `anhu` command."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import click
import psycopg
from sqlalchemy.exc import ArgumentError

from app.accounts.service import open_account
from app.accounts.types import OpenedAccount
from app.factory import create_app
from app.jobs import JOBS
from app.kernel import clock, embedded
from app.kernel import migrate as migrations
from app.kernel.db import db as database
from app.kernel.db import session, transaction
from app.kernel.embedded_host import EmbeddedServerFailed
from app.kernel.errors import DomainError
from app.kernel.http.document_file import document_text
from app.kernel.permissions import Role, Scope, ScopeKind, SystemActor
from app.kernel.regions import RegionInvalid, is_open_region
from app.kernel.roles import DatabaseUrls, UnfitDatabase, create_roles_and_database
from app.kernel.settings import URL_START, Mode, Settings, SettingsInvalid, make_keys, read_settings
from app.kernel.worker import RightsTooWide, work_until_stopped
from app.policies.commands import load_policies, policies
from app.policies.keeping import RegionWithoutPolicy, keep_all_texts, open_region
from app.policies.rules import PolicyBook

ROOT = Path(__file__).parents[1]
FOR_OWNERS = ("ANHU_OWNER_URL", "ANHU_SUPERUSER_URL", "ANHU_OWNER_PASSWORD", "ANHU_RUNTIME_PASSWORD")

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
    urls = _start_embedded(data_dir)
    click.echo(_settings_text(urls))


@db.command("stop")
@_data_dir
def db_stop(data_dir: Path) -> None:
    """Stop the embedded PostgreSQL."""
    with _explained(EmbeddedServerFailed):
        stopped = embedded.stop(data_dir)
    click.echo("The database is stopped." if stopped else "The database was not running.")


@db.command("roles")
@click.option(
    "--superuser-url", envvar="ANHU_SUPERUSER_URL", required=True, help="postgresql+psycopg://… of a superuser."
)
@click.option("--database", default="anhu", show_default=True)
@click.option("--owner-password", envvar="ANHU_OWNER_PASSWORD", help="Without it the role keeps the one it has.")
@click.option("--runtime-password", envvar="ANHU_RUNTIME_PASSWORD", help="Without it the role keeps the one it has.")
def db_roles(superuser_url: str, database: str, owner_password: str | None, runtime_password: str | None) -> None:
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
    click.echo(_settings_text(urls))


main.add_command(policies)


@policies.command("sync")
@_data_dir
def policies_sync(data_dir: Path) -> None:
    """Keep the text of every policy of every region: after policy files changed, before they decide anything."""
    for code, new in _keep_texts(_owner_url(data_dir), load_policies(_policies_folder())).items():
        click.echo(f"{code}: {new} new texts")


def _settings_text(urls: DatabaseUrls) -> str:
    return f"DATABASE_URL={urls.runtime}\nANHU_OWNER_URL={urls.owner}"


def _policies_folder() -> Path | None:
    given = os.environ.get("ANHU_POLICIES_DIR")
    return Path(given) if given else None


def _keep_texts(owner_url: str, book: PolicyBook) -> dict[str, int]:
    with _explained(RegionWithoutPolicy, RegionInvalid):
        return keep_all_texts(owner_url, book=book, at=clock.now())


@db.command("migrate")
@_data_dir
def db_migrate(data_dir: Path) -> None:
    """Bring every schema to the newest migration, set rights, add partitions ahead. Runs as owner."""
    owner_url = _owner_url(data_dir)
    schemas = _migrate(owner_url)
    click.echo(f"Up to date: {', '.join(schemas)}")


def _migrate(owner_url: str) -> list[str]:
    with _explained(migrations.DatabaseNewer, migrations.TableBusy, RegionInvalid):
        schemas = migrations.migrate(owner_url, today=clock.now().date())
    _keep_texts(owner_url, load_policies(_policies_folder()))
    return schemas


@db.command("maintain")
@_data_dir
def db_maintain(data_dir: Path) -> None:
    """Add partitions for the months ahead. Runs as owner; safe to repeat."""
    with _explained(migrations.TableBusy, RegionInvalid):
        done = migrations.maintain(_owner_url(data_dir), today=clock.now().date())
    for code, added in done.items():
        click.echo(f"{code}: {len(added)} partitions added")


@main.group()
def region() -> None:
    """The funds (统筹区) this installation serves."""


@region.command("add")
@click.argument("code")
@click.option("--name", required=True, help="The fund's Chinese name.")
@click.option("--timezone", default="Asia/Shanghai", show_default=True, help="IANA name.")
@_data_dir
def region_add(code: str, name: str, timezone: str, data_dir: Path) -> None:
    """Add a fund: its schema, tables, rights, partitions and policy texts. Safe to repeat."""
    book = load_policies(_policies_folder())
    with _explained(RegionInvalid, migrations.DatabaseNewer, RegionWithoutPolicy, ZoneInfoNotFoundError):
        open_region(_owner_url(data_dir), code=code, name=name, timezone=timezone, book=book, at=clock.now())
    click.echo(f"{code} is ready.")


@main.group()
def account() -> None:
    """Who may log in: the first administrator of a fund is made here."""


@account.command("add")
@click.option("--region", "code", required=True, help="The fund's code.")
@click.option(
    "--role", type=click.Choice([each.value for each in Role]), default=Role.REGION_ADMIN.value, show_default=True
)
@click.option("--label", required=True, help="The post, not a person's name.")
@click.option("--scope", default="fund", show_default=True, help="fund, district:CODE, street:CODE or agency:ID.")
@_data_dir
def account_add(code: str, role: str, label: str, scope: str, data_dir: Path) -> None:
    """Open an account and print the one-time code by which its owner binds his WeChat."""
    kind, _, key = scope.partition(":")
    try:
        settings = read_settings({**os.environ, "DATABASE_URL": _runtime_url(data_dir), "ANHU_DATA_DIR": str(data_dir)})
        asked = Scope(ScopeKind(kind), key or None)
        opened = _open_account(settings, code, role=Role(role), label=label, scope=asked)
    except (DomainError, SettingsInvalid, ValueError) as error:
        raise click.ClickException(f"{error} {getattr(error, 'details', '')}") from error
    click.echo(f"account {opened.account_id}\nbinding code {opened.binding_code}")
    click.echo(f"Use it before {opened.expires_at:%Y-%m-%d %H:%M} UTC.")


def _open_account(settings: Settings, code: str, *, role: Role, label: str, scope: Scope) -> OpenedAccount:
    with create_app(settings).app_context():
        try:
            return _open_account_in(code, role=role, label=label, scope=scope)
        finally:
            database.session.remove()
            database.engine.dispose()


def _open_account_in(code: str, *, role: Role, label: str, scope: Scope) -> OpenedAccount:
    if not is_open_region(code):
        raise click.ClickException(f"there is no region {code}: make it with `anhu region add`")
    session().bind_region(code)
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


def _runtime_url(data_dir: Path) -> str:
    """The runtime role's URL: from the environment, or the embedded server's."""
    given = os.environ.get("DATABASE_URL")
    if given or os.environ.get("ANHU_MODE") == Mode.PRODUCTION:
        return given or ""
    return _start_embedded(data_dir).runtime


@main.command("serve")
@_data_dir
@click.option("--bind", envvar="ANHU_BIND", default="127.0.0.1:8000", show_default=True, help="Address and port.")
def serve(data_dir: Path, bind: str) -> None:
    """Serve the API by gunicorn. Without DATABASE_URL it starts the embedded database and brings it up to date."""
    environment = _environment(data_dir) | {"ANHU_BIND": bind}
    folder = data_dir / f"metrics-{os.getpid()}"  # the process keeps its number when it becomes gunicorn
    folder.mkdir(parents=True, exist_ok=True)
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    command = [sys.executable, "-m", "gunicorn", "--chdir", str(ROOT), "--config", "gunicorn.conf.py", "wsgi"]
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own program and paths, no shell


@main.command("worker")
@_data_dir
def worker(data_dir: Path) -> None:
    """Run the jobs that are due, until SIGTERM; the running ones end first. Any number of workers may run."""
    with _explained(RightsTooWide):
        work_until_stopped(create_app(read_settings(_environment(data_dir))), JOBS)


@main.command("keys")
@click.option(
    "--id", "key_id", required=True, help="Name of this set, as 2026-11: values say which key they are under."
)
def keys(key_id: str) -> None:
    """Make new keys and print them as settings; they are kept nowhere. Losing them loses what they encrypt."""
    click.echo("\n".join(f"{name}={value}" for name, value in make_keys(key_id).items()))


@main.command("openapi")
def openapi() -> None:
    """Print the OpenAPI document. Needs no database."""
    nowhere = {"DATABASE_URL": "postgresql+psycopg:///none"}
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(nowhere | {"ANHU_DATA_DIR": folder, "ANHU_LOG_LEVEL": "WARNING"})
    click.echo(document_text(create_app(settings)), nl=False)


def _environment(data_dir: Path) -> dict[str, str]:
    """The environment of a server or worker: ours without what is the owner's, and a database when none is given."""
    for name in FOR_OWNERS:
        os.environ.pop(name, None)
    environment = {**os.environ, "ANHU_DATA_DIR": str(data_dir)}
    if not environment.get("DATABASE_URL") and environment.get("ANHU_MODE") != Mode.PRODUCTION:
        urls = _start_embedded(data_dir)
        _migrate(urls.owner)
        environment["DATABASE_URL"] = urls.runtime
    with _explained(SettingsInvalid):
        read_settings(environment)
    return environment


def _start_embedded(data_dir: Path) -> DatabaseUrls:
    with _explained(EmbeddedServerFailed):
        return embedded.start(data_dir)


def _owner_url(data_dir: Path) -> str:
    """The owner's URL: from the environment, or the embedded server's, which is started when it is not running."""
    if given := os.environ.get("ANHU_OWNER_URL"):
        if not given.startswith(URL_START):
            raise click.ClickException(f"ANHU_OWNER_URL must begin with {URL_START}")
        return given
    if os.environ.get("ANHU_MODE") == Mode.PRODUCTION:
        raise click.ClickException("ANHU_OWNER_URL is not set: production does not use the embedded database")
    return _start_embedded(data_dir).owner


@contextmanager
def _explained(*refusals: type[Exception]) -> Iterator[None]:
    """Tell these refusals by their sentence, without a traceback."""
    try:
        yield
    except refusals as refused:
        raise click.ClickException(str(refused)) from refused
