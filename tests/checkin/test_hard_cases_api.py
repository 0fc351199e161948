"""The hard cases of check-in over HTTP: each has one right answer, and the database keeps it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.models import CareDay, PayableCareDay, PayableTime
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.schedules.types import VisitState
from tests.checkin.factories import (
    API,
    a_fix,
    a_tap,
    an_item,
    an_undrawn_id,
    check,
    close_forgotten,
    decide,
    done,
    escalate,
    fact,
    log,
    record_of,
    send,
    some_checks,
    visit_of,
)
from tests.checkin.family_rows import a_family
from tests.fixed_clock import clock_at
from tests.schedules.factories import (
    HOUR,
    NOW,
    TODAY,
    Scene,
    a_carer,
    a_client,
    a_plan,
    a_visit,
    an_actor,
    an_assignment,
    as_json,
    to_plan,
)
from tests.tokens import make_account

MINUTE = timedelta(minutes=1)


def codes_of(client: FlaskClient, scene: Scene, fact_id: UUID) -> set[str]:
    return {each["code"] for each in fact(client, scene, fact_id)["exceptions"]}


def work(
    client: FlaskClient, scene: Scene, visit_id: UUID, *, start: datetime, end: datetime, actor: Actor | None = None
) -> None:
    """A whole visit with its daily item, each tap told at once."""
    assert log(client, scene, visit_id, an_item(), actor=actor).status_code == 201
    for kind, at in (("in", start), ("out", end)):
        with clock_at(at):
            assert send(client, scene, visit_id, kind, a_tap(at=at), actor=actor).status_code == 201


def plan(client: FlaskClient, scene: Scene, *visits: Any):
    body = {"visits": [as_json(each) for each in visits]}
    headers = scene.headers(scene.dispatcher) | {"Idempotency-Key": str(new_id())}
    return client.post(f"{API}/visits", json=body, headers=headers)


@pytest.fixture
def spouse(scene: Scene, tianjin: Session, app: Flask) -> dict[str, UUID]:
    """The other half of a couple: the same home, agency and carer, a plan of its own."""
    client_id = a_client(tianjin, app, scene.agency_id)
    an_assignment(tianjin, client_id, scene.carer_id)
    made = {"client_id": client_id, "plan_id": a_plan(tianjin, client_id, scene.agency_id)}
    tianjin.commit()
    return made


@pytest.fixture
def colleague(scene: Scene, tianjin: Session, app: Flask) -> tuple[UUID, Actor]:
    """A second carer of the client, and her account."""
    carer_id, person_id = a_carer(tianjin, app, scene.agency_id)
    an_assignment(tianjin, scene.client_id, carer_id)
    actor = an_actor(tianjin, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id)
    tianjin.commit()
    return carer_id, actor


@pytest.fixture
def relatives(scene: Scene, tianjin: Session) -> list[Actor]:
    """Two family carers of the scene's client, with accounts."""
    people = [a_family(tianjin, client_id=scene.client_id).actor.person_id for _ in range(2)]
    made = [make_account(tianjin, role=Role.FAMILY_CARER, person_id=each) for each in people]
    tianjin.commit()
    return made


def log_day(client: FlaskClient, scene: Scene, actor: Actor, *, fix: dict[str, Any] | str | None = "home"):
    """A family carer's day with both taps: each tap told at once."""
    ids = {kind: str(new_id()) for kind in ("in", "out")}
    for kind, at in (("in", NOW - HOUR), ("out", NOW)):
        tap = a_tap(id=ids[kind], kind=kind, at=at, fix=fix, client_id=str(scene.client_id))
        with clock_at(at):
            sent = scene.headers(actor) | {"Phone-Sent-At": at.isoformat()}
            assert client.post(f"{API}/clock-events", json=tap, headers=sent).status_code == 201
    day = {"id": str(new_id()), "client_id": str(scene.client_id), "day": TODAY.isoformat()}
    day |= {"occurred_at": NOW.isoformat(), "in_event_id": ids["in"], "out_event_id": ids["out"]}
    answer = client.post(f"{API}/care-days", json=day, headers=scene.headers(actor))
    assert answer.status_code == 201, answer.json
    return answer.json


def test_in_and_out_pressed_the_wrong_way_round_are_one_visit_of_the_time_between_and_told(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    check(client, scene, past_visit, some_checks())
    log(client, scene, past_visit, an_item())
    with clock_at(NOW - HOUR):
        send(client, scene, past_visit, "out", a_tap(at=NOW - HOUR))

    swapped = send(client, scene, past_visit, "in", a_tap(at=NOW))

    record = record_of(tianjin, past_visit)
    assert (swapped.status_code, record.minutes) == (201, 60)
    assert (record.began_at, record.ended_at) == (NOW - HOUR, NOW)
    assert codes_of(client, scene, past_visit) == {"swapped", "early_out", "too_late"}
    assert fact(client, scene, past_visit)["standing"] == "held"


def test_a_visit_begins_while_the_last_one_is_still_open_and_each_keeps_its_own_taps(
    client: FlaskClient, scene: Scene, past_visit: UUID, visit_id: UUID, tianjin: Session
):
    check(client, scene, past_visit, some_checks())
    log(client, scene, past_visit, an_item())
    with clock_at(NOW - HOUR):
        send(client, scene, past_visit, "in", a_tap(at=NOW - HOUR))

    began = send(client, scene, visit_id, "in", a_tap())

    assert (began.status_code, began.json["exceptions"]) == (201, [])
    assert visit_of(tianjin, visit_id).state is VisitState.BEGUN
    assert visit_of(tianjin, past_visit).state is VisitState.BEGUN
    closed = close_forgotten(tianjin, at=NOW + 2 * HOUR + MINUTE)
    assert (closed, codes_of(client, scene, past_visit)) == (1, {"no_clock_out"})
    assert visit_of(tianjin, visit_id).state is VisitState.BEGUN


def test_a_couple_at_one_address_is_cared_for_back_to_back_and_both_visits_are_paid(
    client: FlaskClient, scene: Scene, spouse: dict[str, UUID], head: Actor, tianjin: Session
):
    his = a_visit(tianjin, scene, id=an_undrawn_id(scene.app), start=NOW - 2 * HOUR)
    hers = a_visit(tianjin, scene, id=an_undrawn_id(scene.app), start=NOW - HOUR, **spouse)
    tianjin.commit()

    work(client, scene, his, start=NOW - 2 * HOUR, end=NOW - HOUR)
    work(client, scene, hers, start=NOW - HOUR, end=NOW)  # touching: the end of one is the beginning of the other
    standings = [decide(client, scene, each, head, "agency").json["standing"] for each in (his, hers)]

    assert standings == ["accepted", "accepted"]
    paid = tianjin.scalars(select(PayableTime).order_by(PayableTime.during)).all()
    assert [(each.client_id, each.minutes) for each in paid] == [(scene.client_id, 60), (spouse["client_id"], 60)]


def test_one_carer_is_not_planned_for_both_of_a_couple_at_one_time(
    client: FlaskClient, scene: Scene, spouse: dict[str, UUID]
):
    together = plan(client, scene, to_plan(scene), to_plan(scene, hours=24.5, client_id=spouse["client_id"]))
    in_turn = plan(client, scene, to_plan(scene), to_plan(scene, hours=25, client_id=spouse["client_id"]))

    assert (together.status_code, in_turn.status_code) == (409, 201)
    refused = {code for each in together.json["details"]["refusals"] for code in each["codes"]}
    assert refused == {"carer_overlap"}


def test_of_a_couple_cared_for_at_one_time_nothing_is_refused_at_the_door_and_one_hour_is_paid_once(
    client: FlaskClient, scene: Scene, spouse: dict[str, UUID], head: Actor, tianjin: Session
):
    his = a_visit(tianjin, scene, id=an_undrawn_id(scene.app), start=NOW - 2 * HOUR)
    hers = a_visit(tianjin, scene, id=an_undrawn_id(scene.app), start=NOW - HOUR, **spouse)
    tianjin.commit()
    work(client, scene, his, start=NOW - 2 * HOUR, end=NOW - HOUR)
    work(client, scene, hers, start=NOW - HOUR - 30 * MINUTE, end=NOW)

    first = decide(client, scene, his, head, "agency").json
    second = decide(client, scene, hers, head, "agency").json

    assert (first["standing"], second["standing"], second["hold"]["step"]) == ("accepted", "held", "operator")
    assert "overlap" in codes_of(client, scene, hers)
    assert tianjin.scalars(select(PayableTime.visit_id)).all() == [his]


def test_two_carers_who_come_together_are_both_paid_for_the_same_hour(
    client: FlaskClient, scene: Scene, colleague: tuple[UUID, Actor], head: Actor, tianjin: Session
):
    second_id, second = colleague
    both = [
        a_visit(tianjin, scene, id=an_undrawn_id(scene.app), start=NOW - HOUR),
        a_visit(tianjin, scene, id=an_undrawn_id(scene.app), start=NOW - HOUR, carer_id=second_id, team_slot=2),
    ]
    tianjin.commit()

    for visit_id, actor in zip(both, (scene.carer, second), strict=True):
        work(client, scene, visit_id, start=NOW - HOUR, end=NOW, actor=actor)
    standings = [decide(client, scene, each, head, "agency").json["standing"] for each in both]

    assert standings == ["accepted", "accepted"]
    paid = tianjin.execute(select(PayableTime.carer_id, PayableTime.slot).order_by(PayableTime.slot)).all()
    assert [tuple(each) for each in paid] == [(scene.carer_id, 1), (second_id, 2)]


def test_two_carers_in_one_place_of_a_team_at_one_time_are_not_both_paid(
    client: FlaskClient, scene: Scene, colleague: tuple[UUID, Actor], head: Actor, tianjin: Session
):
    second_id, second = colleague
    planned = a_visit(tianjin, scene, id=an_undrawn_id(scene.app), start=NOW - HOUR)
    beside = a_visit(tianjin, scene, start=NOW - HOUR, carer_id=second_id, planned=None, source="unscheduled")
    tianjin.commit()
    for visit_id, actor in ((planned, scene.carer), (beside, second)):
        work(client, scene, visit_id, start=NOW - HOUR, end=NOW, actor=actor)

    first = decide(client, scene, planned, head, "agency").json
    other = decide(client, scene, beside, head, "agency").json

    assert (first["standing"], other["standing"]) == ("accepted", "held")
    assert tianjin.scalars(select(PayableTime.visit_id)).all() == [planned]


def test_a_professional_who_trains_the_family_carer_and_the_familys_day_are_both_paid(
    client: FlaskClient, scene: Scene, past_visit: UUID, relatives: list[Actor], head: Actor, tianjin: Session
):
    done(client, scene, past_visit)

    day = log_day(client, scene, relatives[0])
    visit = decide(client, scene, past_visit, head, "agency").json

    assert (visit["standing"], visit["exceptions"]) == ("accepted", [])
    assert (day["standing"], day["exceptions"]) == ("payable", [])
    counts = [tianjin.scalar(select(func.count()).select_from(each)) for each in (PayableTime, PayableCareDay)]
    assert counts == [1, 1]


MIDNIGHTS = [
    (datetime(2026, 11, 18, 15, 59, tzinfo=UTC), "2026-11-18"),  # a minute before midnight
    (datetime(2026, 11, 18, 16, 0, tzinfo=UTC), "2026-11-19"),  # at midnight
    (datetime(2026, 10, 31, 15, 30, tzinfo=UTC), "2026-10-31"),  # over the end of a month
    (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), "2026-11-01"),
]


@pytest.mark.parametrize(("start", "service_on"), MIDNIGHTS)
def test_a_visit_counts_whole_for_the_local_day_and_month_it_began_in(
    client: FlaskClient, scene: Scene, tianjin: Session, start: datetime, service_on: str
):
    visit_id = a_visit(tianjin, scene, start=start)
    tianjin.commit()

    work(client, scene, visit_id, start=start, end=start + HOUR)

    record = record_of(tianjin, visit_id)
    assert (record.service_on.isoformat(), record.minutes) == (service_on, 60)
    query = {"day_from": service_on, "day_to": service_on}
    listed = client.get(f"{API}/visits", query_string=query, headers=scene.headers(scene.dispatcher)).json["items"]
    assert [each["id"] for each in listed] == [str(visit_id)]


def test_of_two_phones_for_one_care_day_the_first_counts_and_the_second_is_kept_and_told(
    client: FlaskClient, scene: Scene, relatives: list[Actor], tianjin: Session
):
    first, second = (log_day(client, scene, each) for each in relatives)

    assert (first["standing"], first["exceptions"]) == ("payable", [])
    assert (second["standing"], second["exceptions"]) == ("second", ["second_care_day"])
    assert str(tianjin.scalars(select(PayableCareDay.care_day_id)).one()) == first["id"]
    assert tianjin.scalar(select(func.count()).select_from(CareDay)) == 2


@pytest.mark.parametrize("fix", [a_fix(metres_away=3000), None, a_fix(latitude=0, longitude=0)])
def test_a_live_in_carers_day_is_never_refused_for_its_position(
    client: FlaskClient, scene: Scene, relatives: list[Actor], tianjin: Session, fix: dict[str, Any] | None
):
    day = log_day(client, scene, relatives[0], fix=fix)
    waiting_or_paid = day["standing"]

    while escalate(tianjin, at=NOW + timedelta(days=40)):
        pass

    assert waiting_or_paid in ("in_review", "payable")
    assert str(tianjin.scalars(select(PayableCareDay.care_day_id)).one()) == day["id"]
