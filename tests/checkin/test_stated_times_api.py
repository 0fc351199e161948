"""Times that people state for taps that lack: a forgotten clock-out, and visits entered from paper."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.models import PayableTime, ServiceRecord
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.schedules.types import VisitState
from tests.checkin.factories import (
    API,
    a_tap,
    an_item,
    an_undrawn_id,
    cancel,
    check,
    close_forgotten,
    confirm,
    decide,
    done,
    enter_paper,
    fact,
    log,
    say,
    send,
    some_checks,
    state_end,
    visit_of,
)
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene, a_visit

MINUTE = timedelta(minutes=1)
WITNESS = {"times": True, "service": True}


def came(client: FlaskClient, scene: Scene, visit_id: UUID) -> None:
    """Clocked in at the home an hour ago."""
    with clock_at(NOW - HOUR):
        check(client, scene, visit_id, some_checks())
        log(client, scene, visit_id, an_item())
        assert send(client, scene, visit_id, "in", a_tap(at=NOW - HOUR)).status_code == 201


def paid(session: Session) -> list[tuple[datetime, datetime, int]]:
    return [(row.during.lower, row.during.upper, row.minutes) for row in session.scalars(select(PayableTime))]


def a_reason() -> dict[str, str]:
    """Why nobody confirms, as the carer's phone kept it."""
    return {"id": str(new_id()), "reason": "cannot_sign", "occurred_at": NOW.isoformat()}


def open_codes(shown: dict) -> list[str]:
    return sorted(each["code"] for each in shown["exceptions"] if each["ended_at"] is None)


@pytest.mark.parametrize(
    ("words", "end"),
    [(WITNESS, 50), (WITNESS | {"ended_at": (NOW - 15 * MINUTE).isoformat()}, 45), ({"holds": True}, 50)],
)
def test_a_forgotten_end_is_paid_by_what_carer_and_client_both_say(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session, words, end
):
    came(client, scene, past_visit)
    close_forgotten(tianjin, at=NOW + 3 * HOUR)
    closed = fact(client, scene, past_visit)

    answer = state_end(client, scene, past_visit, ended_at=NOW - 10 * MINUTE)
    told = fact(client, scene, past_visit)
    said = say(client, scene, past_visit, guardian, **words)

    assert (answer.status_code, said.status_code) == (201, 201)
    for shown, found in ((closed, ["no_clock_out"]), (told, ["no_clock_out", "short"])):  # no more than he says
        assert (open_codes(shown), shown["standing"], shown["grade"]) == (found, "held", "C")
    shown = fact(client, scene, past_visit)
    assert (open_codes(shown), shown["grade"]) == (["short"], "B")  # less than nine tenths of the hour
    record = client.get(f"{API}/visits/{past_visit}/record", headers=scene.headers(scene.carer)).json
    assert (record["minutes"], record["clock_out_id"]) == (end, None)
    assert visit_of(tianjin, past_visit).ended_at is None


def test_an_end_beyond_the_plan_is_paid_up_to_the_plan_once_two_say_so(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    came(client, scene, past_visit)
    body = {"id": str(new_id())}
    with clock_at(NOW + HOUR):
        first = state_end(client, scene, past_visit, ended_at=NOW + 20 * MINUTE, **body)
        again = state_end(client, scene, past_visit, ended_at=NOW + 20 * MINUTE, **body)
        other = state_end(client, scene, past_visit, ended_at=NOW + 21 * MINUTE, **body)
        assert visit_of(tianjin, past_visit).state is VisitState.DONE  # closed by his word, before any job
        assert paid(tianjin) == []
        for _ in range(2):
            say(client, scene, past_visit, guardian, **WITNESS)

    assert (first.status_code, again.headers["Idempotent-Replay"], other.status_code) == (201, "true", 409)
    assert paid(tianjin) == [(NOW - HOUR, NOW, 60)]
    assert fact(client, scene, past_visit)["standing"] == "accepted"
    records = tianjin.scalars(select(ServiceRecord.reason).order_by(ServiceRecord.recorded_at, ServiceRecord.id)).all()
    assert records == [None, "times_stated"]  # the second confirmation makes no third


def test_an_end_that_is_not_remembered_waits_for_a_person_whatever_the_client_says(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, head: Actor, tianjin: Session
):
    came(client, scene, past_visit)

    wrong = [
        state_end(client, scene, past_visit, ended_at=end, reason=reason)
        for end, reason in ((NOW, "not_remembered"), (None, "forgotten"))
    ]
    told = state_end(client, scene, past_visit, ended_at=None)
    say(client, scene, past_visit, guardian, **WITNESS)
    shown = fact(client, scene, past_visit)
    times = {"reason": "confirmed_by_phone", "ended_at": NOW.isoformat()}
    decided = decide(client, scene, past_visit, head, "agency", **times)

    assert [each.json["details"]["fields"]["ended_at"]["code"] for each in wrong] == [
        "null_only_when_not_remembered"
    ] * 2
    assert (told.status_code, told.json["ended_at"]) == (201, None)
    assert visit_of(tianjin, past_visit).state is VisitState.DONE
    assert [(each["speaker"], each["reason"], each["ended_at"]) for each in shown["statements"]] == [
        ("carer", "not_remembered", None),
        ("client", None, None),
    ]
    assert (shown["standing"], open_codes(shown)) == ("held", ["no_clock_out"])
    assert (decided.status_code, paid(tianjin)) == (201, [(NOW - HOUR, NOW, 60)])


def test_a_tap_stands_against_any_word_and_one_that_comes_late_takes_its_place(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    came(client, scene, past_visit)
    state_end(client, scene, past_visit, ended_at=NOW)
    say(client, scene, past_visit, guardian, **WITNESS)
    by_word = paid(tianjin)

    send(client, scene, past_visit, "out", a_tap(at=NOW - 3 * MINUTE), sent_at=NOW)
    tianjin.expire_all()
    by_tap = paid(tianjin)
    record = {"id": str(new_id()), "ended_at": NOW.isoformat(), "reason": "forgotten", "occurred_at": NOW.isoformat()}
    words = [
        {"kind": "stated_end", "visit_id": str(past_visit), "record": record},
        {"kind": "confirmation", "visit_id": str(past_visit), "record": a_reason()},
    ]
    synced = client.post(f"{API}/sync", json={"records": words}, headers=scene.headers(scene.carer))
    tianjin.expire_all()

    assert (by_word, by_tap) == ([(NOW - HOUR, NOW, 60)], [(NOW - HOUR, NOW - 3 * MINUTE, 57)])
    assert [each["status"] for each in synced.json["answers"]] == [201, 201]
    assert paid(tianjin) == by_tap


def test_a_denied_end_stays_held_and_one_that_lies_ahead_or_is_not_his_is_refused(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    came(client, scene, past_visit)

    ahead = state_end(client, scene, past_visit, ended_at=NOW + MINUTE)
    before = {"began_at": (NOW - 3 * HOUR).isoformat(), "ended_at": (NOW - HOUR).isoformat()}
    assert enter_paper(client, scene, past_visit, **before).json["code"] == "times_impossible"  # he came after that
    state_end(client, scene, past_visit, ended_at=NOW)
    say(client, scene, past_visit, guardian, times=False, service=True)

    assert (ahead.status_code, ahead.json["code"]) == (409, "times_impossible")
    shown = fact(client, scene, past_visit)
    assert open_codes(shown) == ["client_denies", "no_clock_out"]
    assert (shown["hold"]["step"], paid(tianjin)) == ("operator", [])
    assert state_end(client, scene, new_id(), ended_at=NOW).status_code == 404
    assert state_end(client, scene, past_visit, ended_at=NOW, reason="was_absent").status_code == 422


def test_a_forgotten_clock_out_blocks_no_next_check_in(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    following = a_visit(tianjin, scene, id=an_undrawn_id(scene.app), start=NOW)
    tianjin.commit()
    came(client, scene, past_visit)
    check(client, scene, following, some_checks())

    answer = send(client, scene, following, "in", a_tap(at=NOW))

    assert (answer.status_code, answer.json["exceptions"]) == (201, [])


def test_a_visit_from_paper_is_marked_for_ever_graded_low_and_looked_at_by_somebody_else(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, head: Actor, tianjin: Session
):
    check(client, scene, past_visit, some_checks())
    body = {"id": str(new_id()), "items": [an_item()]}

    first = enter_paper(client, scene, past_visit, **body)
    again = enter_paper(client, scene, past_visit, **body)
    entered = fact(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    confirmed = fact(client, scene, past_visit)
    himself = replace(head, account_id=scene.dispatcher.account_id)

    assert (first.status_code, again.headers["Idempotent-Replay"]) == (201, "true")
    assert (entered["grade"], entered["hold"]["step"], open_codes(entered)) == ("D", "operator", ["paper_entry"])
    assert (confirmed["grade"], confirmed["hold"]["step"]) == ("C", "agency")
    assert enter_paper(client, scene, past_visit, **body | {"reason": "other"}).status_code == 409
    assert decide(client, scene, past_visit, himself, "agency").json["code"] == "own_entry"
    assert decide(client, scene, past_visit, head, "agency").json["standing"] == "accepted"
    assert paid(tianjin) == [(NOW - HOUR, NOW, 60)]
    (record,) = tianjin.scalars(select(ServiceRecord))
    assert (record.reason, record.author_id) == ("paper_entry", scene.dispatcher.account_id)
    assert enter_paper(client, scene, past_visit).json["code"] == "visit_decided"


def test_taps_that_come_after_all_take_the_place_of_the_paper_and_it_stays_marked(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    enter_paper(client, scene, past_visit)

    done(client, scene, past_visit, minutes=57)
    confirm(client, scene, past_visit, guardian)

    shown = fact(client, scene, past_visit)
    assert (shown["grade"], open_codes(shown)) == ("B", ["paper_entry"])
    assert [minutes for _, _, minutes in paid(tianjin)] == [57]
    assert enter_paper(client, scene, past_visit).json["code"] == "times_known"


def test_what_may_not_be_entered_from_paper(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    himself = replace(scene.dispatcher, person_id=scene.carer_person_id)
    long_ago = a_visit(tianjin, scene, start=NOW - timedelta(days=32))
    called_off = a_visit(tianjin, scene, start=NOW + 3 * HOUR)
    tianjin.commit()
    cancel(client, scene, called_off)
    times = {
        "began_at": (NOW - timedelta(days=32)).isoformat(),
        "ended_at": (NOW - timedelta(days=32) + HOUR).isoformat(),
    }

    answers = {
        "own_fact": enter_paper(client, scene, past_visit, actor=himself),
        "permission_denied": enter_paper(client, scene, past_visit, actor=guardian),
        "paper_too_late": enter_paper(client, scene, long_ago, **times),
        "times_impossible": enter_paper(client, scene, past_visit, ended_at=(NOW + MINUTE).isoformat()),
        "illegal_transition": enter_paper(client, scene, called_off),
        "not_found": enter_paper(client, scene, new_id()),
        "fields_invalid": enter_paper(client, scene, past_visit, reason="was_absent"),
    }

    assert {code: answer.json["code"] for code, answer in answers.items()} == {code: code for code in answers}
    assert visit_of(tianjin, past_visit).state is VisitState.PLANNED
