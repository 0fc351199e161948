from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import make_url

from app.kernel.roles import DatabaseUrls, UnfitDatabase, create_roles_and_database
from tests.server import postgres_for_tests


def connect(url: str, **changes: str) -> psycopg.Connection:
    parts = make_url(url).set(**changes)
    arguments = {**parts.translate_connect_args(username="user", database="dbname"), **parts.query}
    return psycopg.connect(**arguments, autocommit=True)


@pytest.fixture
def superuser_url() -> str:
    return postgres_for_tests()


@pytest.fixture
def name(superuser_url: str) -> Iterator[str]:
    name = f"roles_{uuid4().hex}"
    yield name
    with connect(superuser_url) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def urls(superuser_url: str, name: str) -> DatabaseUrls:
    return create_roles_and_database(superuser_url, database=name)


def test_the_owner_owns_the_database_and_the_runtime_role_nothing(urls, name):
    with connect(urls.owner) as owner:
        found = owner.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [name]).fetchone()
        unfit = owner.execute(
            "SELECT rolname FROM pg_roles WHERE rolname IN ('anhu_owner', 'anhu_runtime')"
            " AND (rolsuper OR rolcreatedb OR rolcreaterole OR NOT rolcanlogin)"
        ).fetchall()

    assert found == ("anhu_owner",)
    assert unfit == []


def test_text_is_utf8_and_compared_by_code_point(urls):
    with connect(urls.runtime) as runtime:
        words = runtime.execute("SELECT w FROM unnest(ARRAY['安护', 'b', 'é', 'B', 'a']) w ORDER BY w").fetchall()
        encoding = runtime.execute("SHOW server_encoding").fetchone()

    assert [word for (word,) in words] == ["B", "a", "b", "é", "安护"]
    assert encoding == ("UTF8",)


def test_exclusion_constraints_may_name_plain_columns(urls):
    with connect(urls.owner) as owner:
        owner.execute("CREATE TABLE t (id uuid, during tstzrange, EXCLUDE USING gist (id WITH =, during WITH &&))")

        extension = owner.execute("SELECT extowner::regrole::text FROM pg_extension WHERE extname = 'btree_gist'")

        assert extension.fetchone() == ("anhu_owner",)


def test_the_runtime_role_reads_and_inserts_what_the_owner_makes(urls):
    with connect(urls.owner) as owner, connect(urls.runtime) as runtime:
        owner.execute("CREATE SCHEMA region_a")
        owner.execute("CREATE TABLE region_a.fact (id bigint GENERATED ALWAYS AS IDENTITY, said text)")
        owner.execute("CREATE SEQUENCE region_a.number")

        runtime.execute("INSERT INTO region_a.fact (said) VALUES ('x')")

        assert runtime.execute("SELECT said, nextval('region_a.number') FROM region_a.fact").fetchall() == [("x", 1)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fact SET said = 'y'",
        "DELETE FROM fact",
        "TRUNCATE fact",
        "DROP TABLE fact",
        "CREATE TABLE mine ()",
        "CREATE SCHEMA mine",
        "CREATE TEMPORARY TABLE mine ()",
    ],
)
def test_the_runtime_role_may_do_no_more(urls, statement):
    with connect(urls.owner) as owner, connect(urls.runtime) as runtime:
        owner.execute("CREATE TABLE fact (said text)")

        with pytest.raises((errors.InsufficientPrivilege,)):
            runtime.execute(statement)


def test_a_third_role_may_neither_connect_nor_create(superuser_url, urls):
    stranger = f"stranger_{uuid4().hex}"
    with connect(superuser_url) as server:
        server.execute(f"CREATE ROLE {stranger} LOGIN")
        try:
            may = server.execute(
                "SELECT has_database_privilege(%s, %s, 'CONNECT')", [stranger, make_url(urls.owner).database]
            )
            assert may.fetchone() == (False,)

            with connect(superuser_url, database=make_url(urls.owner).database) as inside:
                may = inside.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [stranger])
                assert may.fetchone() == (False,)
        finally:
            server.execute(f"DROP ROLE {stranger}")


def test_repeating_it_changes_nothing(superuser_url, name, urls):
    with connect(urls.owner) as owner:
        owner.execute("CREATE TABLE kept ()")

    again = create_roles_and_database(superuser_url, database=name)

    assert again == urls
    with connect(again.owner) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_eight_at_once_all_succeed(superuser_url, name):
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(create_roles_and_database, superuser_url, database=name) for _ in range(8)]

        assert len({job.result() for job in jobs}) == 1


def test_a_database_that_does_not_hold_chinese_is_refused(superuser_url, name):
    with connect(superuser_url) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")

    with pytest.raises(UnfitDatabase, match="SQL_ASCII"):
        create_roles_and_database(superuser_url, database=name)


def test_passwords_are_set_and_stand_in_the_urls_but_not_in_the_repr(superuser_url, name):
    urls = create_roles_and_database(superuser_url, database=name, owner_password="o'w@n", runtime_password="run/t")
    try:
        with connect(superuser_url) as server:
            stored = server.execute("SELECT count(rolpassword) FROM pg_authid WHERE rolname LIKE 'anhu%'").fetchone()

        assert stored == (2,)
        assert (make_url(urls.owner).password, make_url(urls.runtime).password) == ("o'w@n", "run/t")
        assert "run/t" not in repr(urls)
    finally:
        with connect(superuser_url) as server:
            server.execute("ALTER ROLE anhu_owner PASSWORD NULL")
            server.execute("ALTER ROLE anhu_runtime PASSWORD NULL")
