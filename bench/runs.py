"""One run of a web server against a fresh database: warm up, load, read the costs, check what was stored."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy import make_url

from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.kernel.roles import DatabaseUrls
from app.kernel.tokens import TokenKeys, issue
from bench import seed
from bench.cluster import Cluster, libpq_url
from bench.load import HEAD_END, LoadResult, ServerFailed, drive
from bench.serving import Server, cpu_seconds, serve
from bench.wire import Message, Tally, counting_proxy

TOKENS_LAST = timedelta(hours=1)
STEP_ASIDE_DEGREES = 0.0001  # about ten metres from the door
CREATED = 201
OPEN_INSTANT = "@@@@-@@-@@T@@:@@:@@.@@@Z"  # as long as the instant that takes its place
WARM_TRIPS = 40
COUNTED_TRIPS = 10
SOCKET = ".s.PGSQL.5432"
ONE_CONNECTION = {"ANHU_WEB_WORKERS": "1", "ANHU_WEB_THREADS": "1"}  # so that it is warm after the first few


@dataclass(frozen=True, slots=True)
class Run:
    """What one run gave. CPU in seconds per 1,000 check-ins, client share as a part of one core."""

    load: LoadResult
    web_cpu_s_per_1000: float
    db_cpu_s_per_1000: float
    client_share: float
    worker_rss_mib: float
    start_s: float


def clock_ins(pairs: Sequence[seed.Pair], *, keys: TokenKeys, at: datetime) -> list[bytes]:
    """One HTTP request per pair: the carer clocks in at the client's home, about ten metres from the stored point.

    The instant is left open: see `stamped`.
    """
    return [_request(pair, token=token_of(pair, keys=keys, at=at)) for pair in pairs]


def stamped(requests: Iterable[bytes]) -> Iterator[bytes]:
    """The requests with the instant at which each is taken to be sent: in a long run those made beforehand would come
    late, and be told."""
    for request in requests:
        instant = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        yield request.replace(OPEN_INSTANT.encode(), instant.encode())


def run_once(
    application: str, cluster: Cluster, *, name: str, clients: int, warm: int, more: Mapping[str, str] | None = None
) -> Run:
    """Serve a fresh database with `application` and let `clients` clock every carer in; the first `warm` don't count.

    Raises ServerFailed unless each answer is 201 and the database holds exactly the clean check-ins sent.
    """
    with (
        cluster.fresh_database(name) as urls,
        serve(application, data_dir=cluster.data_dir, database_url=urls.runtime, more=more or {}) as server,
    ):
        requests = clock_ins(cluster.pairs, keys=cluster.settings.token_keys, at=clock.now())
        check_statuses(drive(server.address, stamped(requests[:warm]), clients=clients), application)
        web, database = cpu_seconds(server.process), cpu_seconds(cluster.process())
        load = drive(server.address, stamped(requests[warm:]), clients=clients)
        web, database = cpu_seconds(server.process) - web, cpu_seconds(cluster.process()) - database
        check_statuses(load, application)
        check_stored(urls, expected=len(requests))
        thousands = len(load.latencies) / 1000
        return Run(
            load=load,
            web_cpu_s_per_1000=web / thousands,
            db_cpu_s_per_1000=database / thousands,
            client_share=load.client_cpu_s / load.seconds,
            worker_rss_mib=server.worker_rss_mib(),
            start_s=server.start_s,
        )


def count_round_trips(application: str, cluster: Cluster, *, name: str) -> list[Tally]:
    """What single warm clean clock-ins say to PostgreSQL, one tally each, seen by a proxy before its socket."""
    at = clock.now()
    requests = clock_ins(cluster.pairs[: WARM_TRIPS + COUNTED_TRIPS], keys=cluster.settings.token_keys, at=at)
    with _overheard(application, cluster, name) as (server, tally):
        check_statuses(drive(server.address, stamped(requests[:WARM_TRIPS]), clients=1), application)
        return [_one_tally(server, application, request, tally) for request in requests[WARM_TRIPS:]]


def hear_check_in(application: str, cluster: Cluster, *, name: str) -> tuple[set[UUID], list[Message]]:
    """What one clean clock-in says to PostgreSQL while its statements are sent with their text, before they are
    prepared; and the ids that another check-in has others for."""
    first, second = cluster.pairs[:2]
    requests = clock_ins([first, second], keys=cluster.settings.token_keys, at=clock.now())
    with _overheard(application, cluster, name) as (server, tally):
        _one_tally(server, application, requests[0], tally)  # opens the connection
        heard = _one_tally(server, application, requests[1], tally)
    ids = {value for value in astuple(second) if isinstance(value, UUID)} - {second.agency_id}
    return ids | {UUID(json.loads(requests[1].partition(HEAD_END)[2])["id"])}, heard.messages


@contextmanager
def _overheard(application: str, cluster: Cluster, name: str) -> Iterator[tuple[Server, Tally]]:
    """A server with one connection to a fresh database, and what it says there."""
    with cluster.fresh_database(name) as urls, tempfile.TemporaryDirectory(prefix="anhu-wire-") as folder:
        url = make_url(urls.runtime)
        socket_folder = Path(str(url.query["host"]))
        through = url.update_query_dict({"host": folder}).render_as_string(hide_password=False)
        with (
            counting_proxy(socket_folder / SOCKET, Path(folder)) as tally,
            serve(application, data_dir=cluster.data_dir, database_url=through, more=ONE_CONNECTION) as server,
        ):
            yield server, tally


def _one_tally(server: Server, application: str, request: bytes, tally: Tally) -> Tally:
    tally.take()
    check_statuses(drive(server.address, stamped([request]), clients=1), application)
    return tally.take()


def token_of(pair: seed.Pair, *, keys: TokenKeys, at: datetime) -> str:
    """The pair's carer, logged in."""
    actor = Actor(
        region=seed.REGION,
        account_id=pair.account_id,
        role=Role.CARER,
        scope=Scope(ScopeKind.OWN_CLIENTS),
        grant_id=pair.grant_id,
        person_id=pair.carer_person_id,
        device_id=pair.device_id,
    )
    return issue(actor, grants_version=1, keys=keys, at=at, lifetime=TOKENS_LAST)


def _request(pair: seed.Pair, *, token: str) -> bytes:
    fix = {
        "latitude": round(pair.latitude + STEP_ASIDE_DEGREES, 6),
        "longitude": round(pair.longitude, 6),
        "system": "gcj02",
        "accuracy_m": 20,
        "fixed_at": OPEN_INSTANT,
        "source": "wechat",
    }
    body = json.dumps({"id": str(new_id()), "occurred_at": OPEN_INSTANT, "fix": fix}).encode()
    head = (
        f"POST /api/v1/visits/{pair.visit_id}/clock-in HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        f"Phone-Sent-At: {OPEN_INSTANT}\r\nAccept-Language: zh-CN\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def check_statuses(load: LoadResult, application: str) -> None:
    """Raise ServerFailed unless every answer was a created check-in."""
    if set(load.statuses) != {CREATED}:
        raise ServerFailed(f"{application} answered {dict(load.statuses)} to clean clock-ins; each must be {CREATED}")


_STORED = """
    SELECT (SELECT count(*) FROM clock_event WHERE verdict = 'inside' AND visit_id IS NOT NULL),
           (SELECT count(*) FROM position), (SELECT count(*) FROM visit WHERE state = 'begun' AND seq = 2),
           (SELECT count(*) FROM visit_change WHERE seq = 2), (SELECT count(*) FROM exception)
"""


def check_stored(urls: DatabaseUrls, *, expected: int) -> None:
    """Raise ServerFailed unless the database holds exactly so many check-ins, all of them clean."""
    with psycopg.connect(libpq_url(urls.owner), options=f"-c search_path={seed.REGION},public") as connection:
        found = connection.execute(_STORED).fetchone()
    if found != (expected,) * 4 + (0,):
        raise ServerFailed(f"stored: events, positions, visits, changes, exceptions {found}; expected {expected}, 0")
