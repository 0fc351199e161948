"""Work that nobody planned: taps at a client, at a cancelled visit, and at a colleague's."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.checkin.models import CareFact, ClockEvent, ExceptionFound, Hold, PayableTime
from app.checkin.service.facts import add_subject
from app.checkin.types import FactKind, FactSubject
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.registry.models import Assignment, Client
from app.schedules.models import Visit
from app.schedules.types import VisitState
from tests.checkin.factories import (
    a_tap,
    an_item,
    cancel,
    close_forgotten,
    decide,
    fact,
    log,
    record_of,
    send,
    visit_of,
)
from tests.schedules.factories import HOUR, NOW, TODAY, Scene, a_carer, a_visit, an_actor, an_assignment

MINUTE = timedelta(minutes=1)


def at_client(
    client: FlaskClient, scene: Scene, kind: str, *, at: datetime = NOW, actor: Actor | None = None, **changed: object
) -> TestResponse:
    """A tap that names the client, told at once."""
    tap = a_tap(at=at, kind=kind, client_id=str(scene.client_id)) | changed
    return post(client, scene, tap, actor=actor)


def post(client: FlaskClient, scene: Scene, tap: dict[str, Any], *, actor: Actor | None = None) -> TestResponse:
    headers = scene.headers(actor or scene.carer) | {"Phone-Sent-At": clock.now().isoformat()}
    return client.post("/api/v1/clock-events", json=tap, headers=headers)


def visits(session: Session) -> list[Visit]:
    """Those nobody planned, in the order they began."""
    session.expire_all()
    began = func.coalesce(Visit.began_at, Visit.ended_at)
    return list(session.scalars(select(Visit).where(Visit.source == "unscheduled").order_by(began)))


def told(answer: TestResponse) -> set[str]:
    """What a tap left to look into, beside that it came late."""
    assert answer.status_code == 201, answer.json
    return set(answer.json["exceptions"]) - {"late_sync"}


@pytest.fixture
def stand_in(scene: Scene, tianjin: Session, app: Flask) -> Actor:
    """A colleague to whom the client is assigned too."""
    carer_id, person_id = a_carer(tianjin, app, scene.agency_id)
    an_assignment(tianjin, scene.client_id, carer_id)
    actor = an_actor(tianjin, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id)
    tianjin.commit()
    return actor


def test_an_unscheduled_visit_is_begun_and_ended_by_taps_at_the_client(
    client: FlaskClient, scene: Scene, tianjin: Session
):
    tap, out = (a_tap(at=at, kind=k, client_id=str(scene.client_id)) for k, at in (("in", NOW - HOUR), ("out", NOW)))
    tianjin.execute(update(Client).where(Client.id == scene.client_id).values(street_code="120101001"))
    tianjin.commit()

    first, again, last, replayed = (post(client, scene, each) for each in (tap, tap, out, out))

    assert told(first) == {"unscheduled"}
    assert (again.json, replayed.json) == (first.json, last.json)
    visit = visit_of(tianjin, UUID(first.json["visit_id"]))
    assert (visit.state, visit.agency_id, visit.planned) == (VisitState.DONE, scene.agency_id, None)
    assert (visit.id, visit.street_code) == (UUID(tap["id"]), "120101001")
    assert record_of(tianjin, visit.id).minutes == 60


def test_a_clock_out_that_comes_first_ends_the_visit_and_the_clock_in_joins_it(
    client: FlaskClient, scene: Scene, tianjin: Session
):
    out = at_client(client, scene, "out")
    entered = at_client(client, scene, "in", at=NOW - HOUR)

    (visit,) = visits(tianjin)
    assert out.json["visit_id"] == entered.json["visit_id"] == str(visit.id)
    assert (visit.state, visit.began_at, visit.ended_at) == (VisitState.DONE, NOW - HOUR, NOW)
    assert record_of(tianjin, visit.id).minutes == 60


def test_a_clock_out_without_a_clock_in_is_recorded_by_the_job_and_held(
    client: FlaskClient, scene: Scene, tianjin: Session
):
    at_client(client, scene, "out")

    closed = close_forgotten(tianjin, at=NOW + 4 * HOUR)

    (visit,) = visits(tianjin)
    assert (closed, record_of(tianjin, visit.id).minutes) == (1, 0)
    assert tianjin.scalars(select(Hold.fact_id)).one() == visit.id


def test_a_late_clock_out_of_yesterday_does_not_end_todays_visit(client: FlaskClient, scene: Scene, tianjin: Session):
    yesterday = at_client(client, scene, "in", at=NOW - 25 * HOUR)
    today = at_client(client, scene, "in", at=NOW - HOUR)

    late = at_client(client, scene, "out", at=NOW - 24 * HOUR)
    out = at_client(client, scene, "out")

    assert late.json["visit_id"] == yesterday.json["visit_id"]
    assert out.json["visit_id"] == today.json["visit_id"]
    assert [(visit.ended_at - visit.began_at) for visit in visits(tianjin)] == [HOUR, HOUR]


def test_the_clock_out_of_a_visit_that_the_job_closed_ends_it_after_all(
    client: FlaskClient, scene: Scene, tianjin: Session
):
    at_client(client, scene, "in", at=NOW - 4 * HOUR)
    close_forgotten(tianjin, at=NOW)
    tianjin.commit()

    at_client(client, scene, "out", at=NOW - 3 * HOUR)

    (visit,) = visits(tianjin)
    assert (visit.state, visit.ended_at) == (VisitState.DONE, NOW - 3 * HOUR)


def test_a_second_tap_under_another_id_is_a_repetition(client: FlaskClient, scene: Scene, tianjin: Session):
    taps = (("in", NOW - HOUR), ("in", NOW - HOUR + MINUTE), ("out", NOW - MINUTE), ("out", NOW))

    found = [told(at_client(client, scene, kind, at=at)) for kind, at in taps]

    again = {"unscheduled", "repeated_event"}
    assert found == [{"unscheduled"}, again, {"unscheduled"}, again]
    (visit,) = visits(tianjin)
    assert (visit.began_at, visit.ended_at) == (NOW - HOUR, NOW - MINUTE)


def test_a_resend_of_a_tap_stored_before_the_client_was_the_carers_begins_no_visit(
    client: FlaskClient, scene: Scene, tianjin: Session
):
    tianjin.execute(update(Assignment).where(Assignment.carer_id == scene.carer_id).values(valid_to=TODAY))
    tianjin.commit()
    tap = a_tap(kind="in", client_id=str(scene.client_id))
    first = post(client, scene, tap)
    tianjin.execute(update(Assignment).where(Assignment.carer_id == scene.carer_id).values(valid_to=None))
    tianjin.commit()

    again = post(client, scene, tap)

    assert (told(first), again.json) == ({"not_assigned"}, first.json)
    assert visits(tianjin) == []


@pytest.mark.parametrize("kind", [FactKind.CARE_DAY, FactKind.VISIT])
def test_an_id_that_is_another_facts_begins_no_visit(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, kind: FactKind
):
    used = new_id() if kind is FactKind.CARE_DAY else visit_id
    add_subject(tianjin, FactSubject(used, kind, scene.carer_id, None, None, None), at=NOW)
    tianjin.commit()

    answer = at_client(client, scene, "in", id=str(used))

    assert (answer.status_code, answer.json["code"]) == (409, "event_reused")
    assert (visits(tianjin), tianjin.scalar(select(func.count()).select_from(ClockEvent))) == ([], 0)


def test_work_at_a_cancelled_visit_is_settled_and_can_be_paid(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, head: Actor
):
    """The news of the cancellation did not reach the phone."""
    cancel(client, scene, past_visit)

    entered = send(client, scene, past_visit, "in", a_tap(at=NOW - HOUR))
    again = send(client, scene, past_visit, "in", a_tap(at=NOW - HOUR) | {"id": entered.json["id"]})
    out = send(client, scene, past_visit, "out", a_tap(at=NOW))

    assert told(entered) == told(out) == {"unscheduled", "visit_cancelled"}
    assert again.json == entered.json
    assert visit_of(tianjin, past_visit).state is VisitState.CANCELLED
    (visit,) = visits(tianjin)
    assert tianjin.get_one(ClockEvent, UUID(out.json["id"])).claimed_visit_id == past_visit
    assert log(client, scene, visit.id, an_item()).status_code == 201
    assert decide(client, scene, visit.id, head, "agency").status_code == 201
    assert tianjin.scalars(select(PayableTime.minutes)).one() == 60


def test_a_stand_in_at_a_colleagues_visit_works_at_his_own_client(
    client: FlaskClient, scene: Scene, tianjin: Session, stand_in: Actor
):
    planned = a_visit(tianjin, scene, start=NOW - HOUR)
    tianjin.commit()

    tap = a_tap(at=NOW - HOUR)
    entered = send(client, scene, planned, "in", tap, actor=stand_in)
    out = send(client, scene, planned, "out", a_tap(), actor=stand_in)

    assert told(entered) == told(out) == {"unscheduled", "carer_changed"}
    assert visit_of(tianjin, planned).state is VisitState.PLANNED
    (visit,) = visits(tianjin)
    assert str(visit.id) == entered.json["visit_id"] == out.json["visit_id"]
    assert record_of(tianjin, visit.id).minutes == 60
    assert tianjin.get_one(CareFact, visit.id).agency_id == scene.agency_id
    severities = select(ExceptionFound.severity).where(ExceptionFound.code == "unscheduled")
    assert set(tianjin.scalars(severities)) == {"must_fix"}
    word = {"id": str(new_id()), "event_id": tap["id"], "occurred_at": NOW.isoformat()}
    for path, more in (("away-words", {"case": "at_door"}), ("tag-scans", {"tag": "-", "id": str(new_id())})):
        address = f"/api/v1/visits/{planned}/{path}"  # the phone knows the colleague's visit only
        assert client.post(address, json=word | more, headers=scene.headers(stand_in)).status_code == 201
    assert [each["case"] for each in fact(client, scene, visit.id)["away_words"]] == ["at_door"]
