"""Families with a month of care days in bulk, and the computation of their subsidies by the real worker."""

import time
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import httpx
import psutil
import psycopg

from app.kernel.ids import new_id
from app.kernel.roles import DatabaseUrls
from bench import seed
from bench.bulk import analyse, loading
from bench.cluster import libpq_url
from bench.load import ServerFailed
from bench.serving import peak_rss_mib
from bench.staff import Json, answer_of, wait_until

PATH = "/subsidies/computations"
WAITING = ("waiting", "running")
FORMAL_SINCE = timedelta(days=120)  # before the month: whoever became formal is paid from the next month on

_TABLES = (
    *("person", "client", "carer", "assignment", "entitlement", "family_training"),
    *("care_day", "care_fact", "grade", "payable_care_day"),
)
_STATEMENTS = (
    """CREATE TEMPORARY TABLE family ON COMMIT DROP AS
       SELECT n, uuidv7() AS client_id, uuidv7() AS carer_id, uuidv7() AS client_person_id, uuidv7() AS carer_person_id
       FROM generate_series(1, %(families)s) n""",
    """INSERT INTO person (id, id_number_enc, id_number_index, name_enc, sex, born_on, created_at)
       SELECT id, %(digest)s, uuid_send(id), %(digest)s, 'female', '1950-01-01'::date, %(at)s
       FROM (SELECT client_person_id AS id FROM family UNION ALL SELECT carer_person_id FROM family) people""",
    """INSERT INTO client (id, person_id, district_code, created_at)
       SELECT client_id, client_person_id, %(district)s, %(at)s FROM family""",
    """INSERT INTO carer (id, person_id, kind, created_at)
       SELECT carer_id, carer_person_id, 'family', %(at)s FROM family""",
    """INSERT INTO assignment (id, client_id, carer_id, relation, valid_from)
       SELECT uuidv7(), client_id, carer_id, 'spouse', %(since)s FROM family""",
    """INSERT INTO entitlement (id, client_id, level, mode, home_types, cause_kind, concluded_on, valid_from)
       SELECT uuidv7(), client_id, '5', 'home', '{family_care}', 'import', %(since)s, %(since)s FROM family""",
    """INSERT INTO family_training (id, carer_id, client_id, stage, valid_from)
       SELECT uuidv7(), carer_id, client_id, 'formal', %(since)s FROM family""",
    """CREATE TEMPORARY TABLE family_day ON COMMIT DROP AS
       SELECT uuidv7(told_at - clock_timestamp()) AS id, family.*, told_at, day::date AS day
       FROM generate_series(%(month)s, %(last)s, interval '1 day') day,
         LATERAL (SELECT (day::date + time '20:00') AT TIME ZONE %(zone)s AS told_at) told, family
       ORDER BY day, n""",
    "ANALYZE family_day",
    """INSERT INTO care_day (id, client_id, carer_id, day, occurred_at, account_id, command_digest, policy_digest,
         recorded_at)
       SELECT id, client_id, carer_id, day, told_at, carer_person_id, %(digest)s, 'bench', told_at FROM family_day""",
    """INSERT INTO care_fact (id, kind, client_id, carer_id, district_code, recorded_at)
       SELECT id, 'care_day', client_id, carer_id, %(district)s, told_at FROM family_day""",
    """INSERT INTO grade (id, fact_id, grade, witnesses, policy_digest, seq, recorded_at)
       SELECT id, id, 'B', '{position}', 'bench', 1, told_at FROM family_day""",
    """INSERT INTO payable_care_day (client_id, day, care_day_id, carer_id, recorded_at)
       SELECT client_id, day, id, carer_id, told_at FROM family_day""",
)


@dataclass(frozen=True, slots=True)
class Computation:
    """Seconds from the request to `done`, and the most memory the worker ever had, in MiB."""

    seconds: float
    worker_peak_mib: float


def fill_families(urls: DatabaseUrls, *, families: int, month: date, at: datetime) -> None:
    """Add families with a payable care day on each day of the month; commits what satisfies the constraints."""
    values = {
        "families": families,
        "month": month,
        "last": month.replace(day=_days_of(month)),
        "since": month - FORMAL_SINCE,
        "district": seed.DISTRICT,
        "zone": seed.TIMEZONE,
        "digest": bytes(32),
        "at": at,
    }
    with psycopg.connect(libpq_url(urls.owner)) as connection:
        with loading(connection, region=seed.REGION, tables=_TABLES) as cursor:
            for statement in _STATEMENTS:
                cursor.execute(statement, values)
        analyse(connection)


def measure_subsidies(
    http: httpx.Client, worker: psutil.Process, urls: DatabaseUrls, *, month: date, families: int, within_s: float
) -> Computation:
    """Ask for a month and wait. Raises ServerFailed unless every day of every family was computed as paid."""
    began = time.perf_counter()
    command, key = {"month": month.isoformat()}, {"Idempotency-Key": str(new_id())}
    sent = answer_of(http.post(PATH, json=command, headers=key))
    run = wait_until(lambda: answer_of(http.get(f"{PATH}/{sent['id']}")), _is_over, within_s=within_s)
    took = time.perf_counter() - began
    paid = _days_paid(urls)
    if run["state"] != "done" or run["computed"] != families or paid != families * _days_of(month):
        raise ServerFailed(f"the computation ended as {run}, {paid} days paid")
    return Computation(took, peak_rss_mib(worker))


def _is_over(run: Json) -> bool:
    return run["state"] not in WAITING


def _days_of(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def _days_paid(urls: DatabaseUrls) -> int:
    with psycopg.connect(libpq_url(urls.owner), options=f"-c search_path={seed.REGION}") as connection:
        (found,) = connection.execute("SELECT coalesce(sum(days_paid), 0) FROM subsidy").fetchone() or (0,)
        return int(found)
