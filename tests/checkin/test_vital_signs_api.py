"""Vital signs: told once by a carer of the client, encrypted, read by family and agency."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.card_models import VitalSigns
from app.checkin.schemas.vital_signs import MeasuredSchema
from app.checkin.vital_signs import PLAUSIBLE
from app.kernel.audit import AuditEntry
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from tests.checkin.factories import API
from tests.schedules.factories import NOW, Scene, a_scene

DAYS = "?day_from=2026-11-20&day_to=2026-11-20"


@pytest.mark.parametrize("name", PLAUSIBLE)
def test_what_is_not_plausible_is_refused_with_its_bounds_taken(name: str):
    first, last = PLAUSIBLE[name]

    for value in (first, last):
        assert getattr(MeasuredSchema().load({name: value}), name) == value
    for value in (first - 1, last + 1):
        with pytest.raises(ValidationError) as refused:
            MeasuredSchema().load({name: value})
        assert refused.value.messages == {name: ["not_plausible"]}


@pytest.mark.parametrize(
    "values", [{}, {"pulse_per_min": None}, {"systolic_mmhg": 80, "diastolic_mmhg": 80}, {"weight_kg": 60}]
)
def test_nothing_and_a_pressure_upside_down_are_refused(values: dict[str, Any]):
    with pytest.raises(ValidationError):
        MeasuredSchema().load(values)


def test_vital_signs_are_kept_once_and_read_by_family_and_agency(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    tianjin.commit()
    values = {"temperature_c": 36.6, "systolic_mmhg": 132, "diastolic_mmhg": 78}
    told = {
        "id": str(new_id()),
        "client_id": str(scene.client_id),
        "visit_id": str(past_visit),
        "occurred_at": NOW.isoformat(),
        "values": values,
    }
    headers = scene.headers(scene.carer)
    records = [{"kind": "vital_signs", "record": each} for each in (told, told | {"client_id": str(other.client_id)})]

    synced = client.post(f"{API}/sync", json={"records": records[:1]}, headers=headers).json["answers"]
    again = client.post(f"{API}/vital-signs", json=told, headers=headers)
    reused = client.post(f"{API}/vital-signs", json=told | {"values": {"pulse_per_min": 60}}, headers=headers)
    not_his = client.post(f"{API}/sync", json={"records": records[1:]}, headers=headers).json["answers"]
    address = f"{API}/clients/{scene.client_id}/vital-signs"
    read = {
        name: client.get(address + DAYS, headers=scene.headers(actor))
        for name, actor in {"family": guardian, "agency": scene.dispatcher, "other": other.dispatcher}.items()
    }
    day_before = client.get(f"{address}?day_from=2026-11-19&day_to=2026-11-19", headers=headers)

    assert [each["status"] for each in (*synced, *not_his)] == [201, 404]
    assert (again.status_code, again.headers["Idempotent-Replay"], reused.status_code) == (201, "true", 409)
    assert again.json["visit_id"] == str(past_visit)
    assert [read[name].json["items"] for name in ("family", "agency")] == [[again.json], [again.json]]
    measured = {name: value for name, value in again.json["values"].items() if value is not None}
    assert measured == values
    assert (read["other"].status_code, day_before.json["items"]) == (404, [])
    assert [b"132" in row for row in tianjin.scalars(select(VitalSigns.values_enc))] == [False]
    assert len(tianjin.scalars(select(AuditEntry).where(AuditEntry.action == "vital_signs.read")).all()) == 3
