"""A carer who withdraws the consent for his position checks in as before, without one."""

from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.consent_types import ConsentPurpose
from app.accounts.consents import has_consent
from app.checkin.models import Position
from app.kernel.ids import new_id
from tests.checkin.factories import API, a_tap, send
from tests.schedules.factories import Scene


def test_a_withdrawn_consent_stops_no_check_in(client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session):
    for is_given in (True, False):
        said = {"purpose": "location", "version": 1, "is_given": is_given}
        headers = scene.headers(scene.carer) | {"Idempotency-Key": str(new_id())}
        assert client.post(f"{API}/consents", json=said, headers=headers).status_code == 201

    answer = send(client, scene, visit_id, "in", tap := a_tap(fix=None))

    assert not has_consent(tianjin, person_id=scene.carer_person_id, purpose=ConsentPurpose.LOCATION)
    assert (answer.status_code, answer.json["verdict"]) == (201, "no_position")
    assert "no_location" in answer.json["exceptions"]
    assert tianjin.get(Position, UUID(tap["id"])) is None
