"""Rules whose holds people overturn: counted, stopped by night, let go by a person; over HTTP and as a job."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.rule_models import RuleStanding
from app.checkin.service.rule_stops import stop_overturned
from app.checkin.types import Decision, ExceptionCode, Severity
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, Scope, ScopeKind
from tests.checkin.factories import API, JOB, an_undrawn_id, confirm, done, fact
from tests.checkin.rule_rows import SHORT, decided
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene, a_visit, an_actor
from tests.tokens import make_account

NIGHT = NOW + timedelta(minutes=1)
ACCEPTED, REFUSED = Decision.ACCEPTED, Decision.REFUSED


def outcomes(client: FlaskClient, scene: Scene, actor: Actor, query: str = "month_from=2026-10-01&month_to=2026-11-01"):
    answer = client.get(f"{API}/rule-outcomes?{query}", headers=scene.headers(actor))
    assert answer.status_code == 200, answer.json
    return answer.json


def change(client: FlaskClient, scene: Scene, actor: Actor, **changed):
    headers = scene.headers(actor) | {"Idempotency-Key": str(new_id())}
    body = {"code": "short", "stopped": False, "reason": "cause_mended"} | changed
    return client.post(f"{API}/rule-stops", json=body, headers=headers)


def a_short_visit(
    client: FlaskClient, scene: Scene, session: Session, app: Flask, guardian: Actor, *, start: datetime
) -> dict:
    """A visit of two thirds of its planned time, confirmed by the family, as it stands."""
    visit_id: UUID = a_visit(session, scene, id=an_undrawn_id(app), start=start)
    session.commit()
    with clock_at(start + HOUR):
        done(client, scene, visit_id, minutes=40)
        confirm(client, scene, visit_id, guardian)
        return fact(client, scene, visit_id)


def test_outcomes_are_counted_by_month_and_the_last_decision_is_the_one_that_counts(
    client: FlaskClient, scene: Scene, operator: Actor, tianjin: Session, statements: list[str]
):
    decided(tianjin, scene, ACCEPTED, number=3)
    decided(tianjin, scene, REFUSED, number=2)
    decided(tianjin, scene, REFUSED, ACCEPTED)  # won on appeal
    decided(tianjin, scene, ACCEPTED, at=NOW - timedelta(days=31))
    decided(tianjin, scene, ACCEPTED, severity=Severity.ACKNOWLEDGE)  # held by nothing
    decided(tianjin, scene, REFUSED, code=ExceptionCode.OVER_LONG, district="120116")
    there = make_account(tianjin, role=Role.SUPERVISOR, scope=Scope(ScopeKind.DISTRICT, "120116"))
    tianjin.commit()
    statements.clear()

    shown = outcomes(client, scene, operator)

    assert len([each for each in statements if "rule_standing" in each or "exception" in each]) == 2
    assert shown["stops"] == []
    assert [(each["month"], each["code"], *each["outcome"].values()) for each in shown["items"]] == [
        ("2026-10-01", "short", 1, 0),
        ("2026-11-01", "over_long", 0, 1),
        ("2026-11-01", "short", 4, 2),
    ]
    assert [each["code"] for each in outcomes(client, scene, there)["items"]] == ["over_long"]
    headers = scene.headers(operator)
    assert (
        client.get(f"{API}/rule-outcomes?month_from=2026-11-01&month_to=2026-10-01", headers=headers).status_code == 422
    )


def test_a_rule_that_is_overturned_too_often_holds_no_more_until_a_person_lets_it_go_on(
    client: FlaskClient, scene: Scene, guardian: Actor, operator: Actor, app: Flask, tianjin: Session
):
    admin = an_actor(tianjin, Role.REGION_ADMIN, ScopeKind.FUND)
    before = a_short_visit(client, scene, tianjin, app, guardian, start=NOW - 9 * HOUR)
    decided(tianjin, scene, REFUSED, number=9)
    decided(tianjin, scene, ACCEPTED, number=41)
    decided(tianjin, scene, ACCEPTED, number=60, code=ExceptionCode.CLIENT_DENIES)  # never, however often
    decided(tianjin, scene, ACCEPTED, number=60, code=ExceptionCode.OVER_LONG, at=NOW - timedelta(days=91))  # long ago

    first = stop_overturned(tianjin, actor=JOB, at=NIGHT)
    again = stop_overturned(tianjin, actor=JOB, at=NIGHT + timedelta(days=1))
    tianjin.commit()
    while_stopped = a_short_visit(client, scene, tianjin, app, guardian, start=NOW - 7 * HOUR)
    stops = outcomes(client, scene, operator)["stops"]
    let_go = change(client, scene, admin)
    twice = change(client, scene, admin)
    after = a_short_visit(client, scene, tianjin, app, guardian, start=NOW - 5 * HOUR)
    with_old_counts = stop_overturned(tianjin, actor=JOB, at=NIGHT + timedelta(days=2))

    assert (before["standing"], before["hold"]["step"]) == ("held", "agency")
    assert {code: (each.overturned, each.upheld) for code, each in first.items()} == {SHORT: (41, 9)}
    assert again == {}
    assert while_stopped["standing"] == "accepted"
    assert [(each["code"], each["severity"]) for each in while_stopped["exceptions"]] == [("short", "acknowledge")]
    assert [(each["code"], each["stopped"], each["account_id"]) for each in stops] == [("short", True, None)]
    assert stops[0]["outcome"] == {"overturned": 41, "upheld": 9}
    assert (let_go.status_code, twice.status_code, twice.json["code"]) == (201, 409, "rule_unchanged")
    assert (after["standing"], after["hold"]["step"]) == ("held", "agency")
    assert with_old_counts == {}
    rows = tianjin.scalars(select(RuleStanding).order_by(RuleStanding.seq)).all()
    assert [(each.seq, each.stopped, each.account_id) for each in rows] == [
        (1, True, None),
        (2, False, admin.account_id),
    ]


def test_a_person_stops_what_may_be_stopped_and_nothing_else(client: FlaskClient, scene: Scene, tianjin: Session):
    admin = an_actor(tianjin, Role.REGION_ADMIN, ScopeKind.FUND)
    tianjin.commit()

    stopped = change(client, scene, admin, code="outside_fence", stopped=True, reason="rule_errs")
    fact_of_life = change(client, scene, admin, code="client_died", stopped=True, reason="rule_errs")
    only_shown = change(client, scene, admin, code="too_early", stopped=True, reason="rule_errs")

    assert (stopped.status_code, stopped.json["stopped"]) == (201, True)
    assert (fact_of_life.status_code, fact_of_life.json["code"]) == (409, "rule_not_stoppable")
    assert only_shown.json["code"] == "rule_not_stoppable"
