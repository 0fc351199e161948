"""A phone that was offline for two days brings 500 records: in one request, and one request each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

import httpx
import psycopg

from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.roles import DatabaseUrls
from bench import seed
from bench.cluster import Cluster, libpq_url
from bench.load import ServerFailed
from bench.runs import CREATED, STEP_ASIDE_DEGREES, token_of
from bench.serving import OURS, Server, serve

VISITS, ITEMS = 50, 7  # of each visit: checks, in, items, out
OF_A_VISIT = ITEMS + 3
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PATIENCE_S = 120.0
PATHS = {"checks": "checks", "clock_in": "clock-in", "clock_out": "clock-out", "item": "items"}
_VISITS = """
    INSERT INTO visit (id, client_id, carer_id, agency_id, district_code, plan_id, team_slot, planned, state, seq,
      source, created_at)
    VALUES (%(id)s, %(client)s, %(carer)s, %(agency)s, %(district)s, %(client)s, 1, tstzrange(%(begin)s, %(end)s),
      'planned', 1, 'planned', %(begin)s)
"""
_CHANGES = """
    INSERT INTO visit_change (visit_id, seq, from_state, to_state, recorded_at)
    VALUES (%(id)s, 1, 'new', 'planned', %(begin)s)
"""
_STORED = """
    SELECT (SELECT count(*) FROM clock_event), (SELECT count(*) FROM item_done), (SELECT count(*) FROM visit_check)
"""


@dataclass(frozen=True, slots=True)
class SyncRun:
    """Records a second: brought together by one request, and by one request each; medians over the rounds."""

    together_per_s: float
    single_per_s: float


def measure_sync(cluster: Cluster, *, rounds: int, visits: int = VISITS) -> SyncRun:
    """Two carers a round bring the same records, one in each way; a first round warms up. Raises ServerFailed."""
    with (
        cluster.fresh_database("bench_sync") as urls,
        serve(OURS, data_dir=cluster.data_dir, database_url=urls.runtime, more={}) as server,
    ):
        together: list[float] = []
        single: list[float] = []
        pairs = iter(cluster.pairs)
        for _ in range(rounds + 1):
            for found, is_together in ((single, False), (together, True)):
                planned = _add_visits(urls, pair := next(pairs), visits, at=clock.now())
                seconds = _send(server, cluster, pair, planned, is_together=is_together)
                found.append(OF_A_VISIT * visits / seconds)
        _check_stored(urls, visits=2 * (rounds + 1) * visits)
    return SyncRun(median(together[1:]), median(single[1:]))


def _send(
    server: Server, cluster: Cluster, pair: seed.Pair, planned: Sequence[tuple[UUID, datetime]], *, is_together: bool
) -> float:
    """Seconds until everything is answered."""
    at = clock.now()
    records = [record for visit_id, begin in planned for record in _records(pair, visit_id, begin)]
    headers = {"Authorization": f"Bearer {token_of(pair, keys=cluster.settings.token_keys, at=at)}"}
    headers["Phone-Sent-At"] = at.isoformat()
    host, port = server.address
    with httpx.Client(base_url=f"http://{host}:{port}/api/v1", headers=headers, timeout=PATIENCE_S) as http:
        began = clock.machine_now()
        if is_together:
            answers = http.post("/sync", json={"records": records}).raise_for_status().json()["answers"]
            statuses = {answer["status"] for answer in answers}
        else:
            statuses = {_post(http, record).status_code for record in records}
        seconds = (clock.machine_now() - began).total_seconds()
    if statuses != {CREATED}:
        raise ServerFailed(f"records were answered {statuses}; each must be {CREATED}")
    return seconds


def _post(http: httpx.Client, record: dict[str, Any]) -> httpx.Response:
    content = {"items": [record["record"]]} if record["kind"] == "item" else record["record"]
    return http.post(f"/visits/{record['visit_id']}/{PATHS[record['kind']]}", json=content)


def _records(pair: seed.Pair, visit_id: UUID, begin: datetime) -> Iterator[dict[str, Any]]:
    fix = {
        "latitude": round(pair.latitude + STEP_ASIDE_DEGREES, 6),
        "longitude": round(pair.longitude, 6),
        "system": "gcj02",
        "accuracy_m": 20,
        "source": "wechat",
    }
    item = {"item_code": "bench", "outcome": "done", "minutes": 5}
    contents: list[tuple[str, int, dict[str, Any]]] = [
        ("checks", 0, {"identity": "known_person"}),
        ("clock_in", 1, {"fix": fix}),
        *(("item", 5 + number, item) for number in range(ITEMS)),
        ("clock_out", 59, {"fix": fix}),
    ]
    for kind, minute, content in contents:
        told = {"id": str(new_id()), "occurred_at": (begin + minute * MINUTE).isoformat()}
        yield {"kind": kind, "visit_id": str(visit_id), "record": content | told}


def _add_visits(urls: DatabaseUrls, pair: seed.Pair, number: int, *, at: datetime) -> list[tuple[UUID, datetime]]:
    """One visit an hour up to an hour ago."""
    first = at.replace(minute=0, second=0, microsecond=0) - (number + 1) * HOUR
    visits = [(new_id(), first + place * HOUR) for place in range(number)]
    rows = [
        {
            "id": visit_id,
            "client": pair.client_id,
            "carer": pair.carer_id,
            "agency": pair.agency_id,
            "district": seed.DISTRICT,
            "begin": begin,
            "end": begin + HOUR,
        }
        for visit_id, begin in visits
    ]
    with (
        psycopg.connect(libpq_url(urls.owner), options=f"-c search_path={seed.REGION},public") as connection,
        connection.cursor() as cursor,
    ):
        cursor.executemany(_VISITS, rows)
        cursor.executemany(_CHANGES, rows)
    return visits


def _check_stored(urls: DatabaseUrls, *, visits: int) -> None:
    with psycopg.connect(libpq_url(urls.owner), options=f"-c search_path={seed.REGION},public") as connection:
        found = connection.execute(_STORED).fetchone()
    expected = (2 * visits, ITEMS * visits, visits)
    if found != expected:
        raise ServerFailed(f"stored: events, items, checks {found}; expected {expected}")
