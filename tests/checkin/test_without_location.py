"""A carer who withdraws the consent for his position checks in as before: none that arrives later is kept."""

from datetime import timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.consent_types import ConsentPurpose
from app.accounts.consents import has_consent
from app.checkin.attempt_models import VisitAttempt
from app.checkin.models import ClockEvent, Position
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from tests.checkin.factories import API, a_tap, fact, send
from tests.checkin.family_rows import a_family
from tests.checkin.test_sync_api import of_visit, statuses, sync
from tests.schedules.factories import HOUR, NOW, Scene, a_client, a_consent, a_visit, an_assignment
from tests.tokens import bearer, make_account

MINUTE = timedelta(minutes=1)
TOLD = {"no_location", "position_not_kept"}


def say(client: FlaskClient, scene: Scene, *, is_given: bool) -> None:
    said = {"purpose": "location", "version": 1, "is_given": is_given}
    headers = scene.headers(scene.carer) | {"Idempotency-Key": str(new_id())}
    assert client.post(f"{API}/consents", json=said, headers=headers).status_code == 201


def positions(session: Session) -> set[str]:
    return {str(each) for each in session.scalars(select(Position.id))}


def test_a_withdrawn_consent_stops_no_check_in(client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session):
    for is_given in (True, False):
        say(client, scene, is_given=is_given)

    answer = send(client, scene, visit_id, "in", tap := a_tap(fix=None))

    assert not has_consent(tianjin, person_id=scene.carer_person_id, purpose=ConsentPurpose.LOCATION)
    assert (answer.status_code, answer.json["verdict"]) == (201, "no_position")
    assert "position_not_kept" not in answer.json["exceptions"]  # the phone sent none
    assert "no_location" in answer.json["exceptions"]
    assert tianjin.get(Position, UUID(tap["id"])) is None


def test_no_position_that_arrives_after_the_withdrawal_is_kept_but_that_of_a_call_for_help(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, app: Flask
):
    first, second, tried, last = (a_visit(tianjin, scene, start=NOW - hours * HOUR) for hours in (9, 7, 5, 3))
    unplanned = a_client(tianjin, app, scene.agency_id)
    an_assignment(tianjin, unplanned, scene.carer_id)
    tianjin.commit()
    say(client, scene, is_given=True)
    arrived = a_tap(at=NOW - 9 * HOUR)
    before = sync(client, scene, [of_visit(first, "clock_in", arrived)])
    say(client, scene, is_given=False)
    of_plan, of_door, help_call = a_tap(at=NOW - 8 * HOUR), a_tap(at=NOW - 7 * HOUR), a_tap(visit_id=None)
    attempt, astray = a_tap(at=NOW - 5 * HOUR, reason="nobody_opens"), a_tap()
    records = [
        of_visit(first, "clock_in", arrived),  # sent again
        of_visit(first, "clock_out", of_plan),
        of_visit(second, "clock_in", of_door),
        of_visit(tried, "attempt", attempt),
        {"kind": "clock_event", "record": a_tap(kind="in", client_id=str(unplanned))},
        of_visit(new_id(), "clock_in", astray),
        {"kind": "help_call", "record": help_call},
    ]

    answer = sync(client, scene, records)

    assert (statuses(before), statuses(answer)) == ([201], [201] * len(records))
    told = [set(each["exceptions"]) for each in answer.json["answers"]]
    assert [TOLD & each for each in told] == [set(), TOLD, TOLD, set(), TOLD, {"position_not_kept"}, set()]
    assert positions(tianjin) == {arrived["id"], help_call["id"]}
    taps = {str(row.id): row for row in tianjin.scalars(select(ClockEvent))}
    assert len(taps) == 5
    for tap in (row for row_id, row in taps.items() if row_id != arrived["id"]):
        assert (tap.verdict, tap.distance_m, tap.accuracy_m) == ("no_position", None, None)
        assert (tap.location_source, tap.position_digest) == (None, None)
    tries = tianjin.scalars(select(VisitAttempt)).one()
    assert (tries.verdict, tries.location_source, tries.position_digest) == ("no_position", None, None)
    shown = {each["code"]: each["severity"] for each in fact(client, scene, first)["exceptions"]}
    assert (shown["no_location"], shown["position_not_kept"]) == ("must_fix", "acknowledge")

    say(client, scene, is_given=True)
    again = sync(client, scene, records)
    kept = send(client, scene, last, "in", a_tap())

    assert [each["exceptions"] for each in again.json["answers"]] == [
        each["exceptions"] for each in answer.json["answers"]
    ]
    assert "position_not_kept" not in kept.json["exceptions"]
    assert positions(tianjin) == {arrived["id"], help_call["id"], kept.json["id"]}


def test_a_family_carer_s_day_tells_why_its_tap_has_no_position(
    client: FlaskClient, scene: Scene, tianjin: Session, app: Flask
):
    family = a_family(tianjin, client_id=scene.client_id)
    actor = make_account(tianjin, role=Role.FAMILY_CARER, person_id=family.actor.person_id)
    a_consent(tianjin, family.actor.person_id, ConsentPurpose.LOCATION, is_given=False)
    tianjin.commit()
    tap = a_tap(kind="in", client_id=str(scene.client_id))
    day = {"id": str(new_id()), "client_id": tap["client_id"], "day": "2026-11-20", "in_event_id": tap["id"]}
    headers = bearer(app, actor)

    came = client.post(f"{API}/clock-events", json=tap, headers=headers)
    told = client.post(f"{API}/care-days", json=day | {"occurred_at": NOW.isoformat()}, headers=headers)

    assert (came.status_code, came.json["verdict"], came.json["exceptions"]) == (
        201,
        "no_position",
        ["position_not_kept"],
    )
    assert (told.status_code, set(told.json["exceptions"]) >= TOLD) == (201, True)
    assert positions(tianjin) == set()
