"""Years of visits in bulk: an agency's carers, each at eight clients a day, every visit done, recorded and accepted.

The carers and clients are seeded pairs. What the product writes for a visit is there: its history, both taps with their
positions, items and their audit, record, grade and right to be paid; one visit in twenty was held and then accepted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import create_engine

from app.kernel import clock
from app.kernel.crypto import KeyRing
from app.kernel.ids import new_id
from app.kernel.partitions import add_partitions
from app.kernel.roles import DatabaseUrls
from bench import seed
from bench.bulk import analyse, loading
from bench.cluster import libpq_url

A_DAY = 8  # visits of a carer, one an hour from eight in the morning
PLANNED = timedelta(minutes=60)
LATE = timedelta(minutes=2)
RECORDED = timedelta(minutes=53)
PLANNED_AHEAD = timedelta(days=7)
HELD_OF = 20

_TABLES = (
    *("assignment", "visit", "visit_change", "clock_event", "position", "item_done", "audit_entry", "audit_detail"),
    *("service_record", "care_fact", "grade", "exception", "hold", "review", "hold_release", "payable_time"),
)
_CARERS = """
    CREATE TEMPORARY TABLE past_carer (n bigint, carer_id uuid, client_id uuid, account_id uuid, device_id uuid,
      agency_id uuid) ON COMMIT DROP
"""
# What each table gets. An id is of the instant it stands for, so that its row lies in the partition of that month.
_STATEMENTS = (
    "ANALYZE past_carer",
    """INSERT INTO assignment (id, client_id, carer_id, valid_from)
       SELECT uuidv7(), client_id, carer_id, %(first)s
       FROM (SELECT DISTINCT c.client_id, p.carer_id
         FROM past_carer p, generate_series(1, %(a_day)s - 1) place, past_carer c
         WHERE c.n = (p.n + place) %% %(carers)s AND c.n <> p.n) others""",
    """CREATE TEMPORARY TABLE past ON COMMIT DROP AS
       SELECT uuidv7(at - %(ahead)s - clock_timestamp()) AS visit_id, uuidv7(began_at - clock_timestamp()) AS in_id,
         uuidv7(ended_at - clock_timestamp()) AS out_id, p.carer_id, c.client_id, p.account_id, p.device_id,
         p.agency_id, at, began_at, ended_at, off, (p.n + place + day) %% %(held_of)s = 0 AS held
       FROM generate_series(0, %(days)s - 1) day, generate_series(0, %(a_day)s - 1) place,
         past_carer p, past_carer c,
         LATERAL (SELECT %(begins)s + day * interval '1 day' + place * interval '1 hour' AS at,
           (p.n * 7 + place * 5 + day * 11) %% 36 AS off) planned,
         LATERAL (SELECT at + %(late)s + off %% 6 * interval '1 minute' AS began_at) came,
         LATERAL (SELECT began_at + %(recorded)s AS ended_at) told
       WHERE c.n = (p.n + place) %% %(carers)s
       ORDER BY at""",
    "ANALYZE past",
    """INSERT INTO visit (id, client_id, carer_id, agency_id, district_code, plan_id, team_slot, planned, state, seq,
         began_at, ended_at, source, created_at)
       SELECT visit_id, client_id, carer_id, agency_id, %(district)s, client_id, 1, tstzrange(at, at + %(planned)s),
         'done', 3, began_at, ended_at, 'planned', at - %(ahead)s FROM past""",
    """INSERT INTO visit_change (visit_id, seq, from_state, to_state, actor_id, cause_id, recorded_at)
       SELECT visit_id, step.* FROM past, LATERAL (VALUES
         (1, 'new', 'planned', NULL, NULL, at - %(ahead)s), (2, 'planned', 'begun', account_id, in_id, began_at),
         (3, 'begun', 'done', account_id, out_id, ended_at)) step""",
    """INSERT INTO clock_event (id, kind, carer_id, client_id, visit_id, occurred_at, counted_at, device_id, skew_ms,
         verdict, distance_m, accuracy_m, location_source, command_digest, position_digest, account_id, policy_digest,
         clock_policy_digest, recorded_at)
       SELECT tap.id, tap.kind, carer_id, client_id, visit_id, tap.at, tap.at, device_id, 0, 'inside', 5 + off, 20,
         'wechat', %(digest)s, %(digest)s, account_id, 'bench', 'bench', tap.at
       FROM past, LATERAL (VALUES ('in', in_id, began_at), ('out', out_id, ended_at)) tap (kind, id, at)""",
    """INSERT INTO position (id, point_enc, system, accuracy_m, fixed_at, salt)
       SELECT tap.id, %(point)s, 'gcj02', 20, tap.at, uuid_send(tap.id)
       FROM past, LATERAL (VALUES (in_id, began_at), (out_id, ended_at)) tap (id, at)""",
    """INSERT INTO item_done (id, visit_id, item_code, outcome, minutes, consented, occurred_at, account_id,
         command_digest, recorded_at)
       SELECT out_id, visit_id, 'bench', 'done', 30, false, ended_at, account_id, %(digest)s, ended_at FROM past""",
    """INSERT INTO audit_entry (id, actor_id, action, subject_kind, subject_id, details_digest, recorded_at)
       SELECT out_id, account_id, 'visit.items_logged', 'visit', visit_id, %(digest)s, ended_at FROM past""",
    "INSERT INTO audit_detail (entry_id, payload_enc) SELECT out_id, %(details)s FROM past",
    """INSERT INTO service_record (id, visit_id, clock_in_id, clock_out_id, began_at, ended_at, minutes, service_on,
         policy_digest, recorded_at)
       SELECT out_id, visit_id, in_id, out_id, began_at, ended_at, %(minutes)s,
         (at AT TIME ZONE %(zone)s)::date, 'bench', ended_at FROM past""",
    """INSERT INTO care_fact (id, kind, client_id, carer_id, agency_id, district_code, recorded_at)
       SELECT visit_id, 'visit', client_id, carer_id, agency_id, %(district)s, ended_at FROM past""",
    """INSERT INTO grade (id, fact_id, grade, witnesses, policy_digest, seq, recorded_at)
       SELECT out_id, visit_id, 'B', '{position}', 'bench', 1, ended_at FROM past""",
    """INSERT INTO exception (id, fact_id, code, severity, details, policy_digest, recorded_at)
       SELECT out_id, visit_id, 'short', 'must_fix', '{}', 'bench', ended_at FROM past WHERE held""",
    """INSERT INTO hold (id, fact_id, step, due_on, policy_digest, recorded_at)
       SELECT out_id, visit_id, 'agency', ended_at::date + 7, 'bench', ended_at FROM past WHERE held""",
    """INSERT INTO review (id, fact_id, step, decision, reason, actor_id, command_digest, policy_digest, seq,
         recorded_at)
       SELECT out_id, visit_id, 'agency', 'accepted', 'confirmed_by_phone', %(reviewer)s, %(digest)s, 'bench', 1,
         ended_at + interval '1 day' FROM past WHERE held""",
    """INSERT INTO hold_release (hold_id, review_id, recorded_at)
       SELECT out_id, out_id, ended_at + interval '1 day' FROM past WHERE held""",
    """INSERT INTO payable_time (record_id, visit_id, carer_id, client_id, slot, during, minutes, recorded_at)
       SELECT out_id, visit_id, carer_id, client_id, 1, tstzrange(began_at, ended_at), %(minutes)s, ended_at
       FROM past""",
)


@dataclass(frozen=True, slots=True)
class History:
    """The days these visits were on, `[first, beyond)`, and how many of them on each."""

    first: date
    beyond: date
    visits_a_day: int

    @property
    def visits(self) -> int:
        """All of them."""
        return self.visits_a_day * (self.beyond - self.first).days


def fill_history(urls: DatabaseUrls, pairs: Sequence[seed.Pair], *, days: int, ring: KeyRing, at: datetime) -> History:
    """Give the carers of these pairs eight visits a day on the `days` before today; commits what satisfies the tables'
    constraints."""
    zone = ZoneInfo(seed.TIMEZONE)
    beyond = clock.local_date(at, zone)
    first = beyond - timedelta(days=days)
    _add_past_partitions(urls, first=first - PLANNED_AHEAD, beyond=beyond)
    values = {
        "carers": len(pairs),
        "a_day": A_DAY,
        "days": days,
        "first": first,
        "begins": datetime.combine(first, time(8), tzinfo=zone),
        "zone": seed.TIMEZONE,
        "ahead": PLANNED_AHEAD,
        "planned": PLANNED,
        "late": LATE,
        "recorded": RECORDED,
        "minutes": RECORDED // timedelta(minutes=1),
        "held_of": HELD_OF,
        "district": seed.DISTRICT,
        "reviewer": new_id(),
        "digest": bytes(32),
        "point": ring.encrypt("39.123456,117.123456", context="position.point"),
        "details": ring.encrypt(f'{{"item_ids": ["{new_id()}"]}}', context="audit_detail.payload"),
    }
    with psycopg.connect(libpq_url(urls.owner)) as connection:
        with loading(connection, region=seed.REGION, tables=_TABLES) as cursor:
            cursor.execute(_CARERS)
            with cursor.copy("COPY past_carer FROM STDIN") as copy:
                for n, pair in enumerate(pairs):
                    ids = (pair.carer_id, pair.client_id, pair.account_id, pair.device_id, pair.agency_id)
                    copy.write_row((n, *ids))
            for statement in _STATEMENTS:
                cursor.execute(statement, values)
        analyse(connection)
    return History(first, beyond, len(pairs) * A_DAY)


def _add_past_partitions(urls: DatabaseUrls, *, first: date, beyond: date) -> None:
    engine = create_engine(urls.owner)
    month = first.replace(day=1)
    while month < beyond:
        with engine.begin() as connection:
            add_partitions(connection, seed.REGION, today=month)
        month = (month + timedelta(days=31)).replace(day=1)
    engine.dispose()
