"""Years of visits in bulk: an agency of 500 carers, each with eight clients, every visit done, recorded and accepted.

Written as superuser without foreign-key checks, one statement a table: what is measured afterwards is how the product
finds its way among them, not how they came there.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql
from sqlalchemy import create_engine, make_url

from app.kernel import clock
from app.kernel.crypto import KeyRing
from app.kernel.ids import new_id
from app.kernel.partitions import add_partitions
from app.kernel.roles import DatabaseUrls
from bench import seed
from bench.cluster import libpq_url

A_DAY = 8  # visits of a carer, one at each of eight clients
LASTS = timedelta(minutes=50)


@dataclass(frozen=True, slots=True)
class History:
    """The agency all these visits belong to, its carers, and the days they were on, `[first, beyond)`."""

    agency_id: UUID
    carers: int
    visits: int
    first: date
    beyond: date


_STATEMENTS = (
    """CREATE TEMPORARY TABLE past_carer ON COMMIT DROP AS
       SELECT n, uuidv7() AS carer_id, uuidv7() AS person_id FROM generate_series(1, %(carers)s) n""",
    """CREATE TEMPORARY TABLE past_client ON COMMIT DROP AS
       SELECT n, place, uuidv7() AS client_id, uuidv7() AS person_id
       FROM generate_series(1, %(carers)s) n, generate_series(0, %(a_day)s - 1) place""",
    """INSERT INTO agency (id, name, credit_code, district_code, state, created_at)
       VALUES (%(agency)s, '大机构', '91120000000000001M', %(district)s, 'active', %(begins)s)""",
    """INSERT INTO person (id, id_number_enc, id_number_index, name_enc, sex, born_on, created_at)
       SELECT person_id, %(id_number)s, uuid_send(uuidv7()), %(name)s, 'female', '1980-01-01'::date, %(begins)s
       FROM (SELECT person_id FROM past_carer UNION ALL SELECT person_id FROM past_client) people""",
    """INSERT INTO carer (id, person_id, kind, created_at)
       SELECT carer_id, person_id, 'professional', %(begins)s FROM past_carer""",
    """INSERT INTO employment (id, carer_id, agency_id, contract_kind, valid_from)
       SELECT uuidv7(), carer_id, %(agency)s, 'labour', %(first)s FROM past_carer""",
    """INSERT INTO client (id, person_id, district_code, created_at)
       SELECT client_id, person_id, %(district)s, %(begins)s FROM past_client""",
    """INSERT INTO assignment (id, client_id, carer_id, valid_from)
       SELECT uuidv7(), client_id, carer_id, %(first)s FROM past_client JOIN past_carer USING (n)""",
    """INSERT INTO entitlement
         (id, client_id, level, mode, home_types, cause_kind, concluded_on, valid_from, valid_to)
       SELECT uuidv7(), client_id, '5', 'home', '{agency_care}', 'import', %(first)s, %(first)s, NULL
       FROM past_client""",
    """CREATE TEMPORARY TABLE past ON COMMIT DROP AS
       SELECT uuidv7(at - now()) AS visit_id, uuidv7(at - now()) AS in_id, uuidv7(at - now()) AS out_id,
         uuidv7(at - now()) AS record_id, carer_id, client_id, at
       FROM past_carer JOIN past_client USING (n), generate_series(0, %(days)s - 1) day,
         LATERAL (SELECT %(begins)s + day * interval '1 day' + place * interval '1 hour' AS at) times""",
    """INSERT INTO visit (id, client_id, carer_id, agency_id, district_code, team_slot, planned, state, seq, began_at,
         ended_at, source, created_at)
       SELECT visit_id, client_id, carer_id, %(agency)s, %(district)s, 1, tstzrange(at, at + %(lasts)s), 'done', 3,
         at + interval '1 minute', at + %(lasts)s, 'planned', at FROM past""",
    """INSERT INTO visit_change (visit_id, seq, from_state, to_state, recorded_at)
       SELECT visit_id, step.seq, step.from_state, step.to_state, at
       FROM past, (VALUES (1, 'new', 'planned'), (2, 'planned', 'begun'), (3, 'begun', 'done'))
         step (seq, from_state, to_state)""",
    """INSERT INTO clock_event (id, kind, carer_id, client_id, visit_id, occurred_at, counted_at, skew_ms, verdict,
         distance_m, accuracy_m, location_source, command_digest, position_digest, account_id, policy_digest,
         recorded_at)
       SELECT CASE kind WHEN 'in' THEN in_id ELSE out_id END, kind, carer_id, client_id, visit_id, at, at, 0, 'inside',
         10, 20, 'wechat', uuid_send(visit_id), uuid_send(visit_id), carer_id, 'bench', at
       FROM past, (VALUES ('in'), ('out')) kinds (kind)""",
    """INSERT INTO service_record (id, visit_id, clock_in_id, clock_out_id, began_at, ended_at, minutes, service_on,
         policy_digest, recorded_at)
       SELECT record_id, visit_id, in_id, out_id, at, at + %(lasts)s, 50, at::date, 'bench', at FROM past""",
    """INSERT INTO payable_time (record_id, visit_id, carer_id, client_id, slot, during, minutes, recorded_at)
       SELECT record_id, visit_id, carer_id, client_id, 1, tstzrange(at, at + %(lasts)s), 50, at FROM past""",
)


def fill_history(
    superuser_url: str, urls: DatabaseUrls, *, database: str, carers: int, visits: int, ring: KeyRing, at: datetime
) -> History:
    """Put `visits` past visits of `carers` carers into the region, up to yesterday; analysed when it returns."""
    days = visits // (carers * A_DAY)
    zone = ZoneInfo(seed.TIMEZONE)
    beyond = clock.local_date(at, zone)
    first = beyond - timedelta(days=days)
    history = History(new_id(), carers, carers * A_DAY * days, first, beyond)
    _add_past_partitions(urls, first=first, beyond=beyond)
    values = {
        "agency": history.agency_id,
        "carers": carers,
        "a_day": A_DAY,
        "days": days,
        "district": seed.DISTRICT,
        "first": first,
        "begins": datetime.combine(first, time(8), tzinfo=zone),
        "lasts": LASTS,
        "id_number": ring.encrypt("000000000000000000", context="person.id_number"),
        "name": ring.encrypt("量测", context="person.name"),
    }
    url = make_url(superuser_url).set(database=database).render_as_string(hide_password=False)
    with psycopg.connect(libpq_url(url)) as connection:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql.SQL("SET LOCAL search_path TO {}, public").format(sql.Identifier(seed.REGION)))
            for statement in _STATEMENTS:
                cursor.execute(statement, values)
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
    return history


def _add_past_partitions(urls: DatabaseUrls, *, first: date, beyond: date) -> None:
    engine = create_engine(urls.owner)
    month = first.replace(day=1)
    while month < beyond:
        with engine.begin() as connection:
            add_partitions(connection, seed.REGION, today=month)
        month = (month + timedelta(days=31)).replace(day=1)
    engine.dispose()
