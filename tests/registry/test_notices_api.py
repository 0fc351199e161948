"""A family tells of a stay, or asks for another mode; who may enter it says what became of it."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.kernel.permissions import Role, Scope, ScopeKind
from app.registry.notice_types import NoticeKind
from app.registry.rules import may_answer_notice
from tests.registry.factories import a_client, a_guardian, an_agency
from tests.tokens import bearer, make_account

API = "/api/v1"


@pytest.mark.parametrize("kind", NoticeKind)
def test_an_agency_enters_stays_and_the_fund_modes_too(kind: NoticeKind):
    of_mode = kind.value.startswith("wants_")

    assert may_answer_notice(kind, scope=ScopeKind.AGENCY) is not of_mode
    assert may_answer_notice(kind, scope=ScopeKind.FUND)


def test_what_a_family_tells_is_kept_once_and_answered_once(client: FlaskClient, tianjin: Session, app: Flask):
    agency, other = an_agency(tianjin), an_agency(tianjin)
    served = a_client(tianjin, agency=agency)
    guardian = a_guardian(tianjin, client=served)
    own, stranger = (
        make_account(tianjin, role=Role.DISPATCHER, scope=Scope(ScopeKind.AGENCY, str(each.id)))
        for each in (agency, other)
    )
    operator = make_account(tianjin, role=Role.OPERATOR_REVIEWER)
    family = make_account(tianjin, role=Role.GUARDIAN, person_id=guardian.person.id)
    tianjin.commit()

    def tell(kind: str, **changed: object):
        body = {"id": str(new_id()), "client_id": str(served.client.id), "kind": kind, "day": "2026-11-20"}
        body |= {"occurred_at": "2026-11-20T01:00:00Z"} | changed
        return client.post(f"{API}/notices", json=body, headers=bearer(app, family))

    def answer(notice_id: str, actor, key: str, **body: object):
        headers = bearer(app, actor) | {"Idempotency-Key": key}
        return client.post(f"{API}/notices/{notice_id}/answer", json=body, headers=headers)

    same = {"id": str(new_id())}
    first, again = tell("hospital_in", **same), tell("hospital_in", **same)
    other_day = tell("hospital_in", **same, day="2026-11-21")
    mode = tell("wants_institution").json["id"]
    stay = first.json["id"]

    answers = [
        answer(stay, stranger, "1", entered=True),
        answer(stay, own, "2", entered=True, decline_reason="not_so"),
        answer(stay, own, "3", entered=True),
        answer(stay, operator, "4", entered=False, decline_reason="not_so"),
        answer(mode, own, "5", entered=True),
        answer(mode, operator, "6", entered=False, decline_reason="not_entitled"),
    ]

    assert (first.status_code, first.json["state"], first.json["day"]) == (201, "open", date(2026, 11, 20).isoformat())
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert (other_day.status_code, other_day.json["code"]) == (409, "event_reused")
    assert [each.status_code for each in answers] == [404, 422, 201, 409, 403, 201]
    assert [each.json.get("code") for each in answers[3:5]] == ["notice_answered", "notice_of_fund"]
    listed = client.get(f"{API}/notices?client_id={served.client.id}", headers=bearer(app, family)).json["items"]
    assert [(each["kind"], each["state"], each["decline_reason"]) for each in listed] == [
        ("hospital_in", "entered", None),
        ("wants_institution", "declined", "not_entitled"),
    ]
    assert client.get(f"{API}/notices", headers=bearer(app, stranger)).json["items"] == []
