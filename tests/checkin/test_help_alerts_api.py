"""A call for help reaches the agency's phone by a text message: once, soon, and said truly to the carer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.gateways.provider_access import SMS
from app.gateways.sms import MESSAGES_PATH, SmsClient
from app.jobs import send_alerts, send_outbox
from app.kernel.ids import new_id
from app.kernel.jobs import Turn
from app.kernel.outbox import URGENT_FIRST_WAIT, OutboxMessage, clear_sent
from app.kernel.outside import ProviderAccess
from app.kernel.permissions import SystemActor
from app.kernel.settings import EXTENSION
from app.registry.models import Agency
from tests.checkin.factories import API, a_tap
from tests.schedules.factories import NOW, Scene
from tests.standins_signed import StandIn
from tests.standins_sms import sms_process, sms_standin

__all__ = ["sms_process", "sms_standin"]

SOON = NOW + timedelta(minutes=1)  # the clock of a test goes on
OFFICE, ALERTED = "022-8765 4321", "13800000001"


@pytest.fixture
def provider(app: Flask, sms_standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    client = SmsClient(sms_standin.settings(timeout=1.0))
    access = ProviderAccess(sms_standin.url, sms_standin.app_id, sms_standin.secret)
    monkeypatch.setitem(app.extensions, SMS, client)
    monkeypatch.setitem(app.extensions, EXTENSION, replace(app.extensions[EXTENSION], sms=access))
    yield sms_standin
    client.close()


def reach(session: Session, scene: Scene, *, phone: str | None = OFFICE, alert_phone: str | None = ALERTED) -> str:
    """Enter the agency's numbers; answers its name."""
    agency = session.get_one(Agency, scene.agency_id)
    agency.phone, agency.alert_phone = phone, alert_phone
    session.commit()
    return agency.name


def call(client: FlaskClient, scene: Scene, body: dict[str, object]) -> Any:
    told = client.post(f"{API}/help-calls", json=body, headers=scene.headers(scene.carer))
    assert told.status_code == 201, told.json
    return told.json


def send(at: datetime = SOON) -> None:
    send_alerts(Turn(SystemActor("tianjin", "test"), due_at=at, at=at))


def states(told: Any) -> list[str]:
    return [each["state"] for each in told["alerts"]]


def test_the_agency_gets_one_message_with_who_when_and_where_to_look(
    client: FlaskClient, scene: Scene, provider: StandIn, tianjin: Session
):
    name, body = reach(tianjin, scene), a_tap()

    first, again = call(client, scene, body), call(client, scene, body)
    send_outbox(Turn(SystemActor("tianjin", "test"), due_at=SOON, at=SOON))  # the slow ones leave it alone
    waiting = call(client, scene, body)
    send()
    send()
    told = call(client, scene, body)
    clear_sent(at=NOW + timedelta(days=31))
    later = call(client, scene, body)

    assert first["alerts"] == [{"agency_id": str(scene.agency_id), "state": "waiting"}]
    assert (again, waiting) == (first, first)
    assert (states(told), states(later)) == (["sent"], ["sent"])
    (message,) = provider.order("sent")["messages"]
    assert (message["phone"], message["template"]) == (ALERTED, "help_call")
    assert set(message["values"]) == {"carer", "agency", "time", "place"}
    assert message["values"]["agency"] == name
    assert message["text"].endswith("打开后台看位置。")
    assert message["values"]["carer"] in message["text"]


def test_an_outage_is_tried_again_soon_and_a_refused_number_is_said(
    client: FlaskClient, scene: Scene, provider: StandIn, tianjin: Session
):
    reach(tianjin, scene)
    body = a_tap()
    call(client, scene, body)

    provider.order("faults", path=MESSAGES_PATH, calls=2, status=502)
    send()
    send()  # not yet
    tianjin.expire_all()
    tried = tianjin.scalars(select(OutboxMessage)).one()
    during = (states(call(client, scene, body)), tried.attempts, tried.last_error, provider.calls(MESSAGES_PATH))
    send(SOON + URGENT_FIRST_WAIT)
    after = states(call(client, scene, body))
    provider.order("refused", phone=ALERTED)
    other = a_tap()
    call(client, scene, other)
    send(SOON + URGENT_FIRST_WAIT)

    assert during == (["waiting"], 1, "ProviderBusy", 2)
    assert after == ["sent"]
    assert states(call(client, scene, other)) == ["failed"]
    assert len(provider.order("sent")["messages"]) == 1
    tianjin.expire_all()
    errors = tianjin.scalars(select(OutboxMessage.last_error).order_by(OutboxMessage.id)).all()
    assert errors == [None, "number_refused"]


@pytest.mark.parametrize("has_provider", [True, False])
def test_whoever_cannot_be_alerted_is_not_said_to_be(
    client: FlaskClient, scene: Scene, tianjin: Session, request: pytest.FixtureRequest, has_provider: bool
):
    if has_provider:
        request.getfixturevalue("provider")
        reach(tianjin, scene, alert_phone=None)  # an office without a mobile
    else:
        reach(tianjin, scene)

    told = call(client, scene, a_tap())

    assert (told["alerts"], told["agency_ids"]) == ([], [str(scene.agency_id)])
    assert tianjin.scalars(select(OutboxMessage)).all() == []


def test_a_call_that_is_refused_alerts_nobody(client: FlaskClient, scene: Scene, provider: StandIn, tianjin: Session):
    reach(tianjin, scene)
    body = a_tap(id=str(new_id()))
    call(client, scene, body)

    other = client.post(f"{API}/help-calls", json=body | {"fix": None}, headers=scene.headers(scene.carer))

    assert other.status_code == 409
    assert len(tianjin.scalars(select(OutboxMessage)).all()) == 1
