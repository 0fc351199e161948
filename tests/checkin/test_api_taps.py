"""Clocking in and out over HTTP: a known carer is never turned away, and nothing is told of what is not his."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Text, cast, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.checkin.models import POINT_CONTEXT, CareFact, ClockEvent, ExceptionFound, Hold, Position, ServiceRecord
from app.checkin.service.events import position_digest
from app.checkin.types import Fix, LocationSource
from app.kernel.geo import CoordinateSystem
from app.kernel.ids import new_id
from app.kernel.permissions import Role, ScopeKind
from app.policies.service import load_book
from app.registry.models import Assignment, Client, Person
from app.schedules.types import VisitState
from tests.checkin.factories import a_fix, a_tap, cancel, come_and_go, record_of, send, visit_of
from tests.schedules.factories import (
    DISTRICT,
    HOUR,
    NOW,
    TODAY,
    Scene,
    a_carer,
    a_scene,
    a_visit,
    an_actor,
    settings_of,
)

MINUTE = timedelta(minutes=1)


def test_a_clean_clock_in_begins_the_visit(client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session):
    tap = a_tap()

    answer = send(client, scene, visit_id, "in", tap)

    assert answer.status_code == 201
    assert (answer.json["verdict"], answer.json["distance_m"], answer.json["exceptions"]) == ("inside", 0, [])
    assert (answer.json["id"], answer.json["visit_id"]) == (tap["id"], str(visit_id))
    visit = visit_of(tianjin, visit_id)
    assert (visit.state, visit.began_at) == (VisitState.BEGUN, datetime.fromisoformat(tap["occurred_at"]))


def test_the_exact_position_is_kept_apart_encrypted_and_provable(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, app: Flask
):
    tap = a_tap()
    send(client, scene, visit_id, "in", tap)

    event = tianjin.get_one(ClockEvent, UUID(tap["id"]))
    position = tianjin.get_one(Position, UUID(tap["id"]))
    point = settings_of(app).key_ring.decrypt(position.point_enc, context=POINT_CONTEXT)
    latitude, longitude = map(float, point.split(","))
    fix = Fix(latitude, longitude, CoordinateSystem.WGS84, LocationSource.WECHAT, 20)

    assert (latitude, longitude) == (tap["fix"]["latitude"], tap["fix"]["longitude"])
    assert len(position.salt) == 16
    key = settings_of(app).key_ring.command_key
    assert event.position_digest == position_digest(fix, salt=position.salt, key=key)
    assert event.position_digest != position_digest(fix, salt=bytes(16), key=key)


def test_a_tap_keeps_the_rules_that_its_place_and_its_time_were_judged_by(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session
):
    answer = send(client, scene, visit_id, "in", a_tap())

    event = tianjin.get_one(ClockEvent, UUID(answer.json["id"]))
    book = load_book()
    of_district = book.policy_for(region="tianjin", district=DISTRICT, on=TODAY)
    of_fund = book.policy_for(region="tianjin", district=None, on=TODAY)
    assert (event.policy_digest, event.clock_policy_digest) == (of_district.digest, of_fund.digest)


@pytest.mark.parametrize(
    ("fix", "verdict", "told"),
    [
        (None, "no_position", ["no_location"]),
        (a_fix(latitude=0, longitude=0), "null_island", ["no_location"]),
        (a_fix(metres_away=175, accuracy_m=40), "uncertain", ["uncertain_location"]),
        (a_fix(metres_away=2300), "outside", ["outside_fence"]),
        (a_fix(accuracy_m=None), "uncertain", ["uncertain_location"]),
        (a_fix(fixed_at="2026-11-20T00:00:00Z"), "stale", ["stale_fix"]),
        (a_fix(fixed_at="2026-11-20T03:00:00Z"), "future", ["stale_fix"]),
        (a_fix(source="simulated"), "inside", ["simulated_location"]),
    ],
)
def test_whatever_the_position_says_the_visit_begins(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, fix, verdict, told
):
    answer = send(client, scene, visit_id, "in", a_tap(fix=fix))

    assert (answer.status_code, answer.json["verdict"], answer.json["exceptions"]) == (201, verdict, told)
    assert visit_of(tianjin, visit_id).state is VisitState.BEGUN


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_phone_with_an_absurd_clock_is_stored_and_counted_by_ours(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, year: int
):
    occurred_at = datetime(year, 1, 2, tzinfo=UTC)

    answer = send(client, scene, visit_id, "in", a_tap(at=occurred_at), sent_at=occurred_at)

    assert answer.status_code == 201
    assert "clock_skew" in answer.json["exceptions"]
    assert tianjin.get_one(ClockEvent, UUID(answer.json["id"])).occurred_at == occurred_at
    began_at = visit_of(tianjin, visit_id).began_at
    assert tianjin.get_one(ClockEvent, UUID(answer.json["id"])).counted_at == began_at
    assert began_at is not None
    assert abs(began_at - NOW) < timedelta(minutes=5)


@pytest.mark.parametrize("year", [1970, 2099])
def test_an_id_made_by_an_absurd_clock_is_stored_with_its_position_and_known_again(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, year: int
):
    """No month's partition is theirs: both rows lie in the DEFAULT ones."""
    occurred_at = datetime(year, 1, 2, tzinfo=UTC)
    tap = a_tap(at=occurred_at, id=str(new_id(at=occurred_at)))

    first, again = (send(client, scene, visit_id, "in", tap, sent_at=occurred_at) for _ in range(2))

    assert (first.status_code, again.headers["Idempotent-Replay"]) == (201, "true")
    assert again.json == first.json
    for model in (ClockEvent, Position):
        place = cast(literal_column("tableoid"), REGCLASS)
        found = tianjin.scalars(select(cast(place, Text)).select_from(model).where(model.id == UUID(tap["id"]))).all()
        assert found == [f"tianjin.{model.__tablename__}_default"]


def test_a_whole_visit_makes_one_record_with_payable_minutes(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session
):
    with_plan = a_visit(tianjin, scene, start=NOW - HOUR)
    tianjin.commit()

    first, last = come_and_go(client, scene, with_plan, minutes=57)

    assert (first.status_code, last.status_code) == (201, 201)
    record = record_of(tianjin, with_plan)
    assert (record.minutes, str(record.clock_in_id), str(record.clock_out_id)) == (
        57,
        first.json["id"],
        last.json["id"],
    )
    assert visit_of(tianjin, with_plan).state is VisitState.DONE


def test_taps_that_arrive_in_the_wrong_order_make_the_same_record(client: FlaskClient, scene: Scene, tianjin: Session):
    visit_id = a_visit(tianjin, scene, start=NOW - HOUR)
    tianjin.commit()

    out = send(client, scene, visit_id, "out", a_tap(at=NOW))
    none_yet = tianjin.scalar(select(func.count()).select_from(ServiceRecord))
    entered = send(client, scene, visit_id, "in", a_tap(at=NOW - HOUR))

    assert (out.status_code, entered.status_code, none_yet) == (201, 201, 0)
    record = record_of(tianjin, visit_id)
    assert (record.minutes, record.began_at, record.ended_at) == (60, NOW - HOUR, NOW)


def test_a_visit_over_midnight_is_one_record_of_the_day_it_began(client: FlaskClient, scene: Scene, tianjin: Session):
    start = datetime(2026, 11, 19, 15, 30, tzinfo=UTC)  # half past eleven in the evening
    visit_id = a_visit(tianjin, scene, start=start)
    tianjin.commit()

    send(client, scene, visit_id, "in", a_tap(at=start))
    send(client, scene, visit_id, "out", a_tap(at=start + HOUR))

    assert record_of(tianjin, visit_id).service_on.isoformat() == "2026-11-19"


def test_a_second_clock_in_is_stored_and_changes_nothing(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session
):
    send(client, scene, visit_id, "in", a_tap())
    before = visit_of(tianjin, visit_id).seq

    again = send(client, scene, visit_id, "in", a_tap())

    assert again.json["exceptions"] == ["repeated_event"]
    assert visit_of(tianjin, visit_id).seq == before


def test_a_resend_gets_the_first_facts_though_the_visit_has_moved_on(
    client: FlaskClient, scene: Scene, tianjin: Session
):
    visit_id = a_visit(tianjin, scene, start=NOW - HOUR)
    tianjin.commit()
    tap = a_tap(at=NOW - HOUR, fix=a_fix(metres_away=175, accuracy_m=40))
    first = send(client, scene, visit_id, "in", tap)
    send(client, scene, visit_id, "out", a_tap())

    again = send(client, scene, visit_id, "in", tap)

    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers


@pytest.mark.parametrize("changed", [{"occurred_at": "2026-11-20T00:59:00Z"}, {"fix": None}])
def test_other_content_under_a_used_id_is_refused(client: FlaskClient, scene: Scene, visit_id: UUID, changed):
    tap = a_tap()
    send(client, scene, visit_id, "in", tap)

    other = send(client, scene, visit_id, "in", tap | changed)
    as_out = send(client, scene, visit_id, "out", tap)

    assert (other.status_code, other.json["code"]) == (409, "event_reused")
    assert as_out.status_code == 409


def test_a_tap_at_anothers_visit_is_stored_without_the_link_and_tells_nothing(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, app: Flask
):
    person_id = a_carer(tianjin, app, scene.agency_id)[1]
    colleague = an_actor(tianjin, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id)
    tianjin.commit()

    anothers = send(client, scene, visit_id, "in", a_tap(), actor=colleague)
    nobodys = send(client, scene, new_id(), "in", a_tap(), actor=colleague)

    shown = ("verdict", "distance_m", "visit_id", "exceptions")
    assert anothers.status_code == nobodys.status_code == 201
    assert [anothers.json[key] for key in shown] == [nobodys.json[key] for key in shown]
    assert anothers.json["exceptions"] == ["not_assigned"]
    stored = tianjin.get_one(ClockEvent, UUID(anothers.json["id"]))
    assert (stored.visit_id, stored.client_id, stored.claimed_visit_id) == (None, None, visit_id)
    assert visit_of(tianjin, visit_id).state is VisitState.PLANNED
    assert tianjin.get_one(CareFact, stored.id).agency_id == scene.agency_id
    assert tianjin.scalars(select(Hold.fact_id)).all().count(stored.id) == 1


def test_a_tap_at_a_cancelled_visit_of_a_client_who_is_no_longer_the_carers_waits_for_a_person(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session
):
    cancel(client, scene, visit_id)
    tianjin.execute(update(Assignment).where(Assignment.carer_id == scene.carer_id).values(valid_to=NOW.date()))
    tianjin.commit()

    answer = send(client, scene, visit_id, "in", a_tap())

    assert answer.json["exceptions"] == ["not_assigned", "visit_cancelled"]
    assert visit_of(tianjin, visit_id).state is VisitState.CANCELLED
    assert tianjin.scalars(select(Hold.fact_id)).one() == UUID(answer.json["id"])


def test_what_forbids_planning_is_told_at_the_door_and_stops_nobody(
    client: FlaskClient, scene: Scene, tianjin: Session, app: Flask
):
    carer_id, person_id = a_carer(tianjin, app, scene.agency_id, certified_until=NOW.date())
    carer = an_actor(tianjin, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id)
    visit_id = a_visit(tianjin, scene, carer_id=carer_id)
    tianjin.commit()

    answer = send(client, scene, visit_id, "in", a_tap(), actor=carer)

    assert answer.json["exceptions"] == ["certificate_expired", "not_assigned"]
    severities = set(tianjin.scalars(select(ExceptionFound.severity).where(ExceptionFound.fact_id == visit_id)))
    assert severities == {"must_fix"}


@pytest.mark.parametrize(("days_ago", "told"), [(0, []), (1, ["client_died"])])
def test_a_tap_after_the_day_of_death_is_stored_and_told(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, days_ago: int, told: list[str]
):
    person_id = select(Client.person_id).where(Client.id == scene.client_id).scalar_subquery()
    died_on = NOW.date() - timedelta(days=days_ago)
    tianjin.execute(update(Person).where(Person.id == person_id).values(died_on=died_on))
    tianjin.commit()

    answer = send(client, scene, visit_id, "in", a_tap())

    assert (answer.status_code, answer.json["exceptions"]) == (201, told)


@pytest.mark.parametrize(
    ("tap", "field"),
    [
        (a_tap(id="1"), "id"),
        (a_tap(id="0190c2a0-0000-4000-8000-000000000000"), "id"),
        (a_tap(occurred_at="2026-11-20T09:00:00"), "occurred_at"),
        (a_tap(occurred_at="1969-12-31T00:00:00Z"), "occurred_at"),
        (a_tap(fix=a_fix(latitude=90.1)), "fix"),
        (a_tap(fix=a_fix(longitude="117")), "fix"),
        (a_tap(fix=a_fix(accuracy_m=-1)), "fix"),
        (a_tap(fix=a_fix(system="mars")), "fix"),
        (a_tap(fix={}), "fix"),
        (a_tap(more=1), "more"),
    ],
)
def test_bad_input_is_told_by_field_and_nothing_is_stored(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session, tap, field
):
    answer = send(client, scene, visit_id, "in", tap)

    assert answer.status_code == 422
    assert field in {path.split(".")[0] for path in answer.json["details"]["fields"]}
    assert tianjin.scalar(select(func.count()).select_from(ClockEvent)) == 0


@pytest.mark.parametrize("header", ["", "soon", "2026-11-20T09:00:00", "2100-01-01T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_a_sending_time_that_cannot_be_read_is_taken_as_not_told(
    client: FlaskClient, scene: Scene, visit_id: UUID, header: str
):
    headers = scene.headers(scene.carer) | {"Phone-Sent-At": header}

    answer = client.post(f"/api/v1/visits/{visit_id}/clock-in", json=a_tap(at=NOW - MINUTE), headers=headers)

    assert (answer.status_code, answer.json["exceptions"]) == (201, [])


def test_a_late_sending_is_told_with_its_minutes(client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session):
    """The phone says that it was tapped at eight and sent ten minutes to nine."""
    answer = send(client, scene, visit_id, "in", a_tap(at=NOW - 50 * MINUTE), sent_at=NOW)

    assert "late_sync" in answer.json["exceptions"]
    found = tianjin.scalars(select(ExceptionFound).where(ExceptionFound.code == "late_sync")).one()
    assert (found.details["minutes"], found.severity) == (50, "acknowledge")


def test_strangers_wrong_roles_and_locked_accounts_are_turned_away(
    client: FlaskClient, scene: Scene, visit_id: UUID, tianjin: Session
):
    address = f"/api/v1/visits/{visit_id}/clock-in"
    tianjin.execute(update(Account).where(Account.id == scene.carer.account_id).values(grants_version=2))
    tianjin.commit()

    outdated = send(client, scene, visit_id, "in", a_tap())
    tianjin.execute(update(Account).where(Account.id == scene.carer.account_id).values(state="locked"))
    tianjin.commit()
    locked = send(client, scene, visit_id, "in", a_tap())

    assert client.post(address, data=b"{").status_code == 401
    assert client.post(address, data=b"{", headers=scene.headers(scene.dispatcher)).status_code == 403
    assert outdated.status_code in (401, 403)
    assert locked.status_code in (401, 403)
    assert tianjin.scalar(select(func.count()).select_from(ClockEvent)) == 0


def test_a_tap_at_a_client_who_is_not_the_carers_is_stored_without_the_link(
    client: FlaskClient, scene: Scene, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    tianjin.commit()
    tap = a_tap(kind="in", client_id=str(other.client_id))

    answer = client.post("/api/v1/clock-events", json=tap, headers=scene.headers(scene.carer))

    assert (answer.status_code, answer.json["exceptions"]) == (201, ["not_assigned"])
    assert (answer.json["verdict"], answer.json["visit_id"]) == ("no_home", None)
    assert tianjin.get_one(ClockEvent, UUID(tap["id"])).client_id is None
