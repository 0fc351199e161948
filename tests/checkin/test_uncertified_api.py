"""Who has no certificate may work until a day if employed before home care began: planning and the door agree."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.policies.service import EXTENSION
from app.registry.models import Certificate
from tests.checkin.factories import come_and_go, fact
from tests.policies.factories import tianjin_with
from tests.schedules.factories import SINCE, Scene, as_json, to_plan

TRANSITION = """uncertified_until = {{ value = 2027-01-01, assumed = true, reason = "test" }}
uncertified_employed_before = {{ value = true, assumed = true, reason = "test" }}
home_care_began_on = {{ value = {began_on}, assumed = true, reason = "test" }}"""


@pytest.mark.parametrize(("began_on", "may"), [(SINCE + timedelta(days=1), True), (SINCE, False)])
def test_planning_and_the_door_ask_when_the_first_contract_began(
    app: Flask,
    client: FlaskClient,
    scene: Scene,
    past_visit: UUID,
    tianjin: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    began_on: date,
    may: bool,
) -> None:
    book = tianjin_with(tmp_path, TRANSITION.format(began_on=began_on), after="[carer]")
    monkeypatch.setitem(app.extensions, EXTENSION, book)
    tianjin.execute(update(Certificate).values(valid_to=SINCE).where(Certificate.carer_id == scene.carer_id))
    tianjin.commit()

    body = {"visits": [as_json(to_plan(scene))]}
    planned = client.post("/api/v1/visits", json=body, headers=scene.headers(scene.dispatcher))
    come_and_go(client, scene, past_visit)

    refused = [] if planned.status_code == 201 else planned.json["details"]["refusals"][0]["codes"]
    told = {each["code"] for each in fact(client, scene, past_visit)["exceptions"]}
    assert refused == ([] if may else ["certificate_expired"])
    assert ("certificate_expired" in told) is not may
