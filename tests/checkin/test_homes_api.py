"""Homes learned from accepted visits, the proposal that an address is wrong, and what follows when it is accepted."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.home_models import HomeProposal, HomeProposalPoint, LearnedHome, TapVerdict
from app.checkin.models import PayableTime
from app.checkin.queries.homes import list_to_learn
from app.checkin.service import homes
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.registry.models import HomePlace
from tests.checkin.factories import API, JOB, a_fix, accept_elsewhere, an_undrawn_id, confirm, decide, done, fact
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene, a_scene, a_visit, an_actor

DAY = timedelta(days=1)
NIGHT = NOW + 12 * HOUR


def a_visit_elsewhere(
    client: FlaskClient, scene: Scene, session: Session, app: Flask, *, days_ago: float, metres: float = 900
) -> UUID:
    """A visit at the place where the client really lives, that far from the approved one."""
    ends = NOW - days_ago * DAY
    visit_id = a_visit(session, scene, id=an_undrawn_id(app), start=ends - HOUR)
    session.commit()
    with clock_at(ends):
        done(client, scene, visit_id, fix=a_fix(metres_away=metres))
    return visit_id


def learn(session: Session, *, at=NIGHT) -> int:
    """What the nightly job does: answers how many proposals came of it."""
    found = list_to_learn(session, since=at - 40 * DAY, after=None, limit=100)
    return sum(homes.learn(session, client_id=each, learned_at=last, actor=JOB, at=at) for each, last in found)


def answer(client: FlaskClient, scene: Scene, proposal_id: str, actor: Actor, **body):
    headers = scene.headers(actor) | {"Idempotency-Key": str(new_id())}
    return client.post(f"{API}/home-proposals/{proposal_id}/answer", json=body, headers=headers)


def proposals(client: FlaskClient, scene: Scene, actor: Actor, query: str = "") -> list[dict]:
    return client.get(f"{API}/home-proposals{query}", headers=scene.headers(actor)).json["items"]


def holding(shown: dict) -> set[str]:
    return {each["code"] for each in shown["exceptions"] if each["ended_at"] is None}


@pytest.fixture
def five_days(scene: Scene, tianjin: Session) -> None:
    accept_elsewhere(tianjin, scene)


def test_a_wrong_address_is_proposed_doubted_and_once_accepted_the_waiting_visits_are_judged_by_it(
    client: FlaskClient,
    scene: Scene,
    five_days: None,
    guardian: Actor,
    operator: Actor,
    app: Flask,
    tianjin: Session,
):
    old = tianjin.scalars(select(HomePlace.id).where(HomePlace.client_id == scene.client_id)).one()
    waiting = a_visit_elsewhere(client, scene, tianjin, app, days_ago=1)
    before = fact(client, scene, waiting)

    made, again = learn(tianjin), learn(tianjin, at=NIGHT + DAY)
    tianjin.commit()
    later = a_visit_elsewhere(client, scene, tianjin, app, days_ago=0.25)
    for each in (waiting, later):
        confirm(client, scene, each, guardian, occurred_at=NIGHT.isoformat())
    doubted = [fact(client, scene, each) for each in (waiting, later)]
    (proposal,) = proposals(client, scene, scene.dispatcher, "?state=open")
    taken = answer(client, scene, proposal["id"], operator, address="友谊路3号", replaces_id=str(old))
    twice = answer(client, scene, proposal["id"], operator, decline_reason="other")

    assert (made, again) == (1, 0)
    assert holding(before) == {"outside_fence"}
    assert {each for shown in doubted for each in holding(shown)} == {"outside_fence", "address_doubtful"}
    assert {each["standing"] for each in doubted} == {"held"}
    assert (proposal["days"], proposal["carers"], proposal["taps"]) == (5, 1, 10)
    assert abs(proposal["distance_m"] - 900) <= 2
    assert not {"latitude", "longitude"} & proposal.keys()
    assert (taken.status_code, taken.json["state"]) == (201, "accepted")
    assert (twice.status_code, twice.json["code"]) == (409, "proposal_answered")
    assert proposals(client, scene, operator, "?state=open") == []
    for each in (waiting, later):
        shown = fact(client, scene, each)
        assert (shown["standing"], shown["grade"], holding(shown)) == ("accepted", "B", set())
        assert tianjin.scalar(select(PayableTime.visit_id).where(PayableTime.visit_id == each)) is not None
    tianjin.expire_all()
    assert tianjin.get_one(HomePlace, old).valid_to is not None
    assert str(tianjin.scalars(select(TapVerdict.home_id).distinct()).one()) == taken.json["home_id"]
    assert learn(tianjin, at=NIGHT + 2 * DAY) == 0  # the address is right now


def test_what_a_person_declined_is_not_proposed_again_and_nothing_is_doubted_any_more(
    client: FlaskClient, scene: Scene, five_days: None, operator: Actor, app: Flask, tianjin: Session
):
    waiting = a_visit_elsewhere(client, scene, tianjin, app, days_ago=1)
    learn(tianjin)
    tianjin.commit()
    (proposal,) = proposals(client, scene, operator)

    declined = answer(client, scene, proposal["id"], operator, decline_reason="not_the_clients")
    accepted = decide(client, scene, waiting, operator, "operator")

    assert (declined.json["state"], declined.json["decline_reason"]) == ("declined", "not_the_clients")
    assert accepted.status_code == 201
    assert holding(fact(client, scene, waiting)) == {"outside_fence"}
    assert learn(tianjin, at=NIGHT + DAY) == 0
    assert tianjin.scalars(select(TapVerdict)).all() == []


def test_points_are_kept_encrypted_beside_what_is_sealed_and_a_faded_one_is_not_accepted(
    client: FlaskClient, scene: Scene, five_days: None, operator: Actor, tianjin: Session
):
    learn(tianjin)
    kept, point = tianjin.scalars(select(LearnedHome)).one(), tianjin.scalars(select(HomeProposalPoint)).one()
    sealed = {column.name for column in HomeProposal.__table__.columns}
    tianjin.delete(point)
    tianjin.commit()

    faded = answer(client, scene, str(point.proposal_id), operator, address="友谊路3号")

    assert (kept.taps, kept.days, kept.carers) == (10, 5, 1)
    assert kept.centre_enc is not None
    assert b"39." not in kept.centre_enc + point.point_enc
    assert not {each for each in sealed if "enc" in each or "latitude" in each}
    assert (faded.status_code, faded.json["code"]) == (409, "proposal_faded")


def test_one_of_several_approved_places_is_enough_at_the_door_and_for_the_address(
    client: FlaskClient, scene: Scene, five_days: None, guardian: Actor, app: Flask, tianjin: Session
):
    there, admin = a_fix(metres_away=900), an_actor(tianjin, Role.REGION_ADMIN, ScopeKind.FUND)
    place = {each: there[each] for each in ("latitude", "longitude", "system")} | {"address": "友谊路3号"}
    with clock_at(NOW - 7 * DAY):
        headers = scene.headers(admin) | {"Idempotency-Key": "h"}
        added = client.post(f"{API}/clients/{scene.client_id}/homes", json=place, headers=headers)
    made = [
        a_visit_elsewhere(client, scene, tianjin, app, days_ago=1),
        a_visit_elsewhere(client, scene, tianjin, app, days_ago=0, metres=0),  # the first place counts too
    ]
    for each in made:
        confirm(client, scene, each, guardian, occurred_at=NIGHT.isoformat())

    assert (added.status_code, added.json["state"]) == (201, "approved")
    assert {fact(client, scene, each)["standing"] for each in made} == {"accepted"}
    assert learn(tianjin) == 0


def test_another_agency_sees_no_proposal(
    client: FlaskClient, scene: Scene, five_days: None, app: Flask, tianjin: Session
):
    other = a_scene(tianjin, app)
    stranger = an_actor(tianjin, Role.AGENCY_HEAD, ScopeKind.AGENCY, key=str(other.agency_id))
    learn(tianjin)
    tianjin.commit()

    assert proposals(client, other, stranger) == []
    assert len(proposals(client, scene, scene.dispatcher)) == 1
