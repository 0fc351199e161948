"""Consents about a client: by a guardian who may sign, for nobody else's client."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.consent_models import Consent
from app.kernel.permissions import Actor, Role
from app.registry.types import GuardianExtent
from tests.registry.factories import a_client, a_guardian
from tests.registry.scene import Scene
from tests.tokens import make_account

WORDS = {"purpose": "sensitive_health", "version": 1, "is_given": True}


def guardian_with(session: Session, scene: Scene, extent: GuardianExtent) -> Actor:
    guardian = a_guardian(session, client=scene.client, extent=extent)
    return make_account(session, role=Role.GUARDIAN, person_id=guardian.person.id)


def say(http: FlaskClient, scene: Scene, actor: Actor | None, **values: object) -> Any:
    return scene.post(http, f"/clients/{scene.client_id}/consents", WORDS | values, actor)


def test_a_guardian_who_may_sign_answers_for_the_client(client: FlaskClient, scene: Scene, tianjin: Session):
    signer = guardian_with(tianjin, scene, GuardianExtent.SIGN)

    given = say(client, scene, signer)

    assert (given.status_code, given.json["holds"], given.json["answer"]["giver"]) == (201, True, "guardian")
    listed = scene.get(client, f"/clients/{scene.client_id}/consents", signer).json["items"]
    assert {each["text"]["purpose"]: each["holds"] for each in listed} == {
        "sensitive_health": True,
        "photos": False,
        "sharing_family": False,
    }
    assert tianjin.scalars(select(Consent.person_id)).all() == [scene.client.client.person.id]
    assert say(client, scene, signer, purpose="face").json["code"] == "consent_not_asked"
    assert say(client, scene, signer, version="x").status_code == 422


@pytest.mark.parametrize("extent", [GuardianExtent.CONFIRM_CARE, GuardianExtent.AGREE_MONEY])
def test_who_may_not_sign_or_is_a_stranger_answers_nothing(
    client: FlaskClient, scene: Scene, tianjin: Session, extent: GuardianExtent
):
    other = a_guardian(tianjin, client=a_client(tianjin), extent=GuardianExtent.SIGN)
    stranger = make_account(tianjin, role=Role.GUARDIAN, person_id=other.person.id)

    refused = say(client, scene, guardian_with(tianjin, scene, extent))

    assert (refused.status_code, refused.json["code"]) == (403, "signing_not_his")
    assert say(client, scene, None).status_code == 401
    assert say(client, scene, stranger).status_code == 404
    assert scene.get(client, f"/clients/{scene.client_id}/consents", stranger).status_code == 404
    assert tianjin.scalars(select(Consent.id)).all() == []
