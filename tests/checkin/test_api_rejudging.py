"""Facts that are judged again: what arrives late may hold a visit, move it, or let it be paid."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.models import PayableTime, ServiceRecord
from app.kernel.permissions import Actor
from tests.checkin.factories import (
    API,
    a_fix,
    a_tap,
    an_item,
    close_forgotten,
    come_and_go,
    confirm,
    decide,
    done,
    escalate,
    fact,
    log,
    send,
)
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene, a_visit


def is_payable(session: Session, visit_id: UUID) -> bool:
    session.expire_all()
    return session.scalar(select(PayableTime.visit_id).where(PayableTime.visit_id == visit_id)) is not None


def still_holding(shown: dict) -> set[str]:
    return {each["code"] for each in shown["exceptions"] if each["ended_at"] is None}


def test_items_that_arrive_after_the_record_end_what_was_missing(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    come_and_go(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    before = fact(client, scene, past_visit)

    answer = log(client, scene, past_visit, an_item())

    after = fact(client, scene, past_visit)
    assert answer.status_code == 201
    assert (before["standing"], still_holding(before)) == ("held", {"item_missing"})
    assert (after["standing"], after["grade"], still_holding(after)) == ("accepted", "B", set())
    assert [each["code"] for each in after["exceptions"]] == ["item_missing"]
    assert is_payable(tianjin, past_visit)


def test_an_item_told_undone_after_all_takes_the_pay_back(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    was_payable = is_payable(tianjin, past_visit)

    later = (NOW + timedelta(minutes=1)).isoformat()
    log(client, scene, past_visit, an_item("bath", "not_done", reason="no_hot_water", occurred_at=later))

    shown = fact(client, scene, past_visit)
    assert was_payable
    assert (shown["standing"], shown["hold"]["step"], still_holding(shown)) == ("held", "agency", {"item_missing"})
    assert not is_payable(tianjin, past_visit)


def test_a_resent_log_judges_nothing_again(client: FlaskClient, scene: Scene, past_visit: UUID):
    item = an_item("hair", "extra", consented=True)
    come_and_go(client, scene, past_visit)

    log(client, scene, past_visit, item)
    first = fact(client, scene, past_visit)
    log(client, scene, past_visit, item)

    assert fact(client, scene, past_visit) == first
    assert still_holding(first) == {"item_missing", "item_not_in_plan"}


def test_consent_told_after_all_ends_the_exception_of_an_extra(client: FlaskClient, scene: Scene, past_visit: UUID):
    log(client, scene, past_visit, an_item(), an_item("hair", "extra"))
    come_and_go(client, scene, past_visit)
    before = fact(client, scene, past_visit)

    later = (NOW + timedelta(minutes=1)).isoformat()
    log(client, scene, past_visit, an_item("hair", "extra", consented=True, occurred_at=later))

    assert still_holding(before) == {"item_not_in_plan", "extra_not_consented"}
    assert still_holding(fact(client, scene, past_visit)) == {"item_not_in_plan"}


def test_the_minutes_of_an_extra_are_not_paid_whenever_it_is_told(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    hair = {"minutes": 6, "consented": True}
    log(client, scene, past_visit, an_item(), an_item("hair", "extra", **hair))
    come_and_go(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    told_before = tianjin.scalars(select(PayableTime.minutes)).one()

    later, last = ((NOW + timedelta(minutes=each)).isoformat() for each in (1, 2))
    log(client, scene, past_visit, an_item("nails", "extra", minutes=4, consented=True, occurred_at=later))
    short = fact(client, scene, past_visit)
    log(client, scene, past_visit, an_item("nails", "refused", reason="other", occurred_at=last))

    assert told_before == 54
    assert (short["hold"]["step"], still_holding(short)) == ("agency", {"item_not_in_plan", "short"})
    tianjin.expire_all()
    paid = tianjin.scalars(select(PayableTime)).one()
    records = tianjin.execute(select(ServiceRecord.minutes, ServiceRecord.reason).order_by(ServiceRecord.id)).all()
    assert [tuple(each) for each in records] == [(54, None), (50, "extras_told"), (54, "extras_told")]
    assert paid.minutes == 54


def test_extras_told_after_somebody_accepted_the_visit_wait_for_the_operator(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    decide(client, scene, past_visit, head, "agency")
    was_payable = is_payable(tianjin, past_visit)

    log(client, scene, past_visit, an_item("hair", "extra", minutes=5, consented=True))

    shown = fact(client, scene, past_visit)
    assert (was_payable, shown["standing"], shown["hold"]["step"]) == (True, "held", "operator")
    assert not is_payable(tianjin, past_visit)


@pytest.mark.parametrize("by_person", [True, False])
def test_a_denial_after_acceptance_waits_for_the_operator_who_decides(
    client: FlaskClient,
    scene: Scene,
    past_visit: UUID,
    head: Actor,
    operator: Actor,
    guardian: Actor,
    tianjin: Session,
    by_person: bool,
):
    done(client, scene, past_visit)
    if by_person:
        decide(client, scene, past_visit, head, "agency")
    else:  # nobody looked in time
        for days in (4, 10):
            escalate(tianjin, at=NOW + timedelta(days=days))
    was_payable = is_payable(tianjin, past_visit)

    answer = confirm(client, scene, past_visit, guardian, holds=False)

    shown = fact(client, scene, past_visit)
    assert (was_payable, answer.status_code) == (True, 201)
    assert (shown["standing"], shown["hold"]["step"]) == ("held", "operator")
    assert not is_payable(tianjin, past_visit)
    assert decide(client, scene, past_visit, head, "agency").json["code"] == "not_held"
    assert decide(client, scene, past_visit, operator, "operator").json["standing"] == "accepted"
    assert is_payable(tianjin, past_visit)


def test_a_denial_moves_what_waits_at_the_agency_to_the_operator(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor
):
    done(client, scene, past_visit)

    confirm(client, scene, past_visit, guardian, holds=False)

    shown = fact(client, scene, past_visit)
    assert shown["hold"]["step"] == "operator"
    assert [(each["step"], each["decision"]) for each in shown["reviews"]] == [("machine", "moved")]


@pytest.mark.parametrize("holds", [True, False])
def test_what_a_person_refused_stays_refused_whatever_is_said_later(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, guardian: Actor, tianjin: Session, holds: bool
):
    done(client, scene, past_visit)
    decide(client, scene, past_visit, head, "agency", "refused")

    confirm(client, scene, past_visit, guardian, holds=holds)

    assert fact(client, scene, past_visit)["standing"] == "refused"
    assert not is_payable(tianjin, past_visit)


def test_a_good_word_does_not_reopen_what_was_paid_for_want_of_a_decision(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    come_and_go(client, scene, past_visit)  # no items: something to settle
    for days in (4, 10):
        escalate(tianjin, at=NOW + timedelta(days=days))

    confirm(client, scene, past_visit, guardian)

    assert fact(client, scene, past_visit)["standing"] == "accepted"
    assert is_payable(tianjin, past_visit)


def test_the_clients_word_moves_a_visit_without_position_down_to_the_agency(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor
):
    done(client, scene, past_visit, fix=a_fix(metres_away=2300))
    before = fact(client, scene, past_visit)

    confirm(client, scene, past_visit, guardian)

    after = fact(client, scene, past_visit)
    assert (before["grade"], before["hold"]["step"]) == ("D", "operator")
    assert (after["grade"], after["hold"]["step"], after["hold"]["due_on"]) == ("C", "agency", "2026-11-23")


def test_a_visit_never_goes_back_to_an_agency_that_let_its_deadline_pass(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    come_and_go(client, scene, past_visit)
    escalate(tianjin, at=NOW + timedelta(days=4))

    confirm(client, scene, past_visit, guardian)

    shown = fact(client, scene, past_visit)
    assert (shown["grade"], shown["hold"]["step"]) == ("B", "operator")


def test_a_word_given_before_the_care_began_witnesses_nothing(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor
):
    with clock_at(NOW - 2 * HOUR):
        assert confirm(client, scene, past_visit, guardian).status_code == 201

    done(client, scene, past_visit)

    assert fact(client, scene, past_visit)["grade"] == "C"


def test_a_late_clock_out_replaces_the_planned_time_that_was_accepted(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, operator: Actor, tianjin: Session
):
    log(client, scene, past_visit, an_item())
    send(client, scene, past_visit, "in", a_tap(at=NOW - HOUR))
    close_forgotten(tianjin, at=NOW + 3 * HOUR)
    decide(client, scene, past_visit, head, "agency")
    accepted = tianjin.scalars(select(PayableTime.minutes)).one()

    with clock_at(NOW + 4 * HOUR):
        send(client, scene, past_visit, "out", a_tap(at=NOW - timedelta(minutes=3)))
        waiting = fact(client, scene, past_visit)
        decide(client, scene, past_visit, operator, "operator")

    assert (waiting["standing"], waiting["hold"]["step"]) == ("held", "operator")
    assert "no_clock_out" not in still_holding(waiting)
    paid = tianjin.scalars(select(PayableTime)).one()
    newest = tianjin.scalars(select(ServiceRecord).where(ServiceRecord.supersedes_id.is_not(None))).one()
    assert (accepted, paid.minutes, paid.record_id) == (60, 57, newest.id)


@pytest.mark.parametrize("kind", ["visit", "client"])
def test_a_tap_cannot_take_the_id_of_a_visit_to_open_a_second_review_of_it(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, kind: str
):
    done(client, scene, past_visit, fix=a_fix(metres_away=2300))
    planned = a_visit(tianjin, scene, start=NOW + 5 * HOUR)
    tianjin.commit()
    before = fact(client, scene, past_visit)

    for visit_id in (past_visit, planned):
        tap = a_tap(id=str(visit_id))
        if kind == "visit":
            answer = send(client, scene, UUID(int=7), "in", tap)
        else:
            body = tap | {"kind": "in", "client_id": str(scene.client_id)}
            answer = client.post(f"{API}/clock-events", json=body, headers=scene.headers(scene.carer))
        assert (answer.status_code, answer.json["code"]) == (409, "event_reused")

    assert fact(client, scene, past_visit) == before
