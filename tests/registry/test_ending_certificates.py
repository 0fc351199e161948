"""Whose certificate ends soon is listed for who sees the carer, and told each morning."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEntry
from app.kernel.jobs import Turn
from app.kernel.permissions import Actor, Role
from app.registry import jobs
from app.registry.ending_certificates import TOLD_AHEAD, count_ending_certificates
from app.registry.models import Certificate
from tests.registry.factories import SYSTEM, a_carer
from tests.registry.scene import NOW, Scene

TODAY = date(2026, 11, 20)
THEN = TODAY + TOLD_AHEAD
DISPATCHER = Role.DISPATCHER


def listed(client: FlaskClient, scene: Scene, *, on: date, actor: Actor | None = None) -> list[str]:
    answer = scene.get(client, f"/carers?uncertified_on={on}", actor or scene.actors[DISPATCHER])
    assert answer.status_code == 200, answer.json
    return [each["id"] for each in answer.json["items"]]


@pytest.mark.parametrize(
    ("valid_to", "is_told"), [(None, False), (THEN + timedelta(days=1), False), (THEN, True), (TODAY, True)]
)
def test_a_certificate_whose_first_day_without_it_comes_by_then_is_told(
    client: FlaskClient, tianjin: Session, scene: Scene, valid_to: date | None, is_told: bool
):
    ending = a_carer(tianjin, agency=scene.agency, certified_to=valid_to)
    tianjin.commit()

    expected = [str(ending.id)] if is_told else []
    assert listed(client, scene, on=THEN) == expected
    assert listed(client, scene, on=THEN, actor=scene.stranger) == []
    counted = count_ending_certificates(tianjin, on=TODAY)
    assert counted == ({str(scene.agency.id): 1} if is_told else {})


def test_who_has_another_certificate_or_leaves_before_is_not_told(client: FlaskClient, tianjin: Session, scene: Scene):
    renewed, leaving = (a_carer(tianjin, agency=scene.agency, certified_to=THEN) for _ in range(2))
    tianjin.add(Certificate(id=renewed.id, carer_id=renewed.id, kind="nurse", number="N-1", valid_from=TODAY))
    tianjin.commit()
    ending = {"valid_to": THEN.isoformat(), "reason": "resigned"}
    scene.post(client, f"/employments/{leaving.employments[0].id}/end", ending, scene.actors[DISPATCHER])

    assert listed(client, scene, on=THEN) == []
    assert count_ending_certificates(tianjin, on=TODAY) == {}


@pytest.mark.parametrize(("certified_to", "told"), [(THEN, 1), (None, 0)])
def test_each_morning_it_is_told_where_there_is_anything_to_tell(
    app: Flask, tianjin: Session, scene: Scene, certified_to: date | None, told: int
):
    a_carer(tianjin, agency=scene.agency, certified_to=certified_to)
    tianjin.commit()

    with app.test_request_context():
        jobs.remind_of_certificates(Turn(SYSTEM, NOW, NOW))

    assert tianjin.scalar(select(func.count()).where(AuditEntry.action == "certificates.ending")) == told
