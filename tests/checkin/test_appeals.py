"""What was refused is looked at again: in time, by another person, and paid once."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.models import PayableCareDay, PayableTime
from app.checkin.queries.care_days import list_day_facts
from app.checkin.service.care_days import log_care_day
from app.checkin.types import DayStanding
from app.kernel.audit import AuditEntry
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from tests.checkin.factories import an_undrawn_id, confirm, decide, done, fact, reopen
from tests.checkin.family_rows import DAY, EVENING, a_day, a_family, both_taps
from tests.checkin.terms import a_policy
from tests.fixed_clock import clock_at
from tests.schedules.factories import Scene, an_actor

ONE_DAY = timedelta(days=1)
LATE = datetime.fromisoformat("2026-11-20T23:59:00+08:00")  # the last minute of a local day


@pytest.fixture
def other(tianjin: Session) -> Actor:
    made = an_actor(tianjin, Role.OPERATOR_REVIEWER, ScopeKind.FUND)
    tianjin.commit()
    return made


@pytest.fixture
def refused(client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor) -> UUID:
    """A visit that its agency refused in the last minute of 20 November."""
    done(client, scene, past_visit)
    with clock_at(LATE):
        assert decide(client, scene, past_visit, head, "agency", "refused").status_code == 201
    return past_visit


def paid(session: Session, model: type) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_refused_visit_is_reopened_and_accepted_and_paid_once(
    client: FlaskClient, scene: Scene, refused: UUID, operator: Actor, tianjin: Session
):
    same = {"id": str(new_id())}

    first, again = (reopen(client, scene, refused, operator, **same) for _ in range(2))
    unpaid = paid(tianjin, PayableTime)
    answers = [decide(client, scene, refused, operator, "operator") for _ in range(2)]

    assert (first.status_code, first.json["standing"], first.json["hold"]["step"]) == (201, "held", "operator")
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert [answer.status_code for answer in answers] == [201, 409]
    assert (unpaid, paid(tianjin, PayableTime)) == (0, 1)
    assert [each["decision"] for each in answers[0].json["reviews"]] == ["refused", "reopened", "accepted"]
    assert tianjin.scalar(select(func.count()).where(AuditEntry.action == "fact.reopened")) == 1


@pytest.mark.parametrize(("late", "status", "code"), [(0, 201, None), (60, 409, "appeal_over")])
def test_the_last_local_day_of_an_appeal_is_included(
    client: FlaskClient, scene: Scene, refused: UUID, operator: Actor, late: int, status: int, code: str | None
):
    with clock_at(LATE + a_policy().grading.appeal_deadline + timedelta(seconds=late)):
        answer = reopen(client, scene, refused, operator)

    assert (answer.status_code, answer.json.get("code")) == (status, code)


def test_who_refused_neither_reopens_nor_decides_again(
    client: FlaskClient, scene: Scene, refused: UUID, operator: Actor, other: Actor, tianjin: Session
):
    reopen(client, scene, refused, operator)
    no = {"id": str(new_id())}
    refusal = decide(client, scene, refused, operator, "operator", "refused", **no)
    resent = decide(client, scene, refused, operator, "operator", "refused", **no)
    his_own = reopen(client, scene, refused, operator)
    assert reopen(client, scene, refused, other).status_code == 201
    before = fact(client, scene, refused)

    answers = [decide(client, scene, refused, operator, "operator", each) for each in ("accepted", "refused")]

    assert (refusal.json["standing"], resent.headers["Idempotent-Replay"]) == ("refused", "true")
    assert [(each.status_code, each.json["code"]) for each in (his_own, *answers)] == [
        (409, "refused_by_same_person")
    ] * 3
    assert (fact(client, scene, refused), paid(tianjin, PayableTime)) == (before, 0)
    assert decide(client, scene, refused, other, "operator").json["standing"] == "accepted"
    assert reopen(client, scene, refused, operator).json["code"] == "refused_by_same_person"
    assert paid(tianjin, PayableTime) == 1


def test_a_refused_visit_is_reopened_only_within_the_scope_and_by_the_operator(
    client: FlaskClient, scene: Scene, refused: UUID, head: Actor, tianjin: Session
):
    elsewhere = an_actor(tianjin, Role.OPERATOR_REVIEWER, ScopeKind.DISTRICT, key="120102")
    tianjin.commit()

    answers = [reopen(client, scene, refused, each) for each in (head, elsewhere)]

    assert [each.status_code for each in answers] == [403, 404]
    assert fact(client, scene, refused)["standing"] == "refused"


def test_what_was_refused_stays_so_whatever_the_client_says_and_when_reopened_waits_for_a_person(
    client: FlaskClient, scene: Scene, refused: UUID, operator: Actor, guardian: Actor
):
    confirm(client, scene, refused, guardian)
    before = fact(client, scene, refused)["standing"]
    reopen(client, scene, refused, operator)

    confirm(client, scene, refused, guardian)

    assert (before, fact(client, scene, refused)["standing"]) == ("refused", "held")


def test_a_refused_care_day_is_paid_on_appeal_but_not_beside_another_of_that_day(
    client: FlaskClient, scene: Scene, operator: Actor, other: Actor, tianjin: Session
):
    family = a_family(tianjin)
    first, second = (a_day(family, id=an_undrawn_id(scene.app), **both_taps(tianjin, family)) for _ in range(2))
    for command in (first, second):
        log_care_day(tianjin, command=command, actor=family.actor, at=EVENING)
    tianjin.commit()

    def standings() -> list[DayStanding]:
        found = list_day_facts(tianjin, client_ids=[family.client_id], first=DAY, beyond=DAY + ONE_DAY)
        of_id = {each.care_day_id: each.standing for each in found}
        return [of_id[first.id], of_id[second.id]]

    reopen(client, scene, first.id, operator)
    decide(client, scene, first.id, operator, "operator", "refused")
    refused = standings()
    reopen(client, scene, second.id, operator)
    decide(client, scene, second.id, operator, "operator")

    reopen(client, scene, first.id, other)
    waiting = standings()
    answer = decide(client, scene, first.id, other, "operator")

    assert refused == [DayStanding.REFUSED, DayStanding.SECOND]
    assert waiting == [DayStanding.IN_REVIEW, DayStanding.PAYABLE]
    assert answer.status_code == 201
    assert standings() == [DayStanding.SECOND, DayStanding.PAYABLE]
    assert tianjin.scalars(select(PayableCareDay.care_day_id)).all() == [second.id]
