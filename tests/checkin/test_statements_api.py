"""What client, carer and agency say of a visit, over HTTP."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.models import Evidence
from app.checkin.statement_models import VisitStatement
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from tests.checkin.factories import API, a_phone, come_and_go, confirm, done, fact, say
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene

ALL = {"times": True, "items": True, "service": True}


def codes(client: FlaskClient, scene: Scene, visit_id: UUID) -> list[str]:
    return sorted(each["code"] for each in fact(client, scene, visit_id)["exceptions"] if not each["ended_at"])


def test_statements_are_kept_once_shown_to_reviewers_and_a_witness_where_they_confirm(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    words = {"id": str(new_id()), "times": True, "service": True, "signature": "signed"}

    absent = say(client, scene, past_visit, guardian, reason="was_absent")
    before = fact(client, scene, past_visit)
    first = say(client, scene, past_visit, guardian, **words)
    again = say(client, scene, past_visit, guardian, **words)

    assert (absent.status_code, before["grade"], before["standing"]) == (201, "C", "held")
    assert (first.status_code, again.headers["Idempotent-Replay"], again.json) == (201, "true", first.json)
    assert say(client, scene, past_visit, guardian, **words | {"items": False}).status_code == 409
    shown = fact(client, scene, past_visit)
    assert (shown["grade"], shown["standing"], shown["exceptions"]) == ("B", "accepted", [])
    told = [(each["reason"], each["times"], each["signature"], each["holds"]) for each in shown["statements"]]
    assert told == [("was_absent", None, "none", None), (None, True, "signed", True)]
    assert fact(client, scene, past_visit, guardian)["statements"] is None
    assert tianjin.scalar(select(func.count()).select_from(Evidence)) == 1


@pytest.mark.parametrize(
    ("words", "found", "grade"),
    [
        ({"times": False}, ["client_denies"], "C"),
        (ALL | {"items": False}, ["items_denied"], "B"),
        ({"service": False, "times": False}, ["client_denies", "client_denies"], "C"),
    ],
)
def test_what_is_denied_waits_for_the_operator(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, words, found, grade
):
    done(client, scene, past_visit)

    assert say(client, scene, past_visit, guardian, **words).status_code == 201

    shown = fact(client, scene, past_visit)
    assert (codes(client, scene, past_visit), shown["grade"]) == (found, grade)
    assert shown["hold"]["step"] == "operator"


def test_a_confirmation_from_the_phone_of_the_visits_carer_is_no_witness_and_told(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    lent, once_lent, own = new_id(), new_id(), new_id()
    a_phone(tianjin, scene.carer.account_id, key=lent)
    a_phone(tianjin, scene.carer.account_id, key=once_lent, replaced_ago=2 * HOUR)  # before this visit
    phones = [a_phone(tianjin, guardian.account_id, key=key, replaced_ago=HOUR) for key in (lent, once_lent, own)]
    on_lent, on_once_lent, on_own = (replace(guardian, device_id=each) for each in phones)
    done(client, scene, past_visit)

    assert say(client, scene, past_visit, on_lent, **ALL).status_code == 201
    assert confirm(client, scene, past_visit, on_lent).status_code == 201
    doubted = fact(client, scene, past_visit)
    say(client, scene, past_visit, on_once_lent, **ALL)
    believed = fact(client, scene, past_visit)
    say(client, scene, past_visit, on_own, **ALL)

    assert (doubted["grade"], doubted["standing"]) == ("C", "held")
    told = [(each["code"], each["severity"]) for each in doubted["exceptions"]]
    assert told == [("confirmed_on_carers_phone", "acknowledge")] * 2
    assert (believed["grade"], believed["standing"]) == ("B", "accepted")
    assert codes(client, scene, past_visit) == ["confirmed_on_carers_phone"] * 2


def test_a_late_confirmation_is_kept_and_no_witness(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor
):
    done(client, scene, past_visit)

    with clock_at(NOW + timedelta(hours=72, seconds=1)):
        assert say(client, scene, past_visit, guardian, **ALL).status_code == 201
        late = fact(client, scene, past_visit)
    with clock_at(NOW + timedelta(hours=72)):
        say(client, scene, past_visit, guardian, **ALL)

    assert (late["grade"], [each["holds"] for each in late["statements"]]) == ("C", [None])
    assert fact(client, scene, past_visit)["grade"] == "B"


def test_a_carer_tells_why_nobody_confirms_and_nothing_more(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    come_and_go(client, scene, past_visit)

    answer = say(client, scene, past_visit, scene.carer, reason="cannot_sign")

    assert answer.status_code == 201
    assert confirm(client, scene, past_visit, scene.carer).json["code"] == "own_fact"
    assert say(client, scene, past_visit, scene.carer, times=True, reason="other").json["code"] == "own_fact"
    (row,) = tianjin.scalars(select(VisitStatement))
    assert (row.speaker, row.reason, row.holds) == ("carer", "cannot_sign", None)
    assert fact(client, scene, past_visit)["grade"] == "C"


def test_what_is_said_on_the_handed_over_phone_is_no_witness_and_a_denial_counts(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    words = ALL | {"id": str(new_id()), "signature": "signed", "handed_over": True}

    said = say(client, scene, past_visit, scene.carer, **words)
    again = say(client, scene, past_visit, scene.carer, **words)
    confirmed = fact(client, scene, past_visit)
    denied = say(client, scene, past_visit, scene.carer, service=False, handed_over=True)

    assert (said.status_code, again.headers["Idempotent-Replay"], denied.status_code) == (201, "true", 201)
    assert (confirmed["grade"], confirmed["standing"]) == ("C", "held")
    assert [each["code"] for each in confirmed["exceptions"]] == ["confirmed_on_carers_phone"]
    rows = tianjin.scalars(select(VisitStatement).order_by(VisitStatement.id))
    assert [(row.speaker, row.signature, row.holds) for row in rows] == [
        ("client", "signed", None),
        ("client", "none", False),
    ]
    assert "client_denies" in codes(client, scene, past_visit)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({}, "reason"),
        ({"holds": True, "handed_over": True}, "holds"),
        ({"signature": "signed"}, "reason"),
        ({"holds": True, "times": True}, "holds"),
        ({"holds": False, "reason": "was_absent"}, "holds"),
        ({"reason": "forgotten"}, "reason"),
        ({"times": "yes"}, "times"),
        ({"signature": "thumb", "times": True}, "signature"),
    ],
)
def test_a_confirmation_that_says_nothing_or_too_much_is_refused(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, words, field
):
    answer = client.post(
        f"{API}/visits/{past_visit}/confirmation",
        json={"id": str(new_id()), "occurred_at": NOW.isoformat()} | words,
        headers=scene.headers(guardian),
    )

    assert (answer.status_code, list(answer.json["details"]["fields"])) == (422, [field])
