"""The client's list of services of a month."""

from datetime import timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel.permissions import Actor
from tests.checkin.factories import API, an_item, an_undrawn_id, come_and_go, confirm, log
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene, a_scene, a_visit


def services(client: FlaskClient, scene: Scene, actor: Actor | None, *, month: str = "2026-11-01", **query: object):
    headers = scene.headers(actor) if actor else {}
    address = f"{API}/clients/{scene.client_id}/services"
    return client.get(address, query_string={"month": month} | query, headers=headers)


def test_a_guardian_reads_what_was_done_in_a_month_and_what_is_accepted_of_it(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor
):
    log(client, scene, past_visit, an_item("bath", "not_done", reason="other"))
    later = (NOW + timedelta(minutes=1)).isoformat()
    log(client, scene, past_visit, an_item(occurred_at=later), an_item("hair", "extra", minutes=5, consented=True))
    empty = services(client, scene, guardian).json
    come_and_go(client, scene, past_visit)
    waiting = services(client, scene, guardian).json["items"]
    confirm(client, scene, past_visit, guardian)

    (shown,) = services(client, scene, guardian).json["items"]

    assert empty == {"items": [], "next_after": None}
    assert [(each["minutes"], each["accepted_minutes"]) for each in waiting] == [(55, None)]
    assert (shown["visit_id"], shown["service_on"]) == (str(past_visit), "2026-11-20")
    assert (shown["minutes"], shown["accepted_minutes"]) == (55, 55)
    bath, hair = shown["items"]
    assert (bath["item_code"], bath["outcome"]) == ("bath", "done")
    assert bath["name"] is not None
    assert hair == {"item_code": "hair", "name": None, "outcome": "extra", "minutes": 5, "consented": True}
    assert services(client, scene, guardian, month="2026-10-01").json["items"] == []
    assert services(client, scene, guardian, month="2026-12-01").json["items"] == []


def test_a_superseded_record_is_not_listed_beside_the_one_that_counts(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor
):
    log(client, scene, past_visit, an_item())
    come_and_go(client, scene, past_visit)
    log(client, scene, past_visit, an_item("hair", "extra", minutes=4, consented=True))

    assert [each["minutes"] for each in services(client, scene, guardian).json["items"]] == [56]


def test_who_may_not_see_the_client_or_the_visit_is_told_nothing_of_it(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    tianjin.commit()
    come_and_go(client, scene, past_visit)

    assert services(client, scene, other.dispatcher).status_code == 404
    assert services(client, scene, other.carer).status_code == 404
    assert services(client, scene, None).status_code == 401
    assert services(client, scene, scene.dispatcher, month="2026-11-02").status_code == 422
    assert len(services(client, scene, scene.carer).json["items"]) == 1


def test_a_longer_list_takes_no_more_statements_and_is_paged(
    client: FlaskClient, scene: Scene, guardian: Actor, tianjin: Session, app: Flask, statements: list[str]
):
    def add(hours: int) -> None:
        visit_id = a_visit(tianjin, scene, id=an_undrawn_id(app), start=NOW + hours * HOUR)
        tianjin.commit()
        with clock_at(NOW + (hours + 1) * HOUR):
            log(client, scene, visit_id, an_item())
            come_and_go(client, scene, visit_id)

    add(-1)
    services(client, scene, guardian)
    statements.clear()
    services(client, scene, guardian)
    short = len(statements)
    add(-3)
    add(-5)
    statements.clear()
    whole = services(client, scene, guardian).json["items"]
    long = len(statements)

    first = services(client, scene, guardian, limit=2).json
    second = services(client, scene, guardian, limit=2, after=first["next_after"]).json

    assert (len(whole), long) == (3, short)
    assert first["items"] + second["items"] == whole
