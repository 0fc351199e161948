"""The runbook of backup and restore: one region out of a cluster of two, into another cluster, whole and readable."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import create_engine, func, make_url, select, text
from sqlalchemy.orm import Session

from app.accounts.models import Account, Identity, PhoneRoute
from app.cli.main import main
from app.factory import create_app
from app.kernel import embedded
from app.kernel.db import db, session, transaction
from app.kernel.embedded_host import programs, server_account, socket_dir
from app.kernel.ids import new_id
from app.kernel.regions import Region
from app.kernel.roles import DatabaseUrls
from app.kernel.settings import current_settings
from app.registry.models import Person
from app.tables import METADATA
from tests.accounts.factories import an_account
from tests.conftest import ROOT, Clone, settings_for
from tests.registry.factories import a_client, a_person

DUMP = ROOT / "docs" / "examples" / "dump-region.sql"
USERS = {"tianjin": b"t" * 32, "huaian": b"h" * 32}
WIDENED = [
    f"tianjin: has, beside the models, right {table}.anhu_runtime INSERT"
    for table in ("alembic_version", "payout_step", "position_held", "visit_step")
]


@pytest.fixture
def other_cluster() -> Iterator[DatabaseUrls]:
    top = Path(tempfile.mkdtemp(prefix="anhu-test-restore-"))
    top.chmod(0o711)
    try:
        yield embedded.start(top / "data", settings={"fsync": "off", "synchronous_commit": "off"})
    finally:
        embedded.stop(top / "data")
        shutil.rmtree(socket_dir(top / "data"), ignore_errors=True)
        shutil.rmtree(top)


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    folder = tmp_path / "dumps"
    folder.mkdir()
    return folder


def run_tool(*words: str, url: str, folder: Path) -> None:
    """Run one of PostgreSQL's programs of the embedded server's wheel."""
    bin_dir = programs(folder, account=server_account(folder))
    command = [str(bin_dir / words[0]), *words[1:]]
    done = subprocess.run(
        command, cwd=folder, env=place_of(url, bin_dir), capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def place_of(url: str, bin_dir: Path) -> Mapping[str, str]:
    parts = make_url(url)
    place = {
        "PGHOST": parts.host or parts.query["host"],
        "PGPORT": parts.port or parts.query.get("port", "5432"),
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.database,
        "PATH": f"{bin_dir}:{os.environ['PATH']}",
    }
    return os.environ | {name: str(value) for name, value in place.items()}


def anhu(*words: str, urls: DatabaseUrls) -> Result:
    return CliRunner().invoke(main, words, env={"ANHU_OWNER_URL": urls.owner, "ANHU_POLICIES_DIR": None})


def fill(app: Flask, region: str, *, openid: bytes) -> None:
    """A client, and an account that a WeChat user of this region is bound to."""
    with app.app_context():
        session().bind_region(region)
        with transaction() as own:
            client = a_client(own, person=a_person(name="示例甲"))
            opened = an_account(own, person_id=client.client.person.id, phone="13900000001", region=region)
            identity_id = new_id()
            own.add(Identity(id=identity_id, openid_index=openid, created_at=opened.expires_at))
            own.flush()
            own.get_one(Account, opened.account_id).identity_id = identity_id
        db.session.remove()
        db.engine.dispose()


def rows_of(url: str) -> dict[str, str | None]:
    """What the region's tables hold, each as one digest."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: connection.scalar(
                text(f"SELECT md5(string_agg(r::text, ',' ORDER BY r::text)) FROM tianjin.{table.name} r")
            )
            for table in METADATA.sorted_tables
            if table.schema
        }
    engine.dispose()
    return found


def public_of(url: str) -> tuple[list[str], list[bytes], int]:
    """Regions, WeChat users, phone routes."""
    engine = create_engine(url)
    with Session(engine) as public:
        found = (
            list(public.scalars(select(Region.code))),
            list(public.scalars(select(Identity.openid_index))),
            public.scalars(select(func.count()).select_from(PhoneRoute)).one(),
        )
    engine.dispose()
    return found


def names_in(app: Flask) -> list[str]:
    """The names of people, decrypted."""
    with app.app_context():
        session().bind_region("tianjin")
        keys = current_settings().key_ring
        names = [keys.decrypt(each, context="person.name") for each in session().scalars(select(Person.name_enc))]
        db.session.remove()
        db.engine.dispose()
    return names


def test_a_region_is_restored_into_another_cluster_whole_and_readable(
    own_database: Clone, other_cluster: DatabaseUrls, dumps: Path, tmp_path: Path
):
    app = create_app(settings_for(own_database.urls, tmp_path))
    for region, openid in USERS.items():
        fill(app, region, openid=openid)

    run_tool(
        "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "region=tianjin", "-f", str(DUMP),
        url=own_database.urls.owner, folder=dumps,
    )  # fmt: skip
    assert anhu("db", "migrate", urls=other_cluster).exit_code == 0
    public = ("psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", "tianjin-public.sql")
    run_tool(*public, url=other_cluster.owner, folder=dumps)
    run_tool("pg_restore", "-1", "--dbname=anhu", "tianjin.dump", url=other_cluster.owner, folder=dumps)

    restored = anhu("db", "check", urls=other_cluster)
    assert (restored.exit_code, restored.output.splitlines()) == (1, ["public: whole", *WIDENED])
    assert anhu("db", "migrate", urls=other_cluster).exit_code == 0
    mended = anhu("db", "check", urls=other_cluster)
    assert (mended.exit_code, mended.output) == (0, "public: whole\ntianjin: whole\n")

    assert rows_of(other_cluster.owner) == rows_of(own_database.urls.owner)
    assert public_of(other_cluster.owner) == (["tianjin"], [USERS["tianjin"]], 1)
    assert names_in(create_app(settings_for(other_cluster, tmp_path))) == ["示例甲"]
