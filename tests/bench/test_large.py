"""The bench at size, very small, so that it does not rot. No figure is judged here."""

import json
import struct
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from app.imports.service import running
from app.imports.types import ImportKind
from app.kernel import clock
from app.kernel.roles import DatabaseUrls
from bench import figures, large_figures, seed
from bench.bulk import loading
from bench.cluster import Cluster, filled_cluster, libpq_url
from bench.history import fill_history
from bench.import_file import clients_file
from bench.large import Sizes, measure
from bench.pgbench import Script, Statement, statements_of
from bench.wire import Message

TINY = Sizes(
    carers=9,
    days=14,
    few_carers=3,
    few_days=2,
    rounds=1,
    check_ins=6,
    clients=2,
    transactions=3,
    requests=4,
    rows=20,
    families=10,
    few_families=2,
    sealed_days=3,
    risk_days=3,
    looks=2,
)
KEYS = {
    *large_figures.BOUNDS,
    "pgbench_tps",
    "growth_visits_few",
    "growth_visits_many",
    "growth_cpu_s_per_1000_few",
    "growth_cpu_s_per_1000_many",
    "staff_load_p50_ms",
    "staff_load_requests",
    "staff_load_carers",
    "subsidies_1k_s",
    "subsidies_rss_mib",
    "seal_rows",
    "seal_rss_growth_mib",
    "receipt_ms",
    "risk_visits",
    "risk_visits_named",
    "risk_rss_growth_mib",
    "verified_share_p95_ms",
    "rule_outcomes_p95_ms",
}


NOUGHT = {"risk_visits_named", "risk_rss_growth_mib"}  # neighbours, who are all honest
TOLD = {"visit": 1, "visit_change": 3, "clock_event": 2, "position": 2, "item_done": 1, "audit_entry": 1}
TOLD |= {"audit_detail": 1, "service_record": 1, "care_fact": 1, "grade": 1, "payable_time": 1}
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
    WHERE connamespace = 'tianjin'::regnamespace AND conparentid = 0 AND NOT EXISTS
      (SELECT FROM pg_class WHERE pg_class.oid = conrelid AND relispartition)
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with filled_cluster(pairs=9, at=clock.now()) as filled:
        yield filled


@pytest.fixture
def urls(cluster: Cluster) -> Iterator[DatabaseUrls]:
    with cluster.fresh_database("test_large") as made:
        yield made


@pytest.fixture
def owner(urls: DatabaseUrls) -> Iterator[psycopg.Connection]:
    with psycopg.connect(libpq_url(urls.owner), options="-c search_path=tianjin,public", autocommit=True) as connection:
        yield connection


@pytest.mark.slow
def test_every_figure_is_found() -> None:
    found, facts = measure(TINY)

    assert set(found) == KEYS
    assert (found["growth_visits_few"], found["growth_visits_many"]) == (48, 1008)
    assert found["staff_load_carers"] == TINY.pairs
    assert all(found[name] > 0 for name in KEYS - {"subsidies_rss_growth_mib", "seal_rss_growth_mib"} - NOUGHT)
    assert [bar.name for bar in large_figures.bars(found)] == [f"{name}, at most" for name in large_figures.BOUNDS]
    assert facts["postgresql"]


def test_a_past_has_all_that_visits_leave_and_every_constraint_stands(
    cluster: Cluster, urls: DatabaseUrls, owner: psycopg.Connection
) -> None:
    before = set(owner.execute(CONSTRAINTS).fetchall())
    rows_before = {table: _count(owner, table) for table in TOLD}

    history = fill_history(urls, cluster.pairs, days=5, ring=cluster.settings.key_ring, at=clock.now())

    assert history.visits == 9 * 8 * 5
    added = {table: _count(owner, table) - rows_before[table] for table in TOLD}
    assert added == {table: rows * history.visits for table, rows in TOLD.items()}
    held = _count(owner, "hold")
    assert held == _count(owner, "hold_release") == _count(owner, "review") == _count(owner, "exception") > 0
    assert owner.execute("SELECT sum(minutes) FROM payable_time").fetchone() == (53 * history.visits,)
    assert _count(owner, "clock_event_default") == 0
    assert set(owner.execute(CONSTRAINTS).fetchall()) == before


REFUSED = [
    ("UPDATE payable_time SET carer_id = gen_random_uuid()", psycopg.errors.ForeignKeyViolation),
    ("UPDATE payable_time SET during = '[2026-01-01,2026-01-02)'", psycopg.errors.ExclusionViolation),
]


@pytest.mark.parametrize(("spoil", "refusal"), REFUSED)
def test_what_breaks_a_constraint_is_not_loaded(
    cluster: Cluster, urls: DatabaseUrls, owner: psycopg.Connection, spoil: str, refusal: type[Exception]
) -> None:
    fill_history(urls, cluster.pairs, days=1, ring=cluster.settings.key_ring, at=clock.now())

    with pytest.raises(refusal), loading(owner, region="tianjin", tables=["payable_time"]) as cursor:
        cursor.execute(spoil)


def test_a_file_of_clients_has_nothing_to_find_fault_with() -> None:
    content = clients_file(1000, agency_code=seed.credit_code(3), today=date(2026, 11, 25))

    reading = running.read(content, kind=ImportKind.CLIENTS)

    assert reading.reasons == []
    assert len({row.values["number"] for row in reading.rows}) == 1000


def test_statements_are_read_with_the_values_they_are_sent_with() -> None:
    id_type, text_type, binary, text = 2950, 25, 1, 0
    one = UUID(int=7)
    parse = b"_pg3_0\0SELECT $1::UUID, $2\0" + struct.pack("!h2i", 2, id_type, text_type)
    bind = b"\0_pg3_0\0" + struct.pack("!h3h", 2, binary, text, 2)
    bind += struct.pack("!i", 16) + one.bytes + struct.pack("!i", -1) + struct.pack("!h", 0)
    messages = [Message("Q", b"BEGIN\0"), Message("P", parse), Message("B", bind), Message("E", b"\0" * 5)]

    assert list(statements_of(messages)) == [Statement("BEGIN"), Statement("SELECT $1::UUID, $2", (one, None))]


def test_a_script_makes_new_ids_and_keeps_the_other_values() -> None:
    varying, fixed = UUID("01a212b3-1e0b-71a5-ba0d-000100000001"), UUID("01a212b3-1e0b-71a5-ba0d-000000000001")
    script = Script("")

    script.add(
        Statement("SELECT $1::UUID,\n $2::UUID, $3, $4, $1::UUID", (varying, fixed, b"\x0a", None)), varying={varying}
    )

    made = "(:value_0 || lpad(to_hex(:number::integer), 8, '0'))::UUID"
    assert script.text == f"SELECT {made}, :value_1::UUID, :value_2, NULL, {made};\n"
    assert script.variables == {"value_0": "01a212b31e0b71a5ba0d0001", "value_1": str(fixed), "value_2": "\\x0a"}


def test_figures_of_the_other_bench_are_kept(tmp_path: Path) -> None:
    latest = tmp_path / "latest.json"
    figures.keep({"checkin_rps": 700.0}, [figures.Bar("a", 1, 2, met=True)], {"cores": 2}, ratios={"r": 0.6}, to=latest)

    figures.keep(
        {"growth_ratio": 1.0}, [figures.Bar("b", 3, 2, met=False)], {"cores": 4}, machine_key="other", to=latest
    )

    assert json.loads(latest.read_text()) == {
        "checkin_rps": 700.0,
        "growth_ratio": 1.0,
        "ratios": {"r": 0.6},
        "bars": {"a": {"found": 1, "bound": 2, "met": True}, "b": {"found": 3, "bound": 2, "met": False}},
        "machine": {"cores": 2},
        "other": {"cores": 4},
    }


def _count(connection: psycopg.Connection, table: str) -> int:
    (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
    return int(found)
