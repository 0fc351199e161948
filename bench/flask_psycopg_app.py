"""The yardstick: a clean clock-in written by hand with Flask and psycopg, on the same tables.

It checks the same token, sends the same five statements in one durable transaction and stores the same rows, but has no
ORM, schemas, rules beside the distance, error answers, logs or metrics. Not part of the product.
"""

import hashlib
import os
import threading
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask, Response, abort, jsonify, request
from sqlalchemy import make_url

from app.kernel import clock, tokens
from app.kernel.canonical import command_digest
from app.kernel.permissions import Actor
from app.kernel.settings import read_settings

EARTH_M = 6371008.8
RADIUS_M = 200
POLICY = hashlib.sha256(b"200 m").hexdigest()
SETTINGS = read_settings()
RING = SETTINGS.key_ring
TIMEOUTS = "-c statement_timeout=5000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC"

CONTEXT = """
    SELECT account.state, account.grants_version, carer.id,
      (SELECT employment.agency_id FROM employment WHERE employment.carer_id = carer.id
         AND employment.valid_from <= %(day)s AND (employment.valid_to IS NULL OR employment.valid_to > %(day)s)
         ORDER BY EXISTS (SELECT FROM service_agreement WHERE service_agreement.valid_from <= %(day)s
           AND (service_agreement.valid_to IS NULL OR service_agreement.valid_to > %(day)s)
           AND service_agreement.client_id = visit.client_id
           AND service_agreement.agency_id = employment.agency_id) DESC, employment.id LIMIT 1),
      visit.id, visit.client_id, visit.carer_id, visit.agency_id, visit.plan_id, visit.team_slot, visit.planned,
      visit.state, visit.seq, visit.began_at, visit.ended_at, visit.source, visit.district_code, visit.street_code,
      home_place.position_enc, home_place.system, home_place.radius_m,
      EXISTS (SELECT FROM certificate WHERE certificate.carer_id = carer.id
        AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)),
      EXISTS (SELECT FROM employment WHERE employment.carer_id = carer.id AND employment.agency_id = visit.agency_id
        AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)),
      EXISTS (SELECT FROM assignment WHERE assignment.client_id = visit.client_id AND assignment.carer_id = carer.id
        AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)),
      EXISTS (SELECT FROM entitlement WHERE entitlement.client_id = visit.client_id AND mode = 'home'
        AND 'agency_care' = ANY (home_types)
        AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)),
      EXISTS (SELECT FROM suspension WHERE suspension.client_id = visit.client_id
        AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)),
      EXISTS (SELECT FROM stay WHERE stay.client_id = visit.client_id AND kind IN ('hospital', 'institution')
        AND valid_from < %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)),
      EXISTS (SELECT FROM care_plan WHERE care_plan.client_id = visit.client_id AND confirmed_at IS NOT NULL
        AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)),
      EXISTS (SELECT FROM client JOIN person ON person.id = client.person_id
        WHERE client.id = visit.client_id AND person.died_on < %(day)s)
    FROM account
      LEFT JOIN carer ON carer.person_id = account.person_id AND carer.kind = 'professional'
      LEFT JOIN visit ON visit.id = %(visit)s AND visit.carer_id = carer.id
      LEFT JOIN home_place ON home_place.client_id = visit.client_id AND home_place.state = 'approved'
        AND home_place.valid_from <= %(day)s AND (home_place.valid_to IS NULL OR home_place.valid_to > %(day)s)
    WHERE account.id = %(account)s
"""
EVENT = """
    INSERT INTO clock_event (id, kind, carer_id, client_id, visit_id, occurred_at, counted_at, device_id, skew_ms,
      verdict, distance_m, accuracy_m, location_source, command_digest, position_digest, account_id,
      policy_digest, clock_policy_digest, recorded_at)
    VALUES (%(id)s, 'in', %(carer)s, %(client)s, %(visit)s, %(occurred_at)s, %(occurred_at)s, %(device)s, 0,
      %(verdict)s, %(distance)s, %(accuracy)s, 'wechat', %(digest)s, %(position_digest)s, %(account)s,
      %(policy)s, %(policy)s, %(now)s)
    ON CONFLICT (id) DO NOTHING RETURNING id
"""
POSITION = """
    INSERT INTO position (id, point_enc, system, accuracy_m, fixed_at, salt)
    VALUES (%(id)s, %(point)s, %(system)s, %(accuracy)s, %(fixed_at)s, %(salt)s)
"""
VISIT = "UPDATE visit SET state = 'begun', seq = 2, began_at = %(now)s WHERE id = %(visit)s AND seq = 1"
CHANGE = """
    INSERT INTO visit_change (visit_id, seq, from_state, to_state, actor_id, cause_id, recorded_at)
    VALUES (%(visit)s, 2, 'planned', 'begun', %(account)s, %(id)s, %(now)s)
"""

application = Flask(__name__)
_local = threading.local()


def _connection(region: str) -> psycopg.Connection:
    """This thread's connection; its tables are those of the token's region."""
    if not hasattr(_local, "connection"):
        url = make_url(SETTINGS.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        _local.connection = psycopg.connect(url, options=f"{TIMEOUTS} -c search_path={region},public")
    connection: psycopg.Connection = _local.connection
    return connection


@application.get("/healthz")
def alive() -> Response:
    """Answer when the process serves."""
    return jsonify(status="ok")


@application.post("/api/v1/visits/<uuid:visit_id>/clock-in")
def clock_in(visit_id: UUID) -> tuple[Response, int]:
    """Store one clean clock-in; anything else fails."""
    now = clock.now()
    token = request.headers["Authorization"].removeprefix("Bearer ")
    access = tokens.read(token, keys=SETTINGS.token_keys, at=now)
    body = request.get_json()
    connection = _connection(access.actor.region)
    with connection.transaction():
        found = connection.execute(
            CONTEXT, {"visit": visit_id, "account": access.actor.account_id, "day": now.date()}
        ).fetchone()
        if found is None or found[:2] != ("active", access.grants_version) or found[11] != "planned":
            abort(409)
        values = _values(body, actor=access.actor, visit_id=visit_id, now=now, home=found[18])
        values |= {"carer": found[2], "client": found[5]}
        for statement in (EVENT, POSITION, VISIT, CHANGE):
            connection.execute(statement, values)
    return jsonify(id=body["id"], visit_id=visit_id, verdict=values["verdict"], received_at=now.isoformat()), 201


def _values(body: dict[str, Any], *, actor: Actor, visit_id: UUID, now: datetime, home: bytes) -> dict[str, Any]:
    fix = body["fix"]
    point = f"{fix['latitude']},{fix['longitude']}"
    latitude, longitude = map(float, RING.decrypt(home, context="home_place.position").split(","))
    distance = _distance_m(fix["latitude"], fix["longitude"], latitude, longitude)
    salt = os.urandom(16)
    return {
        "id": UUID(body["id"]),
        "visit": visit_id,
        "account": actor.account_id,
        "device": actor.device_id,
        "occurred_at": body["occurred_at"],
        "now": now,
        "verdict": "inside" if distance + fix["accuracy_m"] <= RADIUS_M else "uncertain",
        "distance": round(distance),
        "accuracy": fix["accuracy_m"],
        "point": RING.encrypt(point, context="position.point"),
        "system": fix["system"],
        "fixed_at": fix["fixed_at"],
        "salt": salt,
        "policy": POLICY,
        "digest": command_digest(body, key=RING.command_key),
        "position_digest": hashlib.sha256(salt + point.encode()).digest(),
    }


def _distance_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Distance on a sphere, metres."""
    a, b = radians(latitude), radians(other_latitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(half))
