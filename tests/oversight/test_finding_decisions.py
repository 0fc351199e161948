"""What people decide of findings, and what is kept for them until then."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.evidence_holds import HeldSubject
from app.checkin.hold_models import EvidenceHold
from app.checkin.models import Position
from app.checkin.queries.evidence_holds import STANDS
from app.checkin.queries.fading import read_facts
from app.kernel.audit import AuditEntry
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.oversight.models import Finding, FindingNote
from app.oversight.queries.findings import is_about
from app.oversight.risk_rules import RULES
from app.oversight.service.finding import keep_hits
from app.oversight.types import Hit
from app.registry.models import Client
from tests.checkin.factories import API, done, fact
from tests.checkin.positions import a_fact, a_legal_hold, a_tap
from tests.fixed_clock import clock_at
from tests.schedules.factories import DISTRICT, HOUR, NOW, Scene, a_scene, a_visit, an_actor

MONTH, ZONE = date(2026, 11, 1), ZoneInfo("Asia/Shanghai")
DISMISS = {"outcome": "dismissed", "reason": "explained", "records": 1}
CONFIRM = {"outcome": "confirmed", "reason": "documents_seen", "records": 1}
CLOSE = {"outcome": "closed", "reason": "settled", "records": 1}


@pytest.fixture(autouse=True)
def nine_in_the_morning() -> Iterator[None]:
    with clock_at(NOW):
        yield


@pytest.fixture
def scene(app: Flask, tianjin: Session) -> Scene:
    return a_scene(tianjin, app)


@pytest.fixture
def supervisor(tianjin: Session) -> Actor:
    return an_actor(tianjin, Role.SUPERVISOR, ScopeKind.FUND)


def find(current: Session, rule: str, subject_id: UUID, *fact_ids: UUID) -> UUID:
    """What a rule found of these facts by now."""
    hits = [Hit(subject_id, each, {}) for each in fact_ids]
    keep_hits(current, RULES[rule], hits, month=MONTH, region="tianjin", at=NOW)
    current.commit()
    found = select(Finding.id).where(Finding.rule == rule, Finding.subject_id == subject_id)
    return current.scalars(found).one()


def post(
    client: FlaskClient, scene: Scene, finding_id: UUID, actor: Actor, body: dict[str, Any], key: str | None = None
) -> tuple[int, Any]:
    headers = scene.headers(actor) | {"Idempotency-Key": key or str(new_id())}
    answer = client.post(f"{API}/findings/{finding_id}/decisions", json=body, headers=headers)
    return answer.status_code, answer.json


def get(client: FlaskClient, scene: Scene, path: str, actor: Actor) -> Any:
    return client.get(API + path, headers=scene.headers(actor)).json


def kept(current: Session, position_id: UUID) -> tuple[bool, bool]:
    """Whether a case, and whether a court keeps a position."""
    for known in read_facts(current, Position.__table__, zone=ZONE):  # type: ignore[arg-type]  # a Table
        for each, facts in known:
            if each == position_id:
                return facts.has_case, facts.has_legal_hold
    raise AssertionError(position_id)


def test_what_findings_keep_is_let_go_with_the_last_that_ends_and_never_for_a_court(
    client: FlaskClient, tianjin: Session, scene: Scene, supervisor: Actor
):
    visit_id = a_visit(tianjin, scene)
    who = {"carer_id": scene.carer_id, "client_id": scene.client_id}
    a_fact(tianjin, visit_id, agency_id=scene.agency_id, at=NOW, **who)
    tap = a_tap(tianjin, at=NOW, visit_id=visit_id, **who)
    a_legal_hold(tianjin, HeldSubject.CARER, scene.carer_id, at=NOW)
    rumour, fraud = (find(tianjin, rule, scene.carer_person_id, visit_id) for rule in ("collusion", "name_lending"))

    status, dismissed = post(client, scene, rumour, supervisor, DISMISS | {"note": "家属在场"}, key="one")
    of_two = kept(tianjin, tap)
    assert post(client, scene, rumour, supervisor, DISMISS | {"note": "家属在场"}, key="one") == (201, dismissed)
    assert post(client, scene, fraud, supervisor, CLOSE)[1]["code"] == "finding_not_confirmed"
    confirmed = post(client, scene, fraud, supervisor, CONFIRM)[1]["state"], kept(tianjin, tap)
    closed = post(client, scene, fraud, supervisor, CLOSE)[1]["state"], kept(tianjin, tap)

    assert (status, dismissed["state"], of_two) == (201, "dismissed", (True, True))
    (decision,) = dismissed["decisions"]
    assert decision["note"] == "家属在场"
    assert decision["account_id"] == str(supervisor.account_id)
    assert "家属在场".encode() not in tianjin.scalars(select(FindingNote.text_enc)).one()
    assert (confirmed, closed) == (("confirmed", (True, True)), ("closed", (False, True)))
    for finding_id in (rumour, fraud):
        status, refused = post(client, scene, finding_id, supervisor, CONFIRM)
        assert (status, refused["code"]) == (409, "finding_decided")
    for state, expected in (("open", []), ("dismissed", [rumour]), ("closed", [fraud])):
        listed = get(client, scene, f"/findings?state={state}", supervisor)["items"]
        assert [(each["id"], each["state"]) for each in listed] == [(str(each), state) for each in expected]
    counts = get(client, scene, "/finding-counts?month=2026-11-01", supervisor)["items"]
    assert [(each["rule"], each["dismissed"], each["closed"]) for each in counts] == [
        ("collusion", 1, 0),
        ("name_lending", 0, 1),
    ]
    audited = tianjin.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "finding.decided"))
    assert list(audited) == [rumour, fraud, fraud]


def test_a_dismissed_finding_is_open_again_by_what_is_new_and_keeps_that_alone(
    client: FlaskClient, tianjin: Session, scene: Scene, supervisor: Actor
):
    old, new, later = new_id(), new_id(), new_id()
    finding_id = find(tianjin, "collusion", scene.carer_person_id, old)
    post(client, scene, finding_id, supervisor, DISMISS)
    find(tianjin, "collusion", scene.carer_person_id, old)
    still = get(client, scene, f"/findings/{finding_id}", supervisor)["state"]

    find(tianjin, "collusion", scene.carer_person_id, old, new)

    held = select(EvidenceHold.subject_id).where(EvidenceHold.cause_id == finding_id, STANDS)
    assert (still, get(client, scene, f"/findings/{finding_id}", supervisor)["state"]) == ("dismissed", "open")
    assert tianjin.scalars(held).all() == [new]
    status, refused = post(client, scene, finding_id, supervisor, CONFIRM)
    assert (status, refused["code"], refused["details"]["records"]) == (409, "finding_grew", 2)
    assert post(client, scene, finding_id, supervisor, CONFIRM | {"records": 2})[0] == 201
    find(tianjin, "collusion", scene.carer_person_id, later)
    shown = get(client, scene, f"/findings/{finding_id}", supervisor)
    assert (shown["state"], [each["records"] for each in shown["decisions"]]) == ("confirmed", [1, 2])
    assert set(tianjin.scalars(held)) == {new, later}


def test_who_may_decide_and_that_the_visit_waits_for_its_own_review(
    client: FlaskClient, tianjin: Session, scene: Scene, supervisor: Actor
):
    visit_id = a_visit(tianjin, scene, start=NOW - HOUR)
    operator = an_actor(tianjin, Role.OPERATOR_REVIEWER, ScopeKind.FUND)
    there = an_actor(tianjin, Role.SUPERVISOR, ScopeKind.DISTRICT, key=DISTRICT)
    tianjin.commit()
    done(client, scene, visit_id)
    client_person_id = tianjin.scalars(select(Client.person_id).where(Client.id == scene.client_id)).one()
    himself = an_actor(tianjin, Role.SUPERVISOR, ScopeKind.FUND, person_id=client_person_id)
    hard = find(tianjin, "client_overlap", scene.client_id, visit_id)
    personal = find(tianjin, "collusion", scene.carer_person_id, visit_id)
    noted = DISMISS | {"reason": "other", "note": "与乙区的甲同住"}

    for finding_id, actor, body, expected in (
        (personal, operator, DISMISS, (404, "not_found")),
        (personal, there, DISMISS, (403, "outside_scope")),
        (hard, himself, DISMISS, (403, "own_fact")),
        (hard, scene.dispatcher, DISMISS, (403, "permission_denied")),
        (hard, operator, DISMISS | {"reason": "admitted"}, (422, "fields_invalid")),
        (hard, operator, noted | {"note": None}, (422, "fields_invalid")),
    ):
        status, refused = post(client, scene, finding_id, actor, body)
        assert (status, refused["code"]) == expected
    assert post(client, scene, hard, operator, noted)[0] == 201

    concerned = {
        each: is_about(tianjin, finding_id=hard, person_id=each)
        for each in (scene.carer_person_id, client_person_id, scene.carer_id)
    }
    assert list(concerned.values()) == [True, True, False]
    assert [each["note"] for each in get(client, scene, f"/findings/{hard}", there)["decisions"]] == [None]
    shown = fact(client, scene, visit_id)
    assert (shown["standing"], shown["hold"]["step"]) == ("held", "operator")
