"""What an office does in one of the bench's regions: it looks at staff load, computes a month, sends a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import psutil
import psycopg

from app.jobs import JOBS
from app.kernel import clock
from app.kernel.permissions import Role, Scope, ScopeKind
from app.kernel.roles import DatabaseUrls
from bench import seed
from bench.cluster import Cluster, libpq_url
from bench.families import Computation, fill_families, measure_subsidies
from bench.history import History
from bench.import_file import clients_file, measure_import
from bench.looks import measure_looks
from bench.neighbours import Neighbours
from bench.serving import Server, work
from bench.staff import Json, client, headers, hire, wait_until
from bench.staff_load import StaffLoadRun, measure_staff_load

PATIENCE_S = 600.0
FUND = Scope(ScopeKind.FUND)
_WORK_DONE = """
    SELECT count(DISTINCT job), count(*) FILTER (WHERE started_at >= %s) FROM job_run WHERE finished_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Office:
    """A database and the server in front of it; the worker runs while there is work for it."""

    cluster: Cluster
    urls: DatabaseUrls
    server: Server

    def staff_load(self, history: History, *, requests: int) -> StaffLoadRun:
        """The first agency's carers, as its dispatcher sees them."""
        agency = Scope(ScopeKind.AGENCY, str(self.cluster.pairs[0].agency_id))
        return measure_staff_load(self.server, self._headers(Role.DISPATCHER, agency), history, requests=requests)

    def looks(self, history: History, *, requests: int) -> dict[str, float]:
        """What a supervisor of the fund asks of a month."""
        return measure_looks(self.server, self._headers(Role.SUPERVISOR, FUND), history, requests=requests)

    def subsidies(self, families: int, others: Neighbours, *, name: str) -> Computation:
        """Last month's subsidies of families that are added for it, by a worker that did nothing else before."""
        at = clock.now()
        month = _last_month(clock.local_date(at, ZoneInfo(seed.TIMEZONE)))
        fill_families(self.urls, families=families, month=month, at=at)
        with self._worker() as worker, self._client(Role.PAYOUT_PREPARER) as http, others.watched(name):
            return measure_subsidies(http, worker, self.urls, month=month, families=families, within_s=PATIENCE_S)

    def import_clients(self, rows: int, others: Neighbours) -> float:
        """Seconds from sending a file of new clients of the first agency until they are written."""
        today = clock.local_date(clock.now(), ZoneInfo(seed.TIMEZONE))
        content = clients_file(rows, agency_code=seed.credit_code(0), today=today)
        with self._worker(), self._client(Role.REGION_ADMIN) as http, others.watched("import"):
            return measure_import(http, content, rows=rows, within_s=PATIENCE_S)

    def _client(self, role: Role) -> httpx.Client:
        return client(self.server, self._headers(role, FUND))

    def _headers(self, role: Role, scope: Scope) -> dict[str, str]:
        at = clock.now()
        return headers(hire(self.urls, role, scope, at=at), keys=self.cluster.settings.token_keys, at=at)

    @contextmanager
    def _worker(self) -> Iterator[psutil.Process]:
        """A new worker, once it has done what was due when it came."""
        came_at = clock.machine_now()
        with work(data_dir=self.cluster.data_dir, database_url=self.urls.runtime) as worker:
            wait_until(lambda: self._work_done(since=came_at), _is_idle, within_s=PATIENCE_S)
            yield worker

    def _work_done(self, *, since: datetime) -> Json:
        with psycopg.connect(libpq_url(self.urls.owner), options=f"-c search_path={seed.REGION}") as connection:
            jobs, runs = connection.execute(_WORK_DONE, [since]).fetchone() or (0, 0)
            return {"jobs": jobs, "runs": runs}


def _is_idle(done: Json) -> bool:
    return bool(done["jobs"] == len(JOBS) and done["runs"])


def _last_month(today: date) -> date:
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
