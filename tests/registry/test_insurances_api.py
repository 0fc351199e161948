"""Evidence of insurance over HTTP: recorded once, ended, and who lacks what policy asks for is listed."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel.permissions import Actor, Role
from app.policies.service import EXTENSION
from app.registry.commands import EmploymentEntry
from app.registry.types import ContractKind
from tests.policies.factories import tianjin_with
from tests.registry.factories import SINCE, a_carer, an_insurance
from tests.registry.scene import Scene

HEAD, ADMIN = Role.AGENCY_HEAD, Role.REGION_ADMIN
TODAY, ENDS = date(2026, 11, 20), date(2026, 12, 1)
LIABILITY = 'liability_insurance = { value = "required", assumed = true, reason = "test" }'


def insure(client: FlaskClient, scene: Scene, *, actor: Actor | None = None, key: str | None = None, **values: Any):
    body = {
        "agency_id": str(scene.agency.id),
        "kind": "social",
        "document": "SB-2026",
        "valid_from": SINCE.isoformat(),
        "valid_to": ENDS.isoformat(),
    }
    path = f"/carers/{scene.carer.id}/insurances"
    return scene.post(client, path, body | values, actor or scene.actors[HEAD], key=key)


def uninsured(client: FlaskClient, scene: Scene, *, on: date = TODAY, actor: Actor | None = None) -> list[str]:
    answer = scene.get(client, f"/carers?uninsured_on={on}", actor or scene.actors[HEAD])
    assert answer.status_code == 200, answer.json
    return [each["id"] for each in answer.json["items"]]


def test_who_works_by_a_labour_contract_is_listed_until_the_paper_is_recorded(
    client: FlaskClient, scene: Scene, tianjin: Session
) -> None:
    service = EmploymentEntry(scene.agency.id, ContractKind.SERVICE, SINCE)
    a_carer(tianjin, agency=scene.agency, employment=service)
    tianjin.commit()
    carer_id = str(scene.carer.id)
    assert uninsured(client, scene) == uninsured(client, scene, actor=scene.actors[ADMIN]) == [carer_id]
    assert uninsured(client, scene, actor=scene.stranger) == []
    recorded = insure(client, scene)
    assert recorded.status_code == 201, recorded.json
    assert uninsured(client, scene) == []
    assert uninsured(client, scene, on=ENDS) == [carer_id]
    shown = scene.get(client, f"/carers/{carer_id}", scene.actors[HEAD]).json["insurances"]
    assert shown == [recorded.json]


def test_ended_or_of_another_kind_the_paper_does_not_count(client: FlaskClient, scene: Scene) -> None:
    assert insure(client, scene, kind="liability").status_code == 201
    assert uninsured(client, scene) == [str(scene.carer.id)]
    social = insure(client, scene).json["id"]
    ending = {"valid_to": TODAY.isoformat(), "reason": "not_paid"}
    assert scene.post(client, f"/insurances/{social}/end", ending, scene.stranger).status_code == 404
    assert scene.post(client, f"/insurances/{social}/end", ending, scene.actors[HEAD]).status_code == 201
    assert uninsured(client, scene) == [str(scene.carer.id)]


def test_an_agency_records_papers_for_whom_it_employs_itself(client: FlaskClient, scene: Scene) -> None:
    assert insure(client, scene, agency_id=str(scene.other_agency.id)).status_code == 404
    assert insure(client, scene, actor=scene.stranger).status_code == 404
    elsewhere = insure(client, scene, agency_id=str(scene.other_agency.id), actor=scene.actors[ADMIN])
    assert (elsewhere.status_code, elsewhere.json["code"]) == (409, "insured_not_employed")


@pytest.mark.parametrize(("required", "listed"), [(True, True), (False, False)])
def test_liability_is_asked_for_every_contract_where_policy_requires_it(
    app: Flask,
    client: FlaskClient,
    scene: Scene,
    tianjin: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    required: bool,
    listed: bool,
) -> None:
    line = LIABILITY if required else LIABILITY.replace("required", "optional")
    monkeypatch.setitem(app.extensions, EXTENSION, tianjin_with(tmp_path, line, after="[agency]"))
    temporary = EmploymentEntry(scene.agency.id, ContractKind.TEMPORARY, SINCE)
    carer = a_carer(tianjin, agency=scene.agency, employment=temporary)
    tianjin.commit()
    assert (str(carer.id) in uninsured(client, scene)) is listed
    an_insurance(tianjin, carer=carer, agency=scene.agency)
    tianjin.commit()
    assert str(carer.id) not in uninsured(client, scene)


def test_sent_twice_it_is_recorded_once(client: FlaskClient, scene: Scene) -> None:
    first = insure(client, scene, key="one")
    assert insure(client, scene, key="one").json == first.json
    assert insure(client, scene, key="one", document="SB-2027").status_code == 409
    assert insure(client, scene).json["code"] == "insurance_overlaps"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"valid_to": SINCE.isoformat()}, "period_backwards"),
        ({"document": "张三的参保证明"}, "fields_invalid"),
        ({"kind": "travel"}, "fields_invalid"),
    ],
)
def test_a_bad_paper_is_refused(client: FlaskClient, scene: Scene, values: dict[str, Any], code: str) -> None:
    refused = insure(client, scene, **values)
    assert (refused.status_code, refused.json["code"]) == (422, code)


def test_nobody_records_a_paper_without_login_or_permission(client: FlaskClient, scene: Scene) -> None:
    path = f"/carers/{scene.carer.id}/insurances"
    assert scene.post(client, path, {}, None).status_code == 401
    assert insure(client, scene, actor=scene.actors[Role.GUARDIAN]).status_code == 403
