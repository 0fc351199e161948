"""Legal holds and closed periods over HTTP: who may, about what, once."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEntry
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from tests.checkin.factories import API
from tests.schedules.factories import Scene, an_actor

HELD = {"subject": "everything", "first_on": "2026-11-01", "beyond_on": "2026-12-01", "document": "BQ-2026-1"}
MONTH = {"kind": "month", "first_on": "2026-10-01", "document": "JQ-2026-10"}


@pytest.fixture
def supervisor(tianjin: Session) -> Actor:
    made = an_actor(tianjin, Role.SUPERVISOR, ScopeKind.FUND)
    tianjin.commit()
    return made


@pytest.fixture
def of_district(tianjin: Session) -> dict[Role, Actor]:
    made = {
        role: an_actor(tianjin, role, ScopeKind.DISTRICT, key="120116")
        for role in (Role.SUPERVISOR, Role.OPERATOR_REVIEWER)
    }
    tianjin.commit()
    return made


def post(http: FlaskClient, scene: Scene, path: str, body: dict[str, Any], actor: Actor, key: str | None = None) -> Any:
    headers = scene.headers(actor) | {"Idempotency-Key": key or str(new_id())}
    return http.post(f"{API}{path}", json=body, headers=headers)


def get(http: FlaskClient, scene: Scene, path: str, actor: Actor) -> Any:
    return http.get(f"{API}{path}", headers=scene.headers(actor))


def test_a_hold_is_placed_listed_and_ended_once(
    client: FlaskClient, scene: Scene, tianjin: Session, supervisor: Actor, statements: list[str]
):
    client_held = {"subject": "client", "subject_id": str(scene.client_id), "document": "BQ-1"}

    placed = post(client, scene, "/legal-holds", client_held, supervisor, key="one")
    again = post(client, scene, "/legal-holds", client_held, supervisor, key="one")
    of_all = post(client, scene, "/legal-holds", HELD, supervisor)

    assert (placed.status_code, placed.json["ended_at"], again.json) == (201, None, placed.json)
    path = f"/legal-holds/{placed.json['id']}/end"
    ended = post(client, scene, path, {"document": "BQ-9"}, supervisor)
    assert (ended.status_code, ended.json["end_document"]) == (201, "BQ-9")
    assert post(client, scene, path, {"document": "BQ-10"}, supervisor).json["code"] == "legal_hold_over"
    statements.clear()
    listed = get(client, scene, "/legal-holds", supervisor).json["items"]
    asked = [each for each in statements if each.startswith("SELECT")]
    assert len(asked) == 3  # the account, the holds, their ends
    assert {each["id"]: each["end_document"] for each in listed} == {
        placed.json["id"]: "BQ-9",
        of_all.json["id"]: None,
    }
    actions = tianjin.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == "legal_hold")).all()
    assert sorted(actions) == ["legal_hold.ended", "legal_hold.placed", "legal_hold.placed"]


BAD_HOLDS = [
    (HELD | {"beyond_on": None}, 422),
    (HELD | {"beyond_on": "2026-11-01"}, 422),
    (HELD | {"subject_id": str(new_id())}, 422),
    ({"subject": "client", "document": "BQ-1"}, 422),
    (HELD | {"document": "王小英的案子"}, 422),
    *(
        ({"subject": kind, "subject_id": str(new_id()), "document": "BQ-1"}, 404)
        for kind in ("client", "carer", "fact", "agency")
    ),
]


def test_a_hold_of_nothing_or_by_another_scope_is_refused(
    client: FlaskClient, scene: Scene, supervisor: Actor, of_district: dict[Role, Actor]
):
    for body, status in BAD_HOLDS:
        assert post(client, scene, "/legal-holds", body, supervisor).status_code == status, body
    district = of_district[Role.SUPERVISOR]
    assert post(client, scene, "/legal-holds", HELD, district).json["code"] == "outside_scope"
    placed = post(client, scene, "/legal-holds", HELD, supervisor).json
    assert get(client, scene, "/legal-holds", district).json["items"] == []
    assert post(client, scene, f"/legal-holds/{placed['id']}/end", {"document": "BQ-2"}, district).status_code == 404
    assert client.post(f"{API}/legal-holds", json=HELD).status_code == 401
    assert post(client, scene, "/legal-holds", HELD, scene.dispatcher).status_code == 403


def test_a_period_is_closed_once_when_it_is_over_and_by_who_answers_for_it(
    client: FlaskClient, scene: Scene, tianjin: Session, operator: Actor, of_district: dict[Role, Actor]
):
    inspection = {
        "kind": "inspection",
        "first_on": "2025-01-01",
        "agency_id": str(scene.agency_id),
        "document": "NJ-2025",
    }
    elsewhere = of_district[Role.OPERATOR_REVIEWER]

    closed = post(client, scene, "/period-closes", MONTH, operator)

    assert (closed.status_code, closed.json["beyond_on"]) == (201, "2026-11-01")
    assert post(client, scene, "/period-closes", MONTH, operator).json["code"] == "period_closed"
    assert post(client, scene, "/period-closes", inspection, operator).json["beyond_on"] == "2026-01-01"
    assert post(client, scene, "/period-closes", inspection, operator).json["code"] == "period_closed"
    for changed, code in [
        ({"first_on": "2026-11-01"}, "period_not_over"),
        ({"first_on": "2026-10-02"}, "fields_invalid"),
    ]:
        assert post(client, scene, "/period-closes", MONTH | changed, operator).json["code"] == code
    for body in (MONTH | {"agency_id": str(scene.agency_id)}, inspection | {"first_on": "2025-02-01"}):
        assert post(client, scene, "/period-closes", body, operator).status_code == 422
    last_year = inspection | {"first_on": "2024-01-01"}
    assert post(client, scene, "/period-closes", last_year, elsewhere).status_code == 404
    assert post(client, scene, "/period-closes", MONTH | {"first_on": "2026-09-01"}, elsewhere).status_code == 403
    assert post(client, scene, "/period-closes", last_year, scene.dispatcher).status_code == 403
    assert len(get(client, scene, "/period-closes", operator).json["items"]) == 2
    assert [each["kind"] for each in get(client, scene, "/period-closes", elsewhere).json["items"]] == ["month"]
    assert list(tianjin.scalars(select(AuditEntry.action))).count("period.closed") == 2
