"""`anhu import`: the same code as the route, done to its end, told line by line, and never done twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import create_engine, text

from app.cli.imports import WORDS, language_of
from app.cli.main import main
from app.factory import create_app
from app.imports.commands import RunView, Upload
from app.imports.jobs import receive_file, run_to_end
from app.imports.models import ImportRun
from app.imports.service import running
from app.imports.types import ImportKind, ImportMode, RunState
from app.kernel import clock
from app.kernel.db import Base, db, session, transaction
from app.kernel.permissions import SystemActor
from app.kernel.sheets import read_rows
from app.registry.models import Client
from tests.conftest import Clone, clone_of, drop, settings_for
from tests.imports.files import Line, a_csv, a_line, an_xlsx
from tests.registry.factories import an_agency

C = ImportKind.CLIENTS
ACTOR = SystemActor("tianjin", "cli.import")
NOBODYS_CODE = "911200009999999999"


@dataclass(frozen=True)
class Installation:
    """A database that commits, its data folder, and the code of the agency in it."""

    database: Clone
    data_dir: Path
    agency_code: str

    def run(self, *words: str, **environment: str) -> Result:
        place = {"DATABASE_URL": self.database.urls.runtime, "ANHU_DATA_DIR": str(self.data_dir)}
        return CliRunner().invoke(main, ["import", *words], env={"LC_ALL": "zh_CN.UTF-8", **place, **environment})

    def take(self, file: Path, *more: str) -> Result:
        """Import a file of clients."""
        return self.run("--region", "tianjin", "--kind", "clients", *more, str(file))

    def app(self) -> Flask:
        return create_app(settings_for(self.database.urls, self.data_dir))

    def count(self, model: type[Base] = Client) -> int:
        engine = create_engine(self.database.urls.runtime)
        with engine.connect() as connection:
            found = connection.scalar(text(f"SELECT count(*) FROM tianjin.{model.__tablename__}"))
        engine.dispose()
        return int(found or 0)

    def line(self, **texts: str) -> Line:
        return a_line(C, agency_code=self.agency_code, **texts)


@pytest.fixture(scope="module")
def installation(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    database, data_dir = clone_of(template), tmp_path_factory.mktemp("data")
    app = create_app(settings_for(database.urls, data_dir))
    with app.app_context():
        session().bind_region("tianjin")
        with transaction() as own:
            agency = an_agency(own)
        db.session.remove()
        db.engine.dispose()
    yield Installation(database, data_dir, agency.credit_code)
    drop(database)


@pytest.fixture
def at_work(installation: Installation) -> Iterator[Flask]:
    """The application in the region, for what the command calls."""
    app = installation.app()
    with app.app_context():
        session().bind_region("tianjin")
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "服务对象.csv"


def received(content: bytes) -> RunView:
    return receive_file(Upload(C, ImportMode.ALL_OR_NOTHING, content), actor=ACTOR, at=clock.now())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_every_row_of_a_good_file_goes_in(installation: Installation, file: Path, encoding: str):
    before = installation.count()
    file.write_bytes(a_csv(C, *(installation.line() for _ in range(3)), encoding=encoding))

    answer = installation.take(file)

    assert (answer.exit_code, answer.stdout) == (0, "已导入：3 行全部写入。\n")
    assert answer.stderr.splitlines() == ["已处理 0/3 行", "已处理 3/3 行"]
    assert installation.count() == before + 3


def test_the_same_file_again_makes_nothing_new_and_says_so(installation: Installation, file: Path):
    file.write_bytes(a_csv(C, installation.line()))
    installation.take(file)
    clients, runs = installation.count(), installation.count(ImportRun)

    answer = installation.take(file)

    assert answer.exit_code == 0
    assert "已经导入过，这次没有新写入任何内容" in answer.stdout
    assert (installation.count(), installation.count(ImportRun)) == (clients, runs)


def test_a_file_that_waits_already_is_done_now_and_once(installation: Installation, at_work: Flask, file: Path):
    before = installation.count()
    file.write_bytes(a_csv(C, installation.line()))
    received(file.read_bytes())

    answer = installation.take(file)

    assert (answer.exit_code, answer.stdout.splitlines()[1]) == (0, "已导入：1 行全部写入。")
    assert "已经收过，还没有处理完" in answer.stdout
    assert installation.count() == before + 1


def test_of_a_file_with_a_bad_row_nothing_goes_in_and_every_reason_is_told(installation: Installation, file: Path):
    before = installation.count()
    lines = [installation.line(), installation.line(name=""), installation.line() | {"agency_code": NOBODYS_CODE}]
    file.write_bytes(a_csv(C, *lines))

    answer = installation.take(file)

    told = answer.stdout.splitlines()
    assert answer.exit_code == 1
    assert told[0] == "没有导入：2 行有问题，一行都没有写入。"
    assert [line.partition("：")[0] for line in told[1:]] == ["第 3 行 姓名", "第 4 行 机构统一社会信用代码"]
    assert installation.count() == before


def test_the_good_rows_go_in_and_the_bad_ones_come_back_with_their_reasons(installation: Installation, file: Path):
    before, returned = installation.count(), file.with_name("退回.xlsx")
    file.write_bytes(a_csv(C, installation.line(), installation.line(latitude="39.1")))

    answer = installation.take(file, "--mode", "good_rows", "--returned", str(returned))

    headings, *rows = read_rows(returned.read_bytes(), most=10)
    assert answer.exit_code == 1
    assert answer.stdout.startswith("部分导入：写入 1 行，退回 1 行。\n第 3 行 纬度")
    assert (headings.cells[-1], len(rows), rows[0].cells[-1].startswith("纬度")) == ("退回原因", 1, True)
    assert returned.stat().st_mode & 0o077 == 0
    assert installation.count() == before + 1


def test_nothing_comes_back_of_a_file_that_went_in_wholly(installation: Installation, file: Path):
    file.write_bytes(an_xlsx(C, installation.line()))

    answer = installation.take(file, "--returned", str(file.with_name("退回.csv")))

    assert (answer.exit_code, answer.stdout.splitlines()[1]) == (0, "没有要退回的行。")
    assert not file.with_name("退回.csv").exists()


def test_it_speaks_english_where_it_is_asked_to(installation: Installation, file: Path):
    file.write_bytes(a_csv(C, installation.line(phone="12345")))

    answer = installation.take(file, "--language", "en")

    assert answer.stdout.startswith("Not imported: 1 rows are bad, and no row was written.\nLine 2, 手机号: ")


def test_both_languages_say_the_same_things():
    chinese, english = WORDS.values()

    assert set(chinese) == set(english)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "en_GB", "LC_ALL": ""}, "en"),
        ({"LANG": "C.UTF-8"}, "zh-CN"),
        ({}, "zh-CN"),
    ],
)
def test_the_language_is_the_terminals(environment: dict[str, str], language: str):
    assert language_of(environment) == language


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "第 1 行 整行：文件是空的"),
        (b"\xff\xff\xff", "第 1 行 整行：文件打不开"),
        ("甲,乙\n1,2\n".encode(), "第 1 行 整行：表头像是另一种文件"),
    ],
)
def test_what_is_no_such_file_is_told_in_one_reason(installation: Installation, file: Path, content: bytes, told: str):
    file.write_bytes(content)

    answer = installation.take(file)

    assert (answer.exit_code, told in answer.stdout) == (1, True)


def test_a_file_that_is_too_large_is_refused_before_it_is_taken_in(installation: Installation, file: Path):
    with file.open("wb") as out:
        out.truncate(20 * 1024 * 1024 + 1)

    answer = installation.take(file)

    assert (answer.exit_code, "内容太大" in answer.stderr) == (1, True)


def test_payees_accounts_are_refused_since_a_command_is_nobody(installation: Installation, file: Path):
    file.write_bytes(a_csv(ImportKind.BANK_ACCOUNTS, a_line(ImportKind.BANK_ACCOUNTS)))
    runs = installation.count(ImportRun)

    answer = installation.run("--region", "tianjin", "--kind", "bank_accounts", str(file))

    assert (answer.exit_code, "由一人录入、另一人核对" in answer.stderr) == (1, True)
    assert installation.count(ImportRun) == runs


@pytest.mark.parametrize("code", ["atlantis", "public", "x; drop"])
def test_an_unknown_region_is_one_sentence(installation: Installation, file: Path, code: str):
    file.write_bytes(b"x")

    answer = installation.run("--region", code, "--kind", "clients", str(file))

    assert (answer.exit_code, f"there is no region {code}" in answer.stderr) == (1, True)


@pytest.mark.parametrize("name", ["退回.doc", "nowhere/退回.xlsx"])
def test_what_could_not_be_given_back_is_refused_before_the_work(installation: Installation, file: Path, name: str):
    file.write_bytes(a_csv(C, installation.line()))
    before = installation.count()

    answer = installation.take(file, "--returned", str(file.parent / name))

    assert answer.exit_code == 2
    assert installation.count() == before


def test_a_database_that_is_away_is_one_sentence(installation: Installation, file: Path):
    file.write_bytes(b"x")

    answer = installation.run(
        "--region", "tianjin", "--kind", "clients", str(file), DATABASE_URL="postgresql+psycopg://x@127.0.0.1:1/x"
    )

    assert (answer.exit_code, "连不上数据库" in answer.stderr) == (1, True)


def test_a_run_that_a_worker_has_is_waited_for_and_not_done_again(installation: Installation, at_work: Flask):
    before = installation.count()
    run = received(a_csv(C, installation.line()))
    with transaction() as current:
        assert running.claim(current, now=clock.machine_now(), at=run.created_at) == run.id
    watched, seen = Event(), []

    def work() -> None:
        with at_work.app_context():
            session().bind_region("tianjin")
            watched.wait(timeout=10)
            running.run(run.id, region="tianjin", at=run.created_at, machine_now=clock.machine_now)
            db.session.remove()

    worker = Thread(target=work)
    worker.start()
    ended = run_to_end(run.id, actor=ACTOR, at=run.created_at, advanced=lambda each: (seen.append(each), watched.set()))
    worker.join()

    assert (ended.state, seen[0].state) == (RunState.WRITTEN, RunState.RUNNING)
    assert installation.count() == before + 1


def test_a_run_that_a_dead_worker_left_is_taken_over(installation: Installation, at_work: Flask):
    run = received(a_csv(C, installation.line()))
    with transaction() as current:
        running.claim(current, now=clock.machine_now() - 2 * running.LEASE, at=run.created_at)

    ended = run_to_end(run.id, actor=ACTOR, at=run.created_at, advanced=lambda _: None)

    assert (ended.state, ended.good) == (RunState.WRITTEN, 1)


def test_only_the_own_run_is_claimed(installation: Installation, at_work: Flask):
    other, own = received(b"other"), received(b"own")

    with transaction() as current:
        claimed = running.claim(current, now=clock.machine_now(), at=own.created_at, only=own.id)
        again = running.claim(current, now=clock.machine_now(), at=own.created_at, only=own.id)
        left = running.claim(current, now=clock.machine_now(), at=own.created_at)

    assert (claimed, again, left) == (own.id, None, other.id)


@pytest.mark.parametrize("kind", list(ImportKind))
def test_a_template_is_written_without_a_database(tmp_path: Path, kind: ImportKind):
    target = tmp_path / "模板.xlsx"

    answer = CliRunner().invoke(main, ["import-template", "--kind", kind.value, str(target)], env={"DATABASE_URL": "x"})

    reading = running.read(target.read_bytes(), kind=kind)
    assert (answer.exit_code, len(reading.rows), reading.reasons) == (0, 1, [])
