"""Carers, clients and planned visits in bulk: each pair of carer and client is good for one clean clock-in.

Written as owner, one statement per table. The people are the least that the full rules of a check-in look at.
"""

import secrets
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from app.kernel import clock
from app.kernel.codes import CREDIT_CODE_ALPHABET
from app.kernel.crypto import KeyRing
from app.kernel.ids import new_id

REGION = "tianjin"
REGION_NAME = "天津市"
TIMEZONE = "Asia/Shanghai"
DISTRICT = "120101"
SOUTH, WEST = 39.0, 117.1  # the first home, GCJ-02; the others lie in a grid north and east of it, to and fro
GRID = 100
STEP_DEGREES = 0.003
STARTS_IN = timedelta(minutes=10)  # within the early and the late window for the whole bench
LASTS = timedelta(minutes=60)
VALID_FOR = timedelta(days=730)
AGENCY_CARERS = 500
STEM_FROM_BIT, COUNTER_BITS = 48, 32  # the low bits of a seeded id: which of a pair's it is, and the pair's number


@dataclass(frozen=True, slots=True)
class Pair:
    """A carer with a client, a visit planned for about now, and the home's position (GCJ-02, degrees)."""

    agency_id: UUID
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
    agency_id uuid, visit_id uuid, client_id uuid, client_person_id uuid, carer_id uuid, carer_person_id uuid,
    account_id uuid, grant_id uuid, device_id uuid, latitude float8, longitude float8, n bigint, name_enc bytea,
    id_number_enc bytea, client_index bytea, carer_index bytea, address_enc bytea, position_enc bytea
"""
_IDS = tuple(field.name for field in fields(Pair) if field.name.endswith("_id"))

# What each table gets, in the order of their foreign keys. %(now)s is an instant, %(first)s and %(beyond)s are days.
_STATEMENTS = (
    """INSERT INTO agency (id, name, credit_code, district_code, state, created_at)
       SELECT agency_id, '量测机构', code, %(district)s, 'active', %(now)s FROM serving""",
    """INSERT INTO agency_agreement (id, agency_id, valid_from) SELECT uuidv7(), agency_id, %(first)s FROM serving""",
    """INSERT INTO service_item (code, version, name, category, staff_kinds, minutes, source, recorded_at)
       VALUES ('bench', 1, '量测项目', 'basic_life_care', '{carer}', 30, 'bench', %(now)s)""",
    """INSERT INTO person (id, id_number_enc, id_number_index, name_enc, sex, born_on, created_at)
       SELECT client_person_id, id_number_enc, client_index, name_enc, 'female', '1940-01-01'::date, %(now)s FROM pair
       UNION ALL
       SELECT carer_person_id, id_number_enc, carer_index, name_enc, 'female', '1980-01-01'::date, %(now)s FROM pair""",
    """INSERT INTO carer (id, person_id, kind, created_at)
       SELECT carer_id, carer_person_id, 'professional', %(now)s FROM pair""",
    """INSERT INTO employment (id, carer_id, agency_id, contract_kind, valid_from)
       SELECT uuidv7(), carer_id, agency_id, 'labour', %(first)s FROM pair""",
    """INSERT INTO certificate (id, carer_id, kind, number, valid_from, valid_to)
       SELECT uuidv7(), carer_id, 'care_worker', 'B' || n, %(first)s, %(beyond)s FROM pair""",
    """INSERT INTO client (id, person_id, district_code, created_at)
       SELECT client_id, client_person_id, %(district)s, %(now)s FROM pair""",
    """INSERT INTO home_place (id, client_id, address_enc, position_enc, system, state, seq, valid_from)
       SELECT client_id, client_id, address_enc, position_enc, 'gcj02', 'approved', 1, %(first)s FROM pair""",
    """INSERT INTO home_change (home_id, seq, from_state, to_state, recorded_at)
       SELECT client_id, 1, 'new', 'approved', %(now)s FROM pair""",
    """INSERT INTO service_agreement (id, client_id, agency_id, home_type, valid_from)
       SELECT uuidv7(), client_id, agency_id, 'agency_care', %(first)s FROM pair""",
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
       SELECT client_id, client_id, 1, account_id, agency_id, %(first)s, %(now)s, 'bench', %(now)s FROM pair""",
    """INSERT INTO plan_item (plan_id, item_code, item_version, times_per_week, minutes, recorded_at)
       SELECT client_id, 'bench', 1, 7, 30, %(now)s FROM pair""",
    """INSERT INTO visit (id, client_id, carer_id, agency_id, district_code, plan_id, team_slot, planned, state, seq,
         source, created_at)
       SELECT visit_id, client_id, carer_id, agency_id, %(district)s, client_id, 1,
         tstzrange(%(planned_from)s, %(planned_to)s), 'planned', 1, 'planned', %(now)s FROM pair""",
    """INSERT INTO visit_change (visit_id, seq, from_state, to_state, recorded_at)
       SELECT visit_id, 1, 'new', 'planned', %(now)s FROM pair""",
)


def fill(connection: psycopg.Connection, *, pairs: int, ring: KeyRing, at: datetime) -> list[Pair]:
    """Insert `pairs` carers with their clients and visits around `at` into the region, 500 to an agency; commits."""
    starts = _starts()
    made = [_pair(n, starts) for n in range(pairs)]
    today = clock.local_date(at, ZoneInfo(TIMEZONE))
    values = {
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
        cursor.execute("CREATE TEMPORARY TABLE serving (agency_id uuid, code text) ON COMMIT DROP")
        agencies = dict.fromkeys(pair.agency_id for pair in made)
        cursor.executemany(
            "INSERT INTO serving VALUES (%s, %s)", [(each, credit_code(n)) for n, each in enumerate(agencies)]
        )
        for statement in _STATEMENTS:
            cursor.execute(statement, values)
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    return made


def credit_code(number: int) -> str:
    """The unified social credit code of a seeded agency, with its check letter."""
    body = f"91120000{number:09}"
    total = sum(CREDIT_CODE_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + CREDIT_CODE_ALPHABET[(31 - total % 31) % 31]


def _starts() -> list[int]:
    """For each id of a pair the UUIDv7 of number zero: the others follow from it and can be made anew, in SQL too."""
    stem = new_id().int >> STEM_FROM_BIT << STEM_FROM_BIT
    return [stem + (place << COUNTER_BITS) for place in range(len(_IDS))]


def _pair(n: int, starts: Sequence[int]) -> Pair:
    ids = {
        name: UUID(int=start + (n // AGENCY_CARERS if name == "agency_id" else n))
        for name, start in zip(_IDS, starts, strict=True)
    }
    north, east = divmod(n, GRID)
    east = GRID - 1 - east if north % 2 else east  # the next one always lives next door
    return Pair(**ids, latitude=SOUTH + STEP_DEGREES * north, longitude=WEST + STEP_DEGREES * east)


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
