"""Taps as a phone sends them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from geopy.distance import geodesic
from werkzeug.test import TestResponse

from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from tests.schedules.factories import HOME, Scene

NOWHERE: dict[str, Any] | None = None


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
) -> tuple[TestResponse, TestResponse]:
    """Clock in an hour ago and out `minutes` later, told now."""
    began = clock.now() - timedelta(minutes=60)
    first = send(client, scene, visit_id, "in", a_tap(at=began, fix=fix))
    return first, send(client, scene, visit_id, "out", a_tap(at=began + timedelta(minutes=minutes), fix=fix))
