"""A family complains to its agency or to the fund, and is answered by the policy's day."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEntry
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from app.oversight.complaint_models import ComplaintNote
from app.oversight.complaint_rules import answer_due, is_overdue
from tests.checkin.terms import a_policy
from tests.fixed_clock import clock_at
from tests.registry.factories import a_client, a_guardian, an_agency
from tests.tokens import bearer, make_account

API = "/api/v1"
DAY = date(2026, 11, 20)
NOW = datetime.fromisoformat("2026-11-20T09:00:00+08:00")
TERMS = a_policy().service
DUE = answer_due(DAY, terms=TERMS)
ONE = timedelta(days=1)
WORDS = "上周来的人只待了十分钟"


@pytest.mark.parametrize(
    ("answered_on", "today", "is_late"),
    [(None, DUE, False), (None, DUE + ONE, True), (DUE, DUE + 9 * ONE, False), (DUE + ONE, DUE + 9 * ONE, True)],
)
def test_a_complaint_is_answered_on_its_last_day_at_the_latest(answered_on, today, is_late):
    assert DAY + TERMS.complaint_within == DUE
    assert is_overdue(DUE, answered_on=answered_on, today=today) is is_late


def test_a_complaint_reaches_whom_it_is_for_and_is_answered_once(client: FlaskClient, tianjin: Session, app: Flask):
    agency, other = an_agency(tianjin), an_agency(tianjin)
    served = a_client(tianjin, agency=agency)
    guardian = a_guardian(tianjin, client=served)
    head, other_head = (
        make_account(tianjin, role=Role.AGENCY_HEAD, scope=Scope(ScopeKind.AGENCY, str(each.id)))
        for each in (agency, other)
    )
    operator = make_account(tianjin, role=Role.OPERATOR_REVIEWER)
    family = make_account(tianjin, role=Role.GUARDIAN, person_id=guardian.person.id)
    tianjin.commit()

    def complain(**changed: object):
        body = {"id": str(new_id()), "client_id": str(served.client.id), "to": "agency", "kind": "service_poor"}
        body |= {"agency_id": str(agency.id), "text": WORDS, "occurred_at": "2026-11-20T01:00:00Z"} | changed
        return client.post(f"{API}/complaints", json=body, headers=bearer(app, family))

    def answer(complaint_id: str, actor: Actor, outcome: str = "upheld"):
        headers = bearer(app, actor) | {"Idempotency-Key": str(new_id())}
        body = {"outcome": outcome, "text": "已核实，换人上门"}
        return client.post(f"{API}/complaints/{complaint_id}/answer", json=body, headers=headers)

    def listed(actor: Actor, state: str = "open") -> list[dict]:
        return client.get(f"{API}/complaints?state={state}", headers=bearer(app, actor)).json["items"]

    with clock_at(NOW):
        same = {"id": str(new_id())}
        first, again = complain(**same), complain(**same)
        refused = [complain(agency_id=str(other.id)), complain(agency_id=None), complain(**same, text="别的")]
        secret = complain(to="fund", agency_id=str(agency.id), kind="payment")
        seen = {name: listed(who) for name, who in {"head": head, "other": other_head, "fund": operator}.items()}
        answers = [answer(first.json["id"], each) for each in (other_head, head, operator)]
        hidden = answer(secret.json["id"], head)
    with clock_at(NOW + 40 * ONE):
        late = listed(family)

    assert (first.status_code, first.json["state"], first.json["due_on"]) == (201, "open", DUE.isoformat())
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert [(each.status_code, each.json["code"]) for each in refused] == [
        (422, "not_the_clients_agency"),
        (422, "fields_invalid"),
        (409, "event_reused"),
    ]
    assert {name: [each["id"] for each in items] for name, items in seen.items()} == {
        "head": [first.json["id"]],
        "other": [],
        "fund": [first.json["id"], secret.json["id"]],
    }
    assert seen["head"][0]["text"] == WORDS
    assert [each.status_code for each in answers] == [404, 201, 409]
    assert (answers[1].json["outcome"], answers[1].json["answer"]) == ("upheld", "已核实，换人上门")
    assert hidden.status_code == 404
    assert [(each["id"], each["is_overdue"]) for each in late] == [(secret.json["id"], True)]
    stored = tianjin.scalars(select(ComplaintNote.text_enc)).all()
    assert [WORDS.encode() in each for each in stored] == [False, False]
    read = tianjin.scalars(select(AuditEntry.action).where(AuditEntry.action == "complaints.read")).all()
    assert len(read) == 2
