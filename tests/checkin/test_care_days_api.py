"""Care days over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.models import CareDay, GradeEntry
from app.checkin.queries.cards import list_notes
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.permissions import Role, Scope, ScopeKind
from tests.checkin.family_rows import Family, a_family, a_person
from tests.tokens import bearer, make_account

ADDRESS = "/api/v1/care-days"
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def family(tianjin: Session) -> Family:
    """A family whose carer has an account."""
    found = a_family(tianjin)
    actor = make_account(tianjin, role=Role.FAMILY_CARER, person_id=found.actor.person_id)
    tianjin.commit()
    return Family(found.client_id, found.carer_id, actor)


def a_body(family: Family, **more: Any) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": str(new_id()),
        "client_id": str(family.client_id),
        "day": (now + timedelta(hours=8)).date().isoformat(),
        "occurred_at": now.isoformat(),
    } | more


def test_a_day_is_logged_once_and_shown(app: Flask, client: FlaskClient, tianjin: Session, family: Family):
    body = a_body(family, items=[{"item_code": "wash", "minutes": 20}], note="好", filled_by="child")

    first = client.post(ADDRESS, json=body, headers=bearer(app, family.actor))
    again = client.post(ADDRESS, json=body, headers=bearer(app, family.actor))
    other = client.post(ADDRESS, json=body | {"note": "不同"}, headers=bearer(app, family.actor))
    by_himself = client.post(ADDRESS, json=body | {"filled_by": None}, headers=bearer(app, family.actor))
    shown = client.get(
        ADDRESS,
        query_string={"client_id": body["client_id"], "month": body["day"][:8] + "01"},
        headers=bearer(app, family.actor),
    )

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotent-Replay"] == "true"
    assert (first.json["standing"], first.json["filled_by"]) == ("in_review", "child")
    assert first.json["exceptions"] == ["item_not_for_staff", "no_clock_in", "no_clock_out"]
    assert [(each.status_code, each.json["code"]) for each in (other, by_himself)] == [(409, "event_reused")] * 2
    now, whose = clock.now(), {"client_id": family.client_id, "actor": family.actor}
    notes = list_notes(tianjin, **whose, on=now.date(), begin=now - AN_HOUR, beyond=now + AN_HOUR)
    assert [(str(each.fact_id), each.text) for each in notes] == [(body["id"], "好")]
    assert shown.json == {"items": [first.json], "next_after": None}


def test_a_phone_is_told_what_the_policy_asks_of_it(app: Flask, client: FlaskClient, family: Family):
    address = f"/api/v1/clients/{family.client_id}/care-terms"

    told = client.get(address, headers=bearer(app, family.actor))

    assert told.json == {"clock_events_per_day": 2, "late_entry_hours": 24, "prompts_per_week": 0}
    assert client.get(f"/api/v1/clients/{new_id()}/care-terms", headers=bearer(app, family.actor)).status_code == 404


BAD = [
    ({"id": "5c8ef2c1-1111-4111-8111-111111111111"}, "id"),
    ({"day": "2026-13-01"}, "day"),
    ({"day": "1899-12-31"}, "day"),
    ({"occurred_at": "2026-11-10T12:00:00"}, "occurred_at"),
    ({"items": [{"item_code": "a"}, {"item_code": "a"}]}, "items"),
    ({"items": [{"item_code": "a", "minutes": 0}]}, "items"),
    ({"items": [{"item_code": str(n)} for n in range(61)]}, "items"),
    ({"note": "\u0000"}, "note"),
    ({"carer_id": "x"}, "carer_id"),
]


@pytest.mark.parametrize(("more", "field"), BAD)
def test_a_malformed_day_is_refused_by_field_and_stores_nothing(
    app: Flask, client: FlaskClient, tianjin: Session, family: Family, more: dict[str, Any], field: str
):
    answer = client.post(ADDRESS, json=a_body(family, **more), headers=bearer(app, family.actor))

    assert answer.status_code == 422
    assert field in {path.split(".")[0] for path in answer.json["details"]["fields"]}
    assert tianjin.scalar(select(func.count()).select_from(CareDay)) == 0


def test_a_tap_sent_after_the_day_that_names_it_is_judged_with_it(
    app: Flask, client: FlaskClient, tianjin: Session, family: Family
):
    taps = {"in": str(new_id()), "out": str(new_id())}
    body = a_body(family, in_event_id=taps["in"], out_event_id=taps["out"])
    client.post(ADDRESS, json=body, headers=bearer(app, family.actor))

    for kind, tap_id in taps.items():
        occurred_at = clock.now() - timedelta(minutes=2 if kind == "in" else 1)
        tap = {"id": tap_id, "kind": kind, "client_id": body["client_id"], "occurred_at": occurred_at.isoformat()}
        answer = client.post("/api/v1/clock-events", json=tap | {"fix": None}, headers=bearer(app, family.actor))
        assert answer.status_code == 201

    grades = tianjin.scalars(select(GradeEntry.grade).where(GradeEntry.fact_id == UUID(body["id"])))
    assert sorted(grades) == ["B", "C", "D"]


def test_what_is_found_about_a_taps_time_is_told_with_it_and_of_its_day(
    app: Flask, client: FlaskClient, family: Family
):
    now = clock.now()
    tap = {"id": str(new_id()), "kind": "in", "client_id": str(family.client_id), "fix": None}
    tap["occurred_at"] = (now - timedelta(minutes=50)).isoformat()
    headers = bearer(app, family.actor) | {"Phone-Sent-At": now.isoformat()}

    first = client.post("/api/v1/clock-events", json=tap, headers=headers)
    again = client.post("/api/v1/clock-events", json=tap, headers=headers)
    day = client.post(ADDRESS, json=a_body(family, in_event_id=tap["id"]), headers=bearer(app, family.actor))

    assert (first.status_code, first.json["exceptions"]) == (201, ["late_sync"])
    assert again.json == first.json
    assert day.json["exceptions"] == ["late_sync", "no_clock_out", "no_location"]


def test_a_phone_of_1970_is_stored_and_judged(app: Flask, client: FlaskClient, family: Family):
    body = a_body(family, occurred_at="1970-01-01T00:00:00Z")

    answer = client.post(ADDRESS, json=body, headers=bearer(app, family.actor))

    assert (answer.status_code, answer.json["occurred_at"]) == (201, "1970-01-01T00:00:00Z")


def test_a_stranger_and_a_professional_log_no_day(app: Flask, client: FlaskClient, tianjin: Session, family: Family):
    carer = make_account(tianjin, role=Role.CARER, person_id=a_person(tianjin))
    tianjin.commit()

    nobody = client.post(ADDRESS, json={})
    professional = client.post(ADDRESS, json=a_body(family), headers=bearer(app, carer))

    assert (nobody.status_code, professional.status_code) == (401, 403)


def test_a_person_who_is_no_family_carer_is_not_found(
    app: Flask, client: FlaskClient, tianjin: Session, family: Family
):
    nobody = make_account(tianjin, role=Role.FAMILY_CARER, person_id=a_person(tianjin))
    tianjin.commit()

    answer = client.post(ADDRESS, json=a_body(family), headers=bearer(app, nobody))

    assert answer.status_code == 404


def test_another_agency_and_another_district_see_no_days(
    app: Flask, client: FlaskClient, tianjin: Session, family: Family
):
    agency = make_account(tianjin, role=Role.AGENCY_HEAD)
    district = make_account(tianjin, role=Role.SUPERVISOR, scope=Scope(ScopeKind.DISTRICT, "120199"))
    fund = make_account(tianjin, role=Role.OPERATOR_REVIEWER)
    tianjin.commit()
    body = a_body(family)
    client.post(ADDRESS, json=body, headers=bearer(app, family.actor))
    query = {"client_id": body["client_id"], "month": body["day"][:8] + "01"}

    seen = [
        client.get(ADDRESS, query_string=query, headers=bearer(app, each)).status_code
        for each in (agency, district, fund)
    ]

    assert seen == [404, 404, 200]


@pytest.mark.parametrize("query", [{}, {"month": "2026-11-02"}, {"month": "2026-11-01", "more": "x"}])
def test_a_list_needs_a_client_and_a_months_first_day(app: Flask, client: FlaskClient, family: Family, query):
    given = query | ({"client_id": str(family.client_id)} if query else {})

    answer = client.get(ADDRESS, query_string=given, headers=bearer(app, family.actor))

    assert answer.status_code == 422
