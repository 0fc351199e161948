"""The installation a command works on: its data folder, its database, its policy files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.kernel import clock, embedded
from app.kernel import migrate as migrations
from app.kernel.embedded_host import EmbeddedServerFailed
from app.kernel.outside import SettingsInvalid
from app.kernel.regions import RegionInvalid
from app.kernel.roles import DatabaseUrls
from app.kernel.settings import URL_START, Mode, Settings, read_settings
from app.policies.commands import load_policies
from app.policies.keeping import RegionWithoutPolicy, keep_all_texts
from app.policies.rules import PolicyBook

FOR_OWNERS = ("ANHU_OWNER_URL", "ANHU_SUPERUSER_URL", "ANHU_OWNER_PASSWORD", "ANHU_RUNTIME_PASSWORD")

data_dir_option = click.option(
    "--data-dir", type=click.Path(path_type=Path), default=embedded.default_data_dir, help="Default: ANHU_DATA_DIR."
)


@contextmanager
def explained(*refusals: type[Exception]) -> Iterator[None]:
    """Tell these refusals by their sentence, without a traceback."""
    try:
        yield
    except refusals as refused:
        raise click.ClickException(str(refused)) from refused


def settings_text(urls: DatabaseUrls) -> str:
    """The settings that point to a database."""
    return f"DATABASE_URL={urls.runtime}\nANHU_OWNER_URL={urls.owner}"


def policies_folder() -> Path | None:
    """The folder that replaces the shipped policy files; None for those."""
    given = os.environ.get("ANHU_POLICIES_DIR")
    return Path(given) if given else None


def keep_texts(owner_url: str, book: PolicyBook) -> dict[str, int]:
    """Keep the text of every policy of every region; how many were new."""
    with explained(RegionWithoutPolicy, RegionInvalid):
        return keep_all_texts(owner_url, book=book, at=clock.now())


def bring_up_to_date(owner_url: str) -> list[str]:
    """Migrate every schema and keep the policies' texts; the schemas in order."""
    with explained(migrations.DatabaseNewer, migrations.TableBusy, RegionInvalid):
        schemas = migrations.migrate(owner_url, today=clock.now().date())
    keep_texts(owner_url, load_policies(policies_folder()))
    return schemas


def start_embedded(data_dir: Path) -> DatabaseUrls:
    """Start the embedded server, or find it running."""
    with explained(EmbeddedServerFailed):
        return embedded.start(data_dir)


def owner_url(data_dir: Path) -> str:
    """The owner's URL: from the environment, or the embedded server's, which is started when it is not running."""
    if given := os.environ.get("ANHU_OWNER_URL"):
        if not given.startswith(URL_START):
            raise click.ClickException(f"ANHU_OWNER_URL must begin with {URL_START}")
        return given
    if os.environ.get("ANHU_MODE") == Mode.PRODUCTION:
        raise click.ClickException("ANHU_OWNER_URL is not set: production does not use the embedded database")
    return start_embedded(data_dir).owner


def runtime_settings(data_dir: Path) -> Settings:
    """The settings of a command that does what a server does; the database is the embedded one when none is given."""
    with explained(SettingsInvalid):
        return read_settings({**os.environ, "DATABASE_URL": _runtime_url(data_dir), "ANHU_DATA_DIR": str(data_dir)})


def serving_environment(data_dir: Path) -> dict[str, str]:
    """The environment of a server or worker: ours without what is the owner's, and a database when none is given."""
    for name in FOR_OWNERS:
        os.environ.pop(name, None)
    environment = {**os.environ, "ANHU_DATA_DIR": str(data_dir)}
    if not environment.get("DATABASE_URL") and environment.get("ANHU_MODE") != Mode.PRODUCTION:
        urls = start_embedded(data_dir)
        bring_up_to_date(urls.owner)
        environment["DATABASE_URL"] = urls.runtime
    with explained(SettingsInvalid):
        read_settings(environment)
    return environment


def _runtime_url(data_dir: Path) -> str:
    given = os.environ.get("DATABASE_URL")
    if given or os.environ.get("ANHU_MODE") == Mode.PRODUCTION:
        return given or ""
    return start_embedded(data_dir).runtime
