"""Carers and guardians who allowed a message are reminded of what waits for them, of each thing once."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.checkin.jobs import remind_people
from app.checkin.queries.reminders import find_client_names
from app.kernel.jobs import Turn
from app.kernel.permissions import Actor, SystemActor
from app.messaging.types import ReminderKind
from tests.checkin.factories import a_tap, decide, done, say, send
from tests.fixed_clock import clock_at
from tests.messaging.factories import accept, queued, use_templates, words
from tests.schedules.factories import HOUR, NOW, Scene

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def templates(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    use_templates(app, monkeypatch)


def remind(session: Session, at: datetime) -> list[str]:
    """What the job has told of altogether when it has run."""
    remind_people(Turn(SystemActor("tianjin", "test"), at, at))
    return [words(each) for each in queued(session)]


def name_of_client(session: Session, scene: Scene) -> str:
    return find_client_names(session, client_ids=[scene.client_id])[scene.client_id]


def test_a_carer_who_forgot_to_clock_out_is_reminded_half_an_hour_later_once(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    began = NOW - HOUR
    with clock_at(began):
        send(client, scene, past_visit, "in", a_tap(at=began))
    nobody_asked = remind(tianjin, NOW + 30 * MINUTE)
    accept(tianjin, scene.carer.account_id, ReminderKind.CLOCK_OUT_OVERDUE, at=NOW, times=2)

    early, then, again = (remind(tianjin, NOW + minutes * MINUTE) for minutes in (29, 30, 40))

    assert (nobody_asked, early) == ([], [])
    assert then == again == [f"{name_of_client(tianjin, scene)}家8:00的服务还没签退"]
    [message] = queued(tianjin)
    assert message["page"] == f"pages/visit/index?id={past_visit}"
    assert message["data"]["time2"]["value"] == "2026年11月20日 08:00"


def test_a_guardian_is_asked_for_the_word_that_lacks_and_a_carer_told_of_a_refusal_in_the_morning(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, head: Actor, tianjin: Session
):
    accept(tianjin, guardian.account_id, ReminderKind.CONFIRMATION_WAITING, at=NOW, times=2)
    accept(tianjin, scene.carer.account_id, ReminderKind.WORK_REFUSED, at=NOW)
    done(client, scene, past_visit)

    at_the_door, unconfirmed = remind(tianjin, NOW + 59 * MINUTE), remind(tianjin, NOW + 61 * MINUTE)
    night = NOW + 13 * HOUR
    with clock_at(night):
        decide(client, scene, past_visit, head, "agency", "refused", reason="proof_lacking")
    at_night, in_the_morning = remind(tianjin, night), remind(tianjin, night + 10 * HOUR)

    asked = f"{name_of_client(tianjin, scene)}11月20日的服务请您确认"
    assert (at_the_door, unconfirmed, at_night) == ([], [asked], [asked])
    assert in_the_morning == [asked, "11月20日的服务没通过，可申诉"]
    assert [each["page"] for each in queued(tianjin)] == [
        f"pages/guardian-visit/index?id={past_visit}",
        f"pages/work/index?id={past_visit}",
    ]


def test_a_guardian_who_has_spoken_is_not_asked(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    accept(tianjin, guardian.account_id, ReminderKind.CONFIRMATION_WAITING, at=NOW)
    done(client, scene, past_visit)
    say(client, scene, past_visit, guardian, times=True, service=True)

    assert remind(tianjin, NOW + 2 * HOUR) == []
