"""Carers, clients and planned visits in bulk: each pair of carer and client is good for one clean clock-in.

Written as owner, one statement per table. The people are the least that the full rules of a check-in look at.
"""

import secrets
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from app.kernel import clock
from app.kernel.crypto import KeyRing
from app.kernel.ids import new_id

REGION = "tianjin"
REGION_NAME = "天津市"
TIMEZONE = "Asia/Shanghai"
DISTRICT = "120101"
SOUTH, WEST = 39.0, 117.1  # the first home, GCJ-02; the others lie in a grid north and east of it
GRID = 100
STEP_DEGREES = 0.003
STARTS_IN = timedelta(minutes=10)  # within the early and the late window for the whole bench
LASTS = timedelta(minutes=60)
VALID_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Pair:
    """A carer with a client, a visit planned for about now, and the home's position (GCJ-02, degrees)."""

    visit_id: UUID
    client_id: UUID
    client_person_id: UUID
    carer_id: UUID
    carer_person_id: UUID
    account_id: UUID
    grant_id: UUID
    device_id: UUID
    latitude: float
    longitude: float


_COLUMNS = """
    visit_id uuid, client_id uuid, client_person_id uuid, carer_id uuid, carer_person_id uuid, account_id uuid,
    grant_id uuid, device_id uuid, latitude float8, longitude float8, n bigint, name_enc bytea, id_number_enc bytea,
    client_index bytea, carer_index bytea, address_enc bytea, position_enc bytea
"""

# What each table gets, in the order of their foreign keys. %(now)s is an instant, %(first)s and %(beyond)s are days.
_STATEMENTS = (
    """INSERT INTO agency (id, name, credit_code, district_code, state, created_at)
       VALUES (%(agency)s, '量测机构', '91120000000000000X', %(district)s, 'active', %(now)s)""",
    """INSERT INTO agency_agreement (id, agency_id, valid_from) VALUES (uuidv7(), %(agency)s, %(first)s)""",
    """INSERT INTO service_item (code, version, name, category, staff_kinds, minutes, source, recorded_at)
       VALUES ('bench', 1, '量测项目', 'basic_life_care', '{professional}', 30, 'bench', %(now)s)""",
    """INSERT INTO person (id, id_number_enc, id_number_index, name_enc, sex, born_on, created_at)
       SELECT client_person_id, id_number_enc, client_index, name_enc, 'female', '1940-01-01'::date, %(now)s FROM pair
       UNION ALL
       SELECT carer_person_id, id_number_enc, carer_index, name_enc, 'female', '1980-01-01'::date, %(now)s FROM pair""",
    """INSERT INTO carer (id, person_id, kind, created_at)
       SELECT carer_id, carer_person_id, 'professional', %(now)s FROM pair""",
    """INSERT INTO employment (id, carer_id, agency_id, contract_kind, valid_from)
       SELECT uuidv7(), carer_id, %(agency)s, 'labour', %(first)s FROM pair""",
    """INSERT INTO certificate (id, carer_id, kind, number, valid_from, valid_to)
       SELECT uuidv7(), carer_id, 'care_worker', 'B' || n, %(first)s, %(beyond)s FROM pair""",
    """INSERT INTO client (id, person_id, district_code, created_at)
       SELECT client_id, client_person_id, %(district)s, %(now)s FROM pair""",
    """INSERT INTO home_place (id, client_id, address_enc, position_enc, system, state, seq, valid_from)
       SELECT client_id, client_id, address_enc, position_enc, 'gcj02', 'approved', 1, %(first)s FROM pair""",
    """INSERT INTO home_change (home_id, seq, from_state, to_state, recorded_at)
       SELECT client_id, 1, 'new', 'approved', %(now)s FROM pair""",
    """INSERT INTO service_agreement (id, client_id, agency_id, home_type, valid_from)
       SELECT uuidv7(), client_id, %(agency)s, 'agency_care', %(first)s FROM pair""",
    """INSERT INTO assignment (id, client_id, carer_id, valid_from)
       SELECT uuidv7(), client_id, carer_id, %(first)s FROM pair""",
    """INSERT INTO entitlement
         (id, client_id, level, mode, home_types, cause_kind, concluded_on, valid_from, valid_to)
       SELECT uuidv7(), client_id, '5', 'home', '{agency_care}', 'import', %(first)s, %(first)s, %(beyond)s
       FROM pair""",
    """INSERT INTO account (id, person_id, label, state, grants_version, created_at)
       SELECT account_id, carer_person_id, 'bench', 'active', 1, %(now)s FROM pair""",
    """INSERT INTO role_grant (id, account_id, role, scope_kind, scope_key, purpose, valid_from)
       SELECT grant_id, account_id, 'carer', 'own_clients', '', 'bench', %(now)s FROM pair""",
    """INSERT INTO device (id, phone_key, account_id, platform, first_seen_at)
       SELECT device_id, device_id, account_id, 'android', %(now)s FROM pair""",
    """INSERT INTO policy_text (digest, valid_from, content, recorded_at) VALUES ('bench', %(first)s, '', %(now)s)""",
    """INSERT INTO care_plan
         (id, client_id, version, author_id, agency_id, valid_from, confirmed_at, policy_digest, created_at)
       SELECT client_id, client_id, 1, account_id, %(agency)s, %(first)s, %(now)s, 'bench', %(now)s FROM pair""",
    """INSERT INTO plan_item (plan_id, item_code, item_version, times_per_week, minutes, recorded_at)
       SELECT client_id, 'bench', 1, 7, 30, %(now)s FROM pair""",
    """INSERT INTO visit (id, client_id, carer_id, agency_id, district_code, plan_id, team_slot, planned, state, seq,
         source, created_at)
       SELECT visit_id, client_id, carer_id, %(agency)s, %(district)s, client_id, 1,
         tstzrange(%(planned_from)s, %(planned_to)s), 'planned', 1, 'planned', %(now)s FROM pair""",
    """INSERT INTO visit_change (visit_id, seq, from_state, to_state, recorded_at)
       SELECT visit_id, 1, 'new', 'planned', %(now)s FROM pair""",
)


def fill(connection: psycopg.Connection, *, pairs: int, ring: KeyRing, at: datetime) -> list[Pair]:
    """Insert `pairs` carers with their clients and visits around `at` into the region; commits."""
    made = [_pair(n) for n in range(pairs)]
    today = clock.local_date(at, ZoneInfo(TIMEZONE))
    values = {
        "agency": new_id(),
        "district": DISTRICT,
        "now": at,
        "first": today - VALID_FOR,
        "beyond": today + VALID_FOR,
        "planned_from": at + STARTS_IN,
        "planned_to": at + STARTS_IN + LASTS,
    }
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET LOCAL search_path TO {}, public").format(sql.Identifier(REGION)))
        cursor.execute(f"CREATE TEMPORARY TABLE pair ({_COLUMNS}) ON COMMIT DROP")
        with cursor.copy("COPY pair FROM STDIN") as copy:
            for n, pair in enumerate(made):
                copy.write_row((*astuple(pair), n, *_secrets(pair, ring=ring)))
        for statement in _STATEMENTS:
            cursor.execute(statement, values)
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    return made


def _pair(n: int) -> Pair:
    return Pair(
        visit_id=new_id(),
        client_id=new_id(),
        client_person_id=new_id(),
        carer_id=new_id(),
        carer_person_id=new_id(),
        account_id=new_id(),
        grant_id=new_id(),
        device_id=new_id(),
        latitude=SOUTH + STEP_DEGREES * (n // GRID),
        longitude=WEST + STEP_DEGREES * (n % GRID),
    )


def _secrets(pair: Pair, *, ring: KeyRing) -> tuple[bytes, ...]:
    def index() -> bytes:
        return ring.blind_index(secrets.token_hex(9), purpose="person.id_number")

    return (
        ring.encrypt("量测", context="person.name"),
        ring.encrypt("000000000000000000", context="person.id_number"),
        index(),
        index(),
        ring.encrypt("天津市", context="home_place.address"),
        ring.encrypt(f"{pair.latitude},{pair.longitude}", context="home_place.position"),
    )
