"""The bench on a tiny cut, so that it does not rot. No figure is judged here: speed is `make bench`'s business."""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from app.kernel import clock
from bench import figures
from bench.cluster import Cluster, filled_cluster
from bench.load import LoadResult, ServerFailed, drive
from bench.runs import (
    COUNTED_TRIPS,
    WARM_TRIPS,
    Run,
    check_statuses,
    clock_ins,
    count_round_trips,
    run_once,
    stamped,
)
from bench.serving import BASELINE, OURS
from bench.sync import SyncRun, measure_sync
from bench.wire import Message, Reader, Tally
from tests.fixed_clock import clock_at

FEW = 24
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAIRS = WARM_TRIPS + COUNTED_TRIPS


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with filled_cluster(pairs=PAIRS, at=clock.now()) as filled:
        yield filled


def a_run(*, rps: float = 100.0, web_cpu_s_per_1000: float = 2.0, start_s: float = 1.0) -> Run:
    load = LoadResult(10 / rps, [0.01] * 10, Counter({201: 10}), 0.001)
    return Run(load, web_cpu_s_per_1000, 0.5, 0.01, 90.0, start_s)


def a_message(kind: str, content: bytes = b"") -> bytes:
    return kind.encode() + struct.pack("!I", len(content) + 4) + content


def said(*kinds: str) -> list[Message]:
    return [Message(kind, b"") for kind in kinds]


def test_a_phone_s_records_are_stored_by_either_way(cluster: Cluster) -> None:
    brought = measure_sync(cluster, rounds=1, visits=2)  # raises when something is missing

    assert min(brought.together_per_s, brought.single_per_s) > 0


@pytest.mark.parametrize("application", [OURS, BASELINE])
def test_a_run_stores_every_check_in_and_counts_what_it_costs(cluster: Cluster, application: str) -> None:
    run = run_once(application, cluster, name="test_run", clients=4, warm=FEW)
    tallies = count_round_trips(application, cluster, name="test_trips")

    assert run.load.statuses == {201: PAIRS - FEW}
    assert len(run.load.latencies) == PAIRS - FEW
    assert run.load.rps > 0
    assert run.web_cpu_s_per_1000 > 0
    assert run.db_cpu_s_per_1000 > 0
    assert run.worker_rss_mib > 10
    assert 0 < run.start_s < 30
    assert [tally.round_trips for tally in tallies] == [7] * COUNTED_TRIPS
    assert [tally.turns for tally in tallies] == [7] * COUNTED_TRIPS


def test_a_request_tells_when_it_is_sent_however_long_before_it_was_made(cluster: Cluster) -> None:
    keys = cluster.settings.token_keys
    (made,) = clock_ins(cluster.pairs[:1], keys=keys, at=NOON - timedelta(minutes=6))

    with clock_at(NOON):
        (sent,) = stamped([made])

    assert sent.count(b"2026-11-20T12:00:00.") == 3
    assert len(sent) == len(made)


@contextmanager
def a_server(*answers: bytes) -> Iterator[tuple[str, int]]:
    """Answers one request with each of `answers`, then closes the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                for answer in answers:
                    connection.recv(4096)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()
        thread.join()


def test_clients_read_whole_answers_and_count_them_by_status() -> None:
    created = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
    refused = b"HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n"

    with a_server(created, refused, created) as address:
        load = drive(address, [b"GET / HTTP/1.1\r\n\r\n"] * 3, clients=1)

    assert load.statuses == {201: 2, 409: 1}
    assert len(load.latencies) == 3


def test_an_answer_cut_off_is_an_error() -> None:
    cut_off = b"HTTP/1.1 201 Created\r\nContent-Length: 20\r\n\r\n{}"

    with a_server(cut_off) as address, pytest.raises(ServerFailed, match="in the middle"):
        drive(address, [b"GET / HTTP/1.1\r\n\r\n"], clients=1)


def test_a_refused_check_in_ends_a_run() -> None:
    load = LoadResult(1.0, [0.01] * 2, Counter({201: 1, 409: 1}), 0.0)

    with pytest.raises(ServerFailed, match="409"):
        check_statuses(load, BASELINE)


def test_messages_are_counted_across_any_cut_of_the_stream() -> None:
    startup = struct.pack("!II", 8, 196608)
    stream = startup + a_message("Q", b"BEGIN\0") + a_message("B", b"x" * 300) + a_message("E") + a_message("S")

    for size in (1, 2, 7, len(stream)):
        reader = Reader()
        found = [each for at in range(0, len(stream), size) for each in reader.messages(stream[at : at + size])]

        assert found == [("Q", b"BEGIN\0"), ("B", b"x" * 300), ("E", b""), ("S", b"")]


def test_a_statement_and_its_preparation_are_two_round_trips() -> None:
    tally = Tally()

    tally.add(said("P", "S"), turn=True)
    tally.add(said("B", "D", "E", "S"), turn=True)

    assert tally.round_trips == 2
    assert tally.take().round_trips == 2
    assert tally.round_trips == 0


def test_turns_count_when_they_are_more_than_the_messages_that_ask() -> None:
    tally = Tally()

    tally.add(said("B"), turn=True)
    tally.add(said("E", "S"), turn=True)

    assert tally.round_trips == 2


def test_figures_are_medians_and_ratios_compare_with_the_hand_written_application() -> None:
    ours = [a_run(rps=60.0), a_run(rps=80.0), a_run(rps=500.0)]
    baseline = [a_run(rps=100.0, web_cpu_s_per_1000=1.0)] * 3

    found = figures.figures(ours, baseline, SyncRun(500.0, 90.0), round_trips=7)
    compared = figures.ratios(found, [*ours, *baseline])

    assert found["checkin_rps"] == 80.0
    assert found["sync_over_single"] == 5.56
    assert compared["rps_of_flask_psycopg"] == 0.8
    assert compared["web_cpu_of_flask_psycopg"] == 2.0


BARS = [
    (7, 50.0, 2.0, 500.0, [True, True, True, True]),
    (8, 50.0, 2.0, 500.0, [False, True, True, True]),
    (7, 49.9, 2.0, 500.0, [True, False, True, True]),
    (7, 50.0, 2.01, 500.0, [True, True, False, True]),
    (7, 50.0, 2.0, 499.0, [True, True, True, False]),
]


@pytest.mark.parametrize(("round_trips", "rps", "start_s", "together", "met"), BARS)
def test_a_bar_is_met_up_to_its_bound(
    round_trips: int, rps: float, start_s: float, together: float, met: list[bool]
) -> None:
    ours, brought = [a_run(rps=rps, start_s=start_s)], SyncRun(together, 100.0)
    found = figures.figures(ours, [a_run(rps=100.0)], brought, round_trips=round_trips)

    held = figures.bars(found)

    assert [bar.met for bar in held] == met
