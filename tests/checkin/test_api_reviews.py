"""What reviewers may do over HTTP: pay time once, look again, state the time of a tap that lacks, say why."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.models import (
    ExceptionEnd,
    ExceptionFound,
    GradeEntry,
    Hold,
    PayableCareDay,
    PayableTime,
    Review,
    ServiceRecord,
)
from app.checkin.note_models import ReviewNote
from app.checkin.queries.events import list_payable_times
from app.checkin.service import facts
from app.checkin.service.care_days import log_care_day
from app.kernel.audit import AuditEntry
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.policies.codes import GradeOutcome
from app.policies.service import load_book
from app.schedules.types import VisitState
from tests.checkin.factories import (
    API,
    a_drawn_id,
    a_fix,
    a_tap,
    an_item,
    an_undrawn_id,
    check,
    close_forgotten,
    come_and_go,
    confirm,
    decide,
    done,
    escalate,
    fact,
    log,
    reopen,
    send,
    some_checks,
)
from tests.checkin.family_rows import EVENING, a_day, a_family, both_taps
from tests.checkin.terms import a_policy
from tests.fixed_clock import clock_at
from tests.schedules.factories import DISTRICT, HOUR, NOW, TODAY, Scene, a_visit, an_actor

MINUTE = timedelta(minutes=1)


@pytest.fixture
def twin(client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, tianjin: Session) -> UUID:
    """A visit that waits for the operator, since another of the same carer and hour is paid."""
    done(client, scene, past_visit)
    decide(client, scene, past_visit, head, "agency")
    made = a_visit(tianjin, scene, start=NOW - HOUR, state=VisitState.PLANNED, planned=None, source="unscheduled")
    tianjin.commit()
    done(client, scene, made)
    decide(client, scene, made, head, "agency")
    return made


def a_planned(session: Session, scene: Scene, start: datetime) -> UUID:
    made = a_visit(session, scene, id=an_undrawn_id(scene.app), start=start)
    session.commit()
    return made


def tapped(client: FlaskClient, scene: Scene, visit_id: UUID, begin: datetime, end: datetime | None) -> None:
    log(client, scene, visit_id, an_item())
    send(client, scene, visit_id, "in", a_tap(at=begin))
    if end is not None:
        send(client, scene, visit_id, "out", a_tap(at=end))


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def paid_minutes(session: Session, visit_id: UUID) -> int | None:
    session.expire_all()
    return session.scalar(select(PayableTime.minutes).where(PayableTime.visit_id == visit_id))


@pytest.mark.parametrize("left", [5 * MINUTE, 3 * HOUR])
def test_who_stays_past_the_paid_hour_does_not_collide_with_the_next_visit(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, tianjin: Session, left: timedelta
):
    following = a_planned(tianjin, scene, NOW)
    with clock_at(NOW + 4 * HOUR):
        tapped(client, scene, past_visit, NOW - HOUR, NOW + left)
        tapped(client, scene, following, NOW, NOW + HOUR)

        answers = [decide(client, scene, each, head, "agency") for each in (past_visit, following)]

    assert [answer.json["standing"] for answer in answers] == ["accepted", "accepted"]
    assert [paid.minutes for paid in list_payable_times(tianjin, visit_ids=[past_visit, following])] == [60, 60]


def test_who_accepts_time_that_is_paid_elsewhere_is_told_by_what(
    client: FlaskClient, scene: Scene, past_visit: UUID, operator: Actor, tianjin: Session, twin: UUID
):
    before = fact(client, scene, twin)

    answers = [decide(client, scene, twin, operator, "operator") for _ in range(2)]

    assert [(each.status_code, each.json["code"]) for each in answers] == [(409, "time_paid_elsewhere")] * 2
    assert answers[0].json["details"] == {"fact_id": str(past_visit)}
    assert fact(client, scene, twin) == before
    (overlap,) = (each for each in before["exceptions"] if each["code"] == "overlap")
    assert overlap["details"] == {"fact_id": str(past_visit)}


def test_the_operator_chooses_which_of_two_visits_at_one_time_is_paid(
    client: FlaskClient, scene: Scene, past_visit: UUID, operator: Actor, tianjin: Session, twin: UUID
):
    reopen(client, scene, past_visit, operator)
    decide(client, scene, past_visit, operator, "operator", "refused", reason="care_not_given")

    answer = decide(client, scene, twin, operator, "operator")

    assert (answer.status_code, answer.json["standing"]) == (201, "accepted")
    assert "overlap" not in {each["code"] for each in answer.json["exceptions"] if each["ended_at"] is None}
    assert (paid_minutes(tianjin, past_visit), paid_minutes(tianjin, twin)) == (None, 60)


def test_silence_leaves_time_that_is_paid_elsewhere_with_the_operator_and_tells_it_once(
    client: FlaskClient, scene: Scene, past_visit: UUID, operator: Actor, tianjin: Session, twin: UUID
):
    rows = (count(tianjin, ExceptionFound), count(tianjin, Hold), count(tianjin, Review))

    ended = [escalate(tianjin, at=NOW + timedelta(days=days)) for days in (10, 20, 30)]

    shown = fact(client, scene, twin)
    assert ended == [0, 0, 0]
    assert (shown["standing"], shown["hold"]["step"]) == ("held", "operator")
    assert (count(tianjin, ExceptionFound), count(tianjin, Hold), count(tianjin, Review)) == rows
    reopen(client, scene, past_visit, operator)
    decide(client, scene, past_visit, operator, "operator", "refused", reason="mistaken")
    assert escalate(tianjin, at=NOW + timedelta(days=31)) == 1
    assert paid_minutes(tianjin, twin) == 60


def test_a_machine_that_finds_the_time_paid_elsewhere_lets_the_operator_decide(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, guardian: Actor, tianjin: Session
):
    other = a_planned(tianjin, scene, NOW - 30 * MINUTE - HOUR - HOUR)
    tapped(client, scene, other, NOW - HOUR, NOW)
    decide(client, scene, other, head, "agency")

    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)

    shown = fact(client, scene, past_visit)
    assert (shown["grade"], shown["standing"], shown["hold"]["step"]) == ("B", "held", "operator")
    assert [each["code"] for each in shown["exceptions"]] == ["overlap"]


def test_an_accepted_visit_is_reopened_once_and_not_paid_meanwhile(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, operator: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    too_early = reopen(client, scene, past_visit, operator)
    decide(client, scene, past_visit, head, "agency")
    same = {"id": str(new_id())}

    first = reopen(client, scene, past_visit, operator, **same)
    again = reopen(client, scene, past_visit, operator, **same)

    assert (too_early.status_code, too_early.json["code"]) == (409, "not_decided")
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert again.headers["Idempotent-Replay"] == "true"
    assert (first.json["standing"], first.json["hold"]) == ("held", {"step": "operator", "due_on": "2026-11-25"})
    assert paid_minutes(tianjin, past_visit) is None
    assert reopen(client, scene, past_visit, operator, reason="mistaken", **same).json["code"] == "event_reused"
    assert reopen(client, scene, past_visit, operator).json["code"] == "not_decided"
    assert tianjin.scalar(select(func.count()).where(AuditEntry.action == "fact.reopened")) == 1
    assert decide(client, scene, past_visit, operator, "operator").json["standing"] == "accepted"
    assert paid_minutes(tianjin, past_visit) == 60


@pytest.mark.parametrize("by_person", [True, False])
def test_what_is_reopened_is_not_let_go_by_a_witness_and_is_paid_when_nobody_decides(
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
    else:
        confirm(client, scene, past_visit, guardian)
    was_paid = paid_minutes(tianjin, past_visit)
    reopen(client, scene, past_visit, operator)

    confirm(client, scene, past_visit, guardian)

    assert was_paid == 60
    assert fact(client, scene, past_visit)["standing"] == "held"
    assert escalate(tianjin, at=NOW + timedelta(days=6)) == 1
    assert paid_minutes(tianjin, past_visit) == 60


def test_only_an_operator_of_its_place_reopens_a_fact(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, operator: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    decide(client, scene, past_visit, head, "agency")
    elsewhere = an_actor(tianjin, Role.OPERATOR_REVIEWER, ScopeKind.DISTRICT, key="120102")
    himself = replace(operator, person_id=scene.carer_person_id)
    tianjin.commit()

    assert reopen(client, scene, past_visit, head).status_code == 403
    assert reopen(client, scene, past_visit, elsewhere).status_code == 404
    assert reopen(client, scene, past_visit, himself).json["code"] == "own_fact"
    assert reopen(client, scene, past_visit, elsewhere, reason="witness_came").status_code == 422
    assert client.post(f"{API}/facts/{past_visit}/reopening", data=b"{").status_code == 401


def test_a_care_day_is_reopened_and_the_one_that_came_second_may_be_paid_instead(
    client: FlaskClient, scene: Scene, operator: Actor, tianjin: Session
):
    family = a_family(tianjin)
    first, second = (a_day(family, id=an_undrawn_id(scene.app), **both_taps(tianjin, family)) for _ in range(2))
    for command in (first, second):
        log_care_day(tianjin, command=command, actor=family.actor, at=EVENING)
    tianjin.commit()

    reopened = reopen(client, scene, first.id, operator)
    unpaid = tianjin.scalars(select(PayableCareDay)).all()
    decide(client, scene, first.id, operator, "operator", "refused", reason="care_not_given")
    reopen(client, scene, second.id, operator)
    decide(client, scene, second.id, operator, "operator")

    assert (reopened.json["standing"], unpaid) == ("held", [])
    assert tianjin.scalars(select(PayableCareDay.care_day_id)).all() == [second.id]


def test_a_drawn_visit_stays_with_the_operator_when_an_item_is_told_undone(
    client: FlaskClient, scene: Scene, guardian: Actor, tianjin: Session
):
    assert a_policy().grading.b_outcome is GradeOutcome.PAYS_SAMPLED
    drawn = a_visit(tianjin, scene, id=a_drawn_id(scene.app), start=NOW - HOUR)
    tianjin.commit()
    done(client, scene, drawn)
    confirm(client, scene, drawn, guardian)
    before = fact(client, scene, drawn)["hold"]

    later = (NOW + MINUTE).isoformat()
    log(client, scene, drawn, an_item("bath", "not_done", reason="no_hot_water", occurred_at=later))

    assert before["step"] == "operator"
    assert fact(client, scene, drawn)["hold"] == before


def test_a_reason_is_a_code_and_the_rest_a_note_that_no_table_shows(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    note = "电话里王秀英的女儿说洗过澡"

    answer = decide(client, scene, past_visit, head, "agency", note=note)

    (shown,) = answer.json["reviews"]
    assert (shown["reason"], shown["note"]) == ("confirmed_by_phone", note)
    assert note.encode() not in tianjin.scalars(select(ReviewNote.text_enc)).one()


@pytest.mark.parametrize(
    "changed", [{"reason": "电话核实过"}, {"reason": "deadline_passed"}, {"reason": None}, {"note": "字" * 501}]
)
def test_a_free_text_or_the_machines_own_word_is_no_reason(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, changed
):
    done(client, scene, past_visit)

    answer = decide(client, scene, past_visit, head, "agency", **changed)

    assert answer.status_code == 422
    assert set(answer.json["details"]["fields"]) == set(changed)


def test_grades_and_reviews_say_by_which_policy_and_in_which_order(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    escalate(tianjin, at=NOW + timedelta(days=4))

    rows = tianjin.scalars(select(Review)).all() + tianjin.scalars(select(GradeEntry)).all()

    assert [row.seq for row in rows] == [1, 1]
    rules = load_book().policy_for(region="tianjin", district=DISTRICT, on=TODAY)
    assert {row.policy_digest for row in rows} == {rules.digest}


def test_the_last_decision_counts_whatever_the_clocks_said(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, operator: Actor, guardian: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    decide(client, scene, past_visit, head, "agency")
    with clock_at(NOW - timedelta(minutes=10)):  # another server's clock, behind
        reopen(client, scene, past_visit, operator)
        decide(client, scene, past_visit, operator, "operator", "refused", reason="care_not_given")

    confirm(client, scene, past_visit, guardian, holds=False)

    shown = fact(client, scene, past_visit)
    assert shown["standing"] == "refused"
    assert [each["decision"] for each in shown["reviews"]] == ["accepted", "reopened", "refused"]


def test_a_late_record_counts_whatever_the_clocks_said(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    tapped(client, scene, past_visit, NOW - HOUR, None)
    close_forgotten(tianjin, at=NOW + 3 * HOUR)

    with clock_at(NOW + 2 * HOUR):  # behind the worker's clock
        send(client, scene, past_visit, "out", a_tap(at=NOW - 3 * MINUTE))

    record = client.get(f"{API}/visits/{past_visit}/record", headers=scene.headers(scene.carer)).json
    assert (record["minutes"], record["clock_out_id"] is None) == (57, False)


def test_a_forgotten_clock_out_invents_no_time_before_the_carer_came(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    with clock_at(NOW + HOUR):
        tapped(client, scene, past_visit, NOW + 30 * MINUTE, None)

    close_forgotten(tianjin, at=NOW + 4 * HOUR)

    record = tianjin.scalars(select(ServiceRecord)).one()
    shown = fact(client, scene, past_visit)
    assert (record.minutes, record.began_at, record.ended_at) == (0, NOW + 30 * MINUTE, NOW + 30 * MINUTE)
    assert "swapped" not in {each["code"] for each in shown["exceptions"]}
    assert shown["standing"] == "held"


def test_a_reviewer_states_the_end_of_an_unplanned_visit_whose_clock_out_was_forgotten(
    client: FlaskClient, scene: Scene, head: Actor, tianjin: Session
):
    body = a_tap(at=NOW) | {"kind": "in", "client_id": str(scene.client_id)}
    client.post(f"{API}/clock-events", json=body, headers=scene.headers(scene.carer))
    visit_id = UUID(body["id"])
    close_forgotten(tianjin, at=NOW + 4 * HOUR)
    stated = {"ended_at": (NOW + 50 * MINUTE).isoformat(), "reason": "times_stated", "id": str(new_id())}

    with clock_at(NOW + 5 * HOUR):
        answer = decide(client, scene, visit_id, head, "agency", **stated)
        again = decide(client, scene, visit_id, head, "agency", **stated)

    assert (answer.status_code, answer.json["standing"], again.json) == (201, "accepted", answer.json)
    first, second = tianjin.scalars(select(ServiceRecord).order_by(ServiceRecord.supersedes_id.nulls_first()))
    assert (first.minutes, first.author_id) == (0, None)
    assert (second.minutes, second.supersedes_id, second.author_id) == (50, first.id, head.account_id)
    assert (second.reason, second.ended_at) == ("times_stated", NOW + 50 * MINUTE)
    assert [paid.minutes for paid in list_payable_times(tianjin, visit_ids=[visit_id])] == [50]


@pytest.mark.parametrize(
    ("times", "decision", "refusal"),
    [
        ({"ended_at": NOW - HOUR}, "accepted", (409, "times_impossible")),
        ({"ended_at": NOW + 3 * HOUR}, "accepted", (409, "times_impossible")),
        ({"began_at": NOW - 2 * HOUR}, "accepted", (409, "times_known")),
        ({"ended_at": NOW - MINUTE}, "refused", (422, "fields_invalid")),
    ],
)
def test_times_are_stated_only_for_the_tap_that_lacks_and_only_possible_ones(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, tianjin: Session, times, decision, refusal
):
    tapped(client, scene, past_visit, NOW - HOUR, None)
    close_forgotten(tianjin, at=NOW + 2 * HOUR + MINUTE)
    stated = {name: at.isoformat() for name, at in times.items()}

    with clock_at(NOW + 2 * HOUR + 2 * MINUTE):
        answer = decide(client, scene, past_visit, head, "agency", decision, **stated)

    assert (answer.status_code, answer.json["code"]) == refusal
    assert count(tianjin, ServiceRecord) == 1


def test_a_stray_tap_has_no_times_to_state(client: FlaskClient, scene: Scene, head: Actor):
    stray = send(client, scene, new_id(), "in", a_tap())

    answer = decide(client, scene, stray.json["id"], head, "agency", ended_at=NOW.isoformat())

    assert (answer.status_code, answer.json["code"]) == (409, "times_known")


def test_a_position_taken_hours_later_is_no_witness(client: FlaskClient, scene: Scene, past_visit: UUID):
    done(client, scene, past_visit, fix=None)
    before = fact(client, scene, past_visit)

    with clock_at(NOW + 3 * HOUR):
        send(client, scene, past_visit, "in", a_tap())
        after = fact(client, scene, past_visit)

    assert (before["grade"], after["grade"], after["hold"]["step"]) == ("D", "D", "operator")


@pytest.mark.parametrize("kind", ["in", "out"])
def test_a_second_try_at_the_door_ends_what_the_first_left_in_doubt(
    client: FlaskClient, scene: Scene, past_visit: UUID, kind: str
):
    times = {"in": NOW - HOUR, "out": NOW}
    check(client, scene, past_visit, some_checks())
    log(client, scene, past_visit, an_item())
    for each, at in times.items():
        with clock_at(at):
            send(client, scene, past_visit, each, a_tap(at=at, fix=None if each == kind else a_fix()))
    before = fact(client, scene, past_visit)

    with clock_at(times[kind] + 2 * MINUTE):
        send(client, scene, past_visit, kind, a_tap(at=times[kind] + MINUTE))
        after = fact(client, scene, past_visit)

    def holding(shown):
        return {each["code"] for each in shown["exceptions"] if each["ended_at"] is None}

    assert (holding(before), holding(after)) == ({"no_location"}, {"repeated_event"})


def test_what_is_found_as_over_twice_ends_once(client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session):
    come_and_go(client, scene, past_visit)
    (found,) = tianjin.scalars(select(ExceptionFound.id)).all()

    for _ in range(2):
        facts.end_exceptions(tianjin, exception_ids=[found], at=NOW)

    assert count(tianjin, ExceptionEnd) == 1
