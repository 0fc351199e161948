"""A phone's wrong clock makes ids of any year: each finds a partition, and maintenance puts it where it belongs."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, create_engine, text

from app.kernel.ids import new_id
from app.kernel.migrate import TableBusy, maintain
from app.kernel.partitions import MONTHS_AHEAD, add_partitions, months_ahead, partitioned_tables, spans
from tests.conftest import BUILT_ON, Clone

TODAY = BUILT_ON.date()
INSERT = text(
    "INSERT INTO tianjin.audit_entry (id, action, subject_kind, details_digest, recorded_at) "
    "VALUES (:id, 'test', 'none', '', now())"
)
WHERE = text("SELECT tableoid::regclass::text FROM tianjin.audit_entry WHERE id = :id")


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection that is closed without a commit."""
    engine = create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def owner(worker_database: Clone) -> Iterator[Connection]:
    with connected(worker_database.urls.owner) as connection:
        yield connection


@pytest.fixture
def runtime(worker_database: Clone) -> Iterator[Connection]:
    with connected(worker_database.urls.runtime) as connection:
        yield connection


@pytest.fixture
def writer(own_database: Clone) -> Iterator[Connection]:
    """Of the runtime role too, beside maintenance that commits."""
    with connected(own_database.urls.runtime) as connection:
        yield connection


YEARS = [
    (datetime(1970, 1, 1, tzinfo=UTC), "default"),
    (datetime(2099, 12, 31, tzinfo=UTC), "default"),
    (BUILT_ON, "2026_11"),
]


@pytest.mark.parametrize(("at", "partition"), YEARS, ids=["1970", "2099", "now"])
def test_an_id_of_any_year_is_stored(runtime: Connection, at: datetime, partition: str):
    entry = new_id(at=at)

    runtime.execute(INSERT, {"id": entry})

    assert runtime.scalar(WHERE, {"id": entry}) == f"tianjin.audit_entry_{partition}"


def test_every_partitioned_table_has_a_default_partition_for_ids_of_any_year(owner: Connection):
    for table in partitioned_tables():
        found = owner.scalar(
            text(
                "SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
                "WHERE i.inhparent = CAST(:name AS regclass) AND pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT'"
            ),
            {"name": f"tianjin.{table.name}"},
        )
        assert found == 1, table.name


def test_a_month_that_comes_takes_its_rows_out_of_the_default_partition(owner: Connection):
    early = new_id(at=datetime(2027, 8, 15, tzinfo=UTC))
    owner.execute(INSERT, {"id": early})
    before = owner.scalar(WHERE, {"id": early})

    added = add_partitions(owner, "tianjin", today=date(2027, 8, 1))

    assert before == "tianjin.audit_entry_default"
    assert owner.scalar(WHERE, {"id": early}) == "tianjin.audit_entry_2027_08"
    assert "audit_entry_2027_08" in added


def test_a_row_at_the_edge_of_a_month_lies_in_the_month_of_its_id(owner: Connection):
    last, first = (
        new_id(at=datetime(2026, 11, 30, 23, 59, 59, 999000, tzinfo=UTC)),
        new_id(at=datetime(2026, 12, 1, tzinfo=UTC)),
    )
    for entry in (last, first):
        owner.execute(INSERT, {"id": entry})

    assert [owner.scalar(WHERE, {"id": entry}) for entry in (last, first)] == [
        "tianjin.audit_entry_2026_11",
        "tianjin.audit_entry_2026_12",
    ]


def test_the_months_ahead_are_counted_in_every_table(owner: Connection):
    assert months_ahead(owner, "tianjin", today=TODAY) == MONTHS_AHEAD
    assert months_ahead(owner, "tianjin", today=date(2027, 3, 31)) == 2
    assert months_ahead(owner, "tianjin", today=date(2028, 1, 1)) == 0

    owner.execute(text("DROP TABLE tianjin.audit_entry_2027_01"))

    assert months_ahead(owner, "tianjin", today=TODAY) == 1


def test_maintenance_twice_adds_nothing_the_second_time(own_database: Clone):
    later = date(2026, 12, 5)

    first, second = (maintain(own_database.urls.owner, today=later) for _ in range(2))

    assert {len(names) for names in first.values()} == {len(partitioned_tables())}
    assert all(names == [] for names in second.values())


def test_maintenance_waits_for_a_writer_without_keeping_others_waiting(own_database: Clone, writer: Connection):
    early = datetime(2027, 8, 15, tzinfo=UTC)
    writer.execute(INSERT, {"id": new_id(at=early)})  # holds the DEFAULT partition until it commits
    other = create_engine(own_database.urls.runtime, connect_args={"options": "-c lock_timeout=2000"})

    with ThreadPoolExecutor(1) as pool:
        added = pool.submit(maintain, own_database.urls.owner, today=date(2027, 8, 1))
        time.sleep(1)  # it has met the writer by now
        with other.begin() as connection:
            connection.execute(INSERT, {"id": new_id(at=early)})
        assert not added.done()
        writer.commit()
        found = added.result(timeout=30)

    other.dispose()
    assert "audit_entry_2027_08" in found["tianjin"]
    assert writer.scalar(text("SELECT count(*) FROM tianjin.audit_entry_2027_08")) == 2


def test_maintenance_of_one_table_that_stays_busy_is_told_and_keeps_the_rest(
    own_database: Clone, writer: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.kernel.migrate.PARTITION_TRIES", 1)
    writer.execute(INSERT, {"id": new_id(at=datetime(2099, 1, 1, tzinfo=UTC))})

    with pytest.raises(TableBusy, match=r"tianjin\.audit_entry is busy"):
        maintain(own_database.urls.owner, today=date(2027, 8, 1))

    writer.rollback()
    assert writer.scalar(text("SELECT to_regclass('huaian.audit_entry_2027_08')")) is not None


def test_the_runtime_role_cannot_make_partitions(runtime: Connection):
    with pytest.raises(Exception, match=r"must be owner|permission denied"):
        add_partitions(runtime, "tianjin", today=date(2027, 8, 1))


def test_spans_are_half_open_and_leave_no_gap():
    found = list(spans(today=date(2026, 12, 31), months=2))

    assert [span.month for span in found] == [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    assert [span.beyond for span in found[:-1]] == [span.lowest for span in found[1:]]
