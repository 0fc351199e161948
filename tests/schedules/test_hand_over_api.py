"""An agency that leaves hands over its clients: taken, waiting or ended; what was planned is cancelled."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.factory import create_app
from app.kernel.db import db, session, transaction
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.kernel.regions import zone_of
from app.policies.codes import HomeType
from app.registry.commands import AgencyAgreementEntry, AgreementEntry
from app.registry.hand_over_types import HandOver
from app.registry.models import Assignment, Client, ServiceAgreement
from app.registry.service.clients import add_agreement
from app.registry.service.handing_over import hand_over
from app.schedules.models import Visit
from tests.conftest import Clone, settings_for
from tests.locks import HOW_MANY_WAIT
from tests.registry.factories import SYSTEM, an_agency
from tests.registry.factories import a_client as a_registered_client
from tests.registry.statements import statements
from tests.schedules.factories import DISTRICT, HOUR, NOW, SINCE, TODAY, Scene, a_client, a_visit, an_actor

BEGINS = date(2026, 12, 1)


@pytest.fixture
def admin(scene: Scene, tianjin: Session) -> Actor:
    actor = an_actor(tianjin, Role.REGION_ADMIN, ScopeKind.FUND)
    tianjin.commit()
    return actor


def post(
    http: FlaskClient, scene: Scene, actor: Actor, *, key: str | None = None, to: UUID | None = None, **body: Any
) -> Any:
    headers = scene.headers(actor) | {"Idempotency-Key": key or str(new_id())}
    asked = {"begins_on": BEGINS.isoformat(), "reason": "agency_left"} | body
    asked |= {} if to is None else {"agency_id": str(to)}
    return http.post(f"/api/v1/agencies/{scene.agency_id}/hand-over", json=asked, headers=headers)


def served(current: Session, client_id: UUID) -> list[tuple[UUID, date, date | None]]:
    rows = current.scalars(
        select(ServiceAgreement)
        .where(ServiceAgreement.client_id == client_id)
        .order_by(ServiceAgreement.valid_from)
        .execution_options(populate_existing=True)
    )
    return [(row.agency_id, row.valid_from, row.valid_to) for row in rows]


def test_all_clients_go_without_gap_or_overlap_and_their_tasks_end(
    client: FlaskClient, scene: Scene, tianjin: Session, admin: Actor
) -> None:
    taker, second = an_agency(tianjin), a_client(tianjin, scene.app, scene.agency_id)
    tianjin.commit()
    answer = post(client, scene, admin, to=taker.id)
    assert answer.status_code == 201, answer.json
    told = {each["client_id"]: (each["outcome"], each["agency_id"], each["reason"]) for each in answer.json["clients"]}
    assert told == dict.fromkeys((str(scene.client_id), str(second)), ("taken", str(taker.id), None))
    for client_id in (scene.client_id, second):
        assert served(tianjin, client_id) == [(scene.agency_id, SINCE, BEGINS), (taker.id, BEGINS, None)]
    task = select(Assignment.valid_to).where(Assignment.client_id == scene.client_id)
    assert tianjin.scalars(task).all() == [BEGINS]


def test_who_cannot_be_taken_waits_with_the_reason(
    client: FlaskClient, scene: Scene, tianjin: Session, admin: Actor
) -> None:
    away = AgencyAgreementEntry(valid_from=SINCE, district_codes=("120116",))
    family_only = AgencyAgreementEntry(valid_from=SINCE, home_types=(HomeType.FAMILY_CARE,))
    later = AgencyAgreementEntry(valid_from=date(2026, 12, 2))
    takers = {
        code: an_agency(tianjin, agreement=entry)
        for code, entry in (
            ("outside_service_area", away),
            ("outside_service_scope", family_only),
            ("agency_not_designated", later),
        )
    }
    clients = {code: a_client(tianjin, scene.app, scene.agency_id) for code in takers}
    tianjin.commit()
    named = [{"client_id": str(clients[code]), "agency_id": str(takers[code].id)} for code in takers]
    answer = post(client, scene, admin, clients=named)
    assert answer.status_code == 201, answer.json
    told = {each["client_id"]: (each["outcome"], each["reason"]) for each in answer.json["clients"]}
    assert told == {str(clients[code]): ("waiting", code) for code in takers} | {
        str(scene.client_id): ("waiting", "agency_left")
    }
    waiting = client.get("/api/v1/agency-choices?state=open&waiting=true", headers=scene.headers(admin)).json["items"]
    assert {(each["client_id"], each["reason"], each["wanted_from"]) for each in waiting} == {
        (client_id, reason, "2026-12-01") for client_id, (_, reason) in told.items()
    }
    assert served(tianjin, scene.client_id) == [(scene.agency_id, SINCE, BEGINS)]


def test_a_suspended_agency_takes_nobody_and_who_died_goes_nowhere(
    client: FlaskClient, scene: Scene, tianjin: Session, admin: Actor
) -> None:
    taker, dead = an_agency(tianjin), a_client(tianjin, scene.app, scene.agency_id)
    tianjin.get_one(Client, dead).person.died_on = TODAY
    tianjin.commit()
    state = {"state": "suspended", "reason": "inspection"}
    headers = scene.headers(admin) | {"Idempotency-Key": "state"}
    assert client.post(f"/api/v1/agencies/{taker.id}/state", json=state, headers=headers).status_code == 201
    answer = post(client, scene, admin, to=taker.id)
    assert {each["client_id"]: (each["outcome"], each["reason"]) for each in answer.json["clients"]} == {
        str(scene.client_id): ("waiting", "agency_not_active"),
        str(dead): ("ended", None),
    }


def test_an_agreement_lasts_as_long_as_it_would_have_and_a_later_one_never_begins(
    client: FlaskClient, scene: Scene, tianjin: Session, admin: Actor
) -> None:
    taker, ends = an_agency(tianjin), date(2027, 3, 1)
    held = tianjin.scalars(select(ServiceAgreement).where(ServiceAgreement.client_id == scene.client_id)).one()
    held.valid_to = ends
    again = AgreementEntry(scene.agency_id, HomeType.AGENCY_CARE, ends)
    add_agreement(tianjin, again, client_id=scene.client_id, actor=SYSTEM, at=NOW)
    tianjin.commit()
    assert len(post(client, scene, admin, to=taker.id).json["clients"]) == 2
    old, new = scene.agency_id, taker.id
    assert sorted(served(tianjin, scene.client_id), key=lambda row: (row[1], row[2] or date.max)) == [
        (old, SINCE, BEGINS),
        (new, BEGINS, ends),
        (old, ends, ends),
        (new, ends, None),
    ]


def test_an_open_choice_is_left_as_it_is(client: FlaskClient, scene: Scene, tianjin: Session, admin: Actor) -> None:
    wanted = {"home_type": "agency_care", "wanted_from": "2026-12-05", "agency_id": str(an_agency(tianjin).id)}
    tianjin.commit()
    headers = scene.headers(admin) | {"Idempotency-Key": "choice"}
    path = f"/api/v1/clients/{scene.client_id}/agency-choices"
    choice = client.post(path, json=wanted, headers=headers).json
    (told,) = post(client, scene, admin).json["clients"]
    assert (told["outcome"], told["choice_id"]) == ("waiting", choice["id"])


def test_visits_planned_from_that_day_on_are_cancelled(
    client: FlaskClient, scene: Scene, tianjin: Session, admin: Actor
) -> None:
    starts = {"before": NOW + 10 * 24 * HOUR, "first": NOW + 11 * 24 * HOUR, "later": NOW + 20 * 24 * HOUR}
    visits = {name: a_visit(tianjin, scene, start=start) for name, start in starts.items()}
    tianjin.commit()
    assert post(client, scene, admin).json["cancelled_visits"] == 2
    tianjin.expire_all()
    states = {name: tianjin.get_one(Visit, visit_id).state.value for name, visit_id in visits.items()}
    assert states == {"before": "planned", "first": "cancelled", "later": "cancelled"}


def test_from_today_on_a_visit_that_should_have_begun_is_left(
    client: FlaskClient, scene: Scene, tianjin: Session, admin: Actor
) -> None:
    due = a_visit(tianjin, scene, start=NOW - HOUR / 2)
    ahead = a_visit(tianjin, scene, start=NOW + HOUR)
    tianjin.commit()
    assert post(client, scene, admin, begins_on=TODAY.isoformat()).json["cancelled_visits"] == 1
    tianjin.expire_all()
    assert [tianjin.get_one(Visit, each).state.value for each in (due, ahead)] == ["planned", "cancelled"]


def test_sent_twice_it_happens_once(client: FlaskClient, scene: Scene, tianjin: Session, admin: Actor) -> None:
    taker = an_agency(tianjin)
    tianjin.commit()
    first = post(client, scene, admin, key="one", to=taker.id)
    assert post(client, scene, admin, key="one", to=taker.id).json == first.json
    assert post(client, scene, admin, key="one", to=taker.id, reason="other").status_code == 409
    assert post(client, scene, admin, key="two", to=taker.id).json == {"clients": [], "cancelled_visits": 0}
    assert len(served(tianjin, scene.client_id)) == 2


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ("twice", 422, "receiver_named_twice"),
        ("itself", 422, "receiver_is_giver"),
        ("stranger", 409, "clients_not_served"),
        ("unknown", 404, "not_found"),
        ("past", 422, "wanted_from_past"),
        ("far", 422, "wanted_from_too_far"),
    ],
)
def test_a_wrong_list_changes_nothing(
    client: FlaskClient, scene: Scene, tianjin: Session, admin: Actor, wrong: str, status: int, code: str
) -> None:
    taker, foreign = str(an_agency(tianjin).id), a_registered_client(tianjin, district_code=DISTRICT, street_code=None)
    tianjin.commit()
    own = {"client_id": str(scene.client_id), "agency_id": taker}
    bodies: dict[str, dict[str, Any]] = {
        "twice": {"clients": [own, own]},
        "itself": {"clients": [own | {"agency_id": str(scene.agency_id)}]},
        "stranger": {"clients": [own, own | {"client_id": str(foreign.client.id)}]},
        "unknown": {"clients": [own | {"agency_id": str(new_id())}]},
        "past": {"begins_on": "2026-11-19"},
        "far": {"begins_on": "2027-02-21"},
    }
    refused = post(client, scene, admin, **bodies[wrong])
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert served(tianjin, scene.client_id) == [(scene.agency_id, SINCE, None)]


def test_only_the_fund_hands_over(client: FlaskClient, scene: Scene, tianjin: Session, admin: Actor) -> None:
    assert post(client, scene, scene.dispatcher).status_code == 403
    head = an_actor(tianjin, Role.AGENCY_HEAD, ScopeKind.AGENCY, key=str(scene.agency_id))
    tianjin.commit()
    assert post(client, scene, head).status_code == 403
    unknown = replace(scene, agency_id=new_id())
    assert post(client, unknown, admin).status_code == 404
    assert served(tianjin, scene.client_id) == [(scene.agency_id, SINCE, None)]


def test_many_clients_take_no_more_statements_than_one(scene: Scene, tianjin: Session) -> None:
    counts = []
    for others in (0, 12):
        giver, taker = an_agency(tianjin), an_agency(tianjin)
        for _ in range(1 + others):
            a_client(tianjin, scene.app, giver.id)
        with statements(beginning="") as sent:
            assert len(hand_over(tianjin, HandOver(BEGINS, "left", taker.id), agency_id=giver.id, actor=SYSTEM, at=NOW))
        counts.append(len(sent))
    assert counts[0] == counts[1], counts


@pytest.fixture
def own_app(swept_database: Clone, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(swept_database.urls, tmp_path))
    with app.app_context():
        zone_of("tianjin")
        session().bind_region("tianjin")
        yield app
        session().rollback()
        db.session.remove()
        db.engine.dispose()


def test_a_client_transferred_at_that_moment_is_not_handed_over(own_app: Flask) -> None:
    with transaction() as current:
        giver, taker, third = (an_agency(current) for _ in range(3))
        client_id = a_registered_client(current, agency=giver).client.id
    transferred = Event()

    def transfer() -> None:
        with own_app.test_request_context():
            session().bind_region("tianjin")
            with transaction() as current:
                entry = AgreementEntry(third.id, HomeType.AGENCY_CARE, BEGINS, replaces=True)
                add_agreement(current, entry, client_id=client_id, actor=SYSTEM, at=NOW)
                transferred.set()
                while not current.scalar(HOW_MANY_WAIT):
                    time.sleep(0.01)  # until the hand-over waits

    with ThreadPoolExecutor(1) as pool:
        transferring = pool.submit(transfer)
        transferred.wait()
        with transaction() as current:
            handed = hand_over(current, HandOver(BEGINS, "left", taker.id), agency_id=giver.id, actor=SYSTEM, at=NOW)
        transferring.result()

    assert handed == ()
    assert served(session(), client_id) == [(giver.id, SINCE, BEGINS), (third.id, BEGINS, None)]
