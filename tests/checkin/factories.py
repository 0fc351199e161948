"""Taps as a phone sends them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from geopy.distance import geodesic
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Device
from app.checkin.models import POINT_CONTEXT, ClockEvent, PayableTime, Position, ServiceRecord
from app.checkin.queries.facts import list_overdue_holds
from app.checkin.rules.grading import is_sampled
from app.checkin.service import escalation, forgotten
from app.checkin.types import EventKind, Verdict
from app.kernel import clock
from app.kernel.geo import CoordinateSystem
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, SystemActor
from app.schedules.models import Visit
from tests.checkin.terms import a_policy
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOME, HOUR, NOW, Scene, a_visit, settings_of

API = "/api/v1"
JOB = SystemActor("tianjin", "test")
NOWHERE: dict[str, Any] | None = None


def an_undrawn_id(app: Flask) -> UUID:
    """An id on which no sample falls."""
    key = settings_of(app).key_ring.command_key
    return next(each for each in iter(new_id, None) if not is_sampled(each, share=Decimal("0.5"), key=key))


def a_drawn_id(app: Flask) -> UUID:
    """An id on which a sample of Tianjin's falls."""
    share = a_policy().grading.b_sample_share
    key = settings_of(app).key_ring.command_key
    return next(each for each in iter(new_id, None) if is_sampled(each, share=share, key=key))


def a_fix(*, metres_away: float = 0, **changed: object) -> dict[str, Any]:
    there = geodesic(meters=metres_away).destination((HOME.latitude, HOME.longitude), 0)
    return {
        "latitude": there.latitude,
        "longitude": there.longitude,
        "system": "wgs84",
        "source": "wechat",
        "accuracy_m": 20,
    } | changed


def a_tap(
    *, at: datetime | None = None, fix: dict[str, Any] | str | None = "home", **changed: object
) -> dict[str, Any]:
    """A tap at `at`, by default now, with a fix at the home."""
    return {
        "id": str(new_id()),
        "occurred_at": (at or clock.now()).isoformat(),
        "fix": a_fix() if fix == "home" else fix,
    } | changed


def send(
    client: FlaskClient,
    scene: Scene,
    visit_id: UUID | str,
    kind: str,
    tap: dict[str, Any],
    *,
    actor: Actor | None = None,
    sent_at: datetime | None = None,
) -> TestResponse:
    """Clock in ("in") or out ("out"). Like the mini-program it tells the phone's clock."""
    headers = scene.headers(actor or scene.carer) | {"Phone-Sent-At": (sent_at or clock.now()).isoformat()}
    return client.post(f"/api/v1/visits/{visit_id}/clock-{kind}", json=tap, headers=headers)


def come_and_go(
    client: FlaskClient,
    scene: Scene,
    visit_id: UUID,
    *,
    minutes: int = 60,
    fix: dict[str, Any] | str | None = "home",
    is_checked: bool = True,
) -> tuple[TestResponse, TestResponse]:
    """Clock in an hour ago and out `minutes` later, each told at once, what Tianjin wants checked before it."""
    began = clock.now() - timedelta(minutes=60)
    with clock_at(began):
        if is_checked:
            check(client, scene, visit_id, some_checks())
        first = send(client, scene, visit_id, "in", a_tap(at=began, fix=fix))
    ended = began + timedelta(minutes=minutes)
    with clock_at(ended):
        return first, send(client, scene, visit_id, "out", a_tap(at=ended, fix=fix))


def some_checks(**changed: object) -> dict[str, object]:
    """The client is known; no more is told."""
    return {"id": str(new_id()), "identity": "known_person", "occurred_at": clock.now().isoformat()} | changed


def check(
    client: FlaskClient, scene: Scene, visit_id: UUID, body: dict[str, object], *, actor: Actor | None = None
) -> TestResponse:
    """Tell what was checked before a visit."""
    address = f"{API}/visits/{visit_id}/checks"
    return client.post(address, json=body, headers=scene.headers(actor or scene.carer))


def an_item(code: str = "bath", outcome: str = "done", **changed: object) -> dict[str, object]:
    return {"id": str(new_id()), "item_code": code, "outcome": outcome, "occurred_at": NOW.isoformat()} | changed


def log(client: FlaskClient, scene: Scene, visit_id: UUID, *items: dict, actor: Actor | None = None):
    address = f"{API}/visits/{visit_id}/items"
    return client.post(address, json={"items": list(items)}, headers=scene.headers(actor or scene.carer))


def confirm(client: FlaskClient, scene: Scene, visit_id: UUID, actor: Actor, *, holds: bool = True, **changed: object):
    body = {"id": str(new_id()), "holds": holds, "occurred_at": NOW.isoformat()} | changed
    return client.post(f"{API}/visits/{visit_id}/confirmation", json=body, headers=scene.headers(actor))


def say(client: FlaskClient, scene: Scene, visit_id: UUID, actor: Actor, **words: object) -> TestResponse:
    """Client, guardian or carer about a visit, by statements."""
    body = {"id": str(new_id()), "occurred_at": NOW.isoformat()} | words
    return client.post(f"{API}/visits/{visit_id}/confirmation", json=body, headers=scene.headers(actor))


def state_end(client: FlaskClient, scene: Scene, visit_id: UUID, *, ended_at: datetime | None, **changed):
    """The carer says when he left, or that he does not know."""
    body = {
        "id": str(new_id()),
        "ended_at": ended_at and ended_at.isoformat(),
        "reason": "forgotten" if ended_at else "not_remembered",
        "occurred_at": NOW.isoformat(),
    }
    address, headers = f"{API}/visits/{visit_id}/stated-end", scene.headers(scene.carer)
    return client.post(address, json=body | changed, headers=headers)


def enter_paper(
    client: FlaskClient, scene: Scene, visit_id: UUID, *, actor: Actor | None = None, **changed: object
) -> TestResponse:
    """The dispatcher enters the hour that ends now, by telephone."""
    body = {
        "id": str(new_id()),
        "began_at": (NOW - timedelta(hours=1)).isoformat(),
        "ended_at": NOW.isoformat(),
        "reason": "no_phone",
    }
    address, headers = f"{API}/visits/{visit_id}/paper-record", scene.headers(actor or scene.dispatcher)
    return client.post(address, json=body | changed, headers=headers)


def decide(client: FlaskClient, scene: Scene, fact_id, actor: Actor, step: str, decision: str = "accepted", **changed):
    body = {"id": str(new_id()), "decision": decision, "reason": "confirmed_by_phone"} | changed
    return client.post(f"{API}/facts/{fact_id}/{step}-review", json=body, headers=scene.headers(actor))


def reopen(client: FlaskClient, scene: Scene, fact_id, actor: Actor, **changed):
    body = {"id": str(new_id()), "reason": "new_facts"} | changed
    return client.post(f"{API}/facts/{fact_id}/reopening", json=body, headers=scene.headers(actor))


def fact(client: FlaskClient, scene: Scene, fact_id: UUID, actor: Actor | None = None) -> dict:
    answer = client.get(f"{API}/facts/{fact_id}", headers=scene.headers(actor or scene.dispatcher))
    assert answer.status_code == 200, answer.json
    return answer.json


def escalate(session: Session, *, at: datetime) -> int:
    """Let the machine hand up what is overdue; answers how many holds ended."""
    today = clock.local_date(at, ZoneInfo("Asia/Shanghai"))
    overdue = list_overdue_holds(session, today=today, after=None, limit=100)
    return sum(escalation.escalate(session, overdue=each, actor=JOB, at=at) for each in overdue)


def close_forgotten(session: Session, *, at: datetime) -> int:
    """Let the machine close what was forgotten; answers how many visits."""
    visit_ids = forgotten.list_forgotten(session, actor=JOB, at=at)
    return sum(forgotten.close_forgotten(session, visit_id=each, actor=JOB, at=at) for each in visit_ids)


def done(client: FlaskClient, scene: Scene, visit_id: UUID, **tap: object) -> None:
    """A whole visit with its daily item."""
    assert log(client, scene, visit_id, an_item()).status_code == 201
    first, last = come_and_go(client, scene, visit_id, **tap)
    assert (first.status_code, last.status_code) == (201, 201)


def visit_of(session: Session, visit_id: UUID) -> Visit:
    session.expire_all()
    return session.get_one(Visit, visit_id)


def record_of(session: Session, visit_id: UUID) -> ServiceRecord:
    session.expire_all()
    return session.scalars(select(ServiceRecord).where(ServiceRecord.visit_id == visit_id)).one()


def cancel(client: FlaskClient, scene: Scene, visit_id: UUID) -> None:
    with clock_at(NOW - timedelta(hours=3)):  # before its planned beginning
        headers = scene.headers(scene.dispatcher) | {"Idempotency-Key": "c"}
        answer = client.post(f"/api/v1/visits/{visit_id}/cancellation", json={"reason": "unsafe"}, headers=headers)
    assert answer.status_code == 201, answer.json


def accept_elsewhere(session: Session, scene: Scene) -> None:
    """Accepted visits of five days at one place, 900 m from the approved one: rows as taps and reviews leave them."""
    there, keys = a_fix(metres_away=900), settings_of(scene.app).key_ring
    for ends in [NOW - timedelta(days=each) for each in range(2, 7)]:
        visit_id = a_visit(session, scene, start=ends - HOUR)
        for kind, at in ((EventKind.IN, ends - HOUR), (EventKind.OUT, ends)):
            event = ClockEvent(
                id=new_id(at=at), kind=kind, carer_id=scene.carer_id, client_id=scene.client_id, visit_id=visit_id,
                occurred_at=at, counted_at=at, skew_ms=0, verdict=Verdict.OUTSIDE, distance_m=900, accuracy_m=20,
                command_digest=b"-", account_id=scene.carer.account_id, recorded_at=at,
            )  # fmt: skip
            point = keys.encrypt(f"{there['latitude']!r},{there['longitude']!r}", context=POINT_CONTEXT)
            position = Position(id=event.id, point_enc=point, system=CoordinateSystem.WGS84, salt=b"-")
            session.add_all([event, position])
        paid = PayableTime(
            record_id=new_id(), visit_id=visit_id, carer_id=scene.carer_id, client_id=scene.client_id, slot=1,
            during=Range(ends - HOUR, ends), minutes=60, recorded_at=ends,
        )  # fmt: skip
        session.add(paid)
    session.commit()


def a_phone(session: Session, account_id: UUID, *, key: UUID, replaced_ago: timedelta | None = None) -> UUID:
    """A phone that calls itself `key`, in use by an account since this morning."""
    row = Device(
        id=new_id(), phone_key=key, account_id=account_id, platform="test", first_seen_at=NOW - 9 * HOUR,
        replaced_at=None if replaced_ago is None else NOW - replaced_ago,
    )  # fmt: skip
    session.add(row)
    session.commit()
    return row.id
