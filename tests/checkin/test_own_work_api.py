"""A carer sees where his work stands, contests a refusal, and somebody else decides."""

from datetime import timedelta
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.models import PayableTime
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from tests.checkin.factories import API, decide, done, escalate
from tests.checkin.terms import a_policy
from tests.fixed_clock import clock_at
from tests.schedules.factories import NOW, Scene, an_actor

SPAN = "day_from=2026-11-20&day_to=2026-11-20"


def own_work(client: FlaskClient, scene: Scene) -> dict:
    answer = client.get(f"{API}/own-work?{SPAN}", headers=scene.headers(scene.carer))
    assert answer.status_code == 200, answer.json
    [item] = answer.json["items"]
    return item


def hours(client: FlaskClient, scene: Scene, by: str = "week") -> dict:
    answer = client.get(f"{API}/own-hours?{SPAN}&by={by}", headers=scene.headers(scene.carer))
    assert answer.status_code == 200, answer.json
    [item] = answer.json["items"]
    return item


def contest(client: FlaskClient, scene: Scene, fact_id: UUID, **changed: object):
    body = {"id": str(new_id()), "note": "我在，门口信号差"} | changed
    return client.post(f"{API}/facts/{fact_id}/appeal", json=body, headers=scene.headers(scene.carer))


def test_a_refusal_is_shown_with_its_reason_and_contested_once_and_decided_by_somebody_else(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, operator: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    waiting, early = own_work(client, scene), contest(client, scene, past_visit)
    decide(client, scene, past_visit, head, "agency", "refused", reason="proof_lacking")
    refused, refused_hours = own_work(client, scene), hours(client, scene)
    body = {"id": str(new_id())}

    first, again = (contest(client, scene, past_visit, **body) for _ in range(2))
    other_words = contest(client, scene, past_visit, **body, note="不同的话")
    second = contest(client, scene, past_visit)
    held = own_work(client, scene)
    won = decide(client, scene, past_visit, operator, "operator")

    assert (waiting["fact"]["standing"], waiting["appeal_until"]) == ("held", None)
    assert (early.status_code, early.json["code"]) == (409, "not_refused")
    last_day = NOW.date() + a_policy().grading.appeal_deadline
    assert (refused["fact"]["standing"], refused["appeal_until"]) == ("refused", last_day.isoformat())
    assert refused["fact"]["reviews"][-1]["reason"] == "proof_lacking"
    assert (refused["service_on"], refused["minutes"], refused["accepted_minutes"]) == ("2026-11-20", 60, None)
    assert (first.status_code, first.json["standing"], first.json["hold"]["step"]) == (201, "held", "operator")
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert [(each.status_code, each.json["code"]) for each in (other_words, second)] == [
        (409, "event_reused"),
        (409, "appealed_before"),
    ]
    assert (held["appeal_until"], held["fact"]["reviews"][-1]["note"]) == (None, "我在，门口信号差")
    assert won.json["standing"] == "accepted"
    assert [refused_hours[each] for each in ("planned_minutes", "recorded_minutes", "refused_minutes")] == [60] * 3
    month = hours(client, scene, "month")
    assert (month["first"], month["accepted_minutes"], month["refused_minutes"]) == ("2026-11-01", 60, 0)
    assert tianjin.scalar(select(func.count()).select_from(PayableTime)) == 1
    told = client.get(f"{API}/messages", headers=scene.headers(scene.carer)).json["items"]
    assert sorted((each["kind"], each["subject_id"]) for each in told) == [
        ("work_accepted", str(past_visit)),
        ("work_refused", str(past_visit)),
    ]
    assert {each["text"] for each in told} >= {"有一次没通过，可申诉"}


def test_who_refused_does_not_decide_about_the_appeal_and_another_carer_finds_nothing(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, operator: Actor, tianjin: Session
):
    stranger = an_actor(tianjin, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=new_id())
    tianjin.commit()
    done(client, scene, past_visit)
    with clock_at(NOW + timedelta(days=30)):  # the agency let its days pass
        escalate(tianjin, at=NOW + timedelta(days=30))
        tianjin.commit()
        decide(client, scene, past_visit, operator, "operator", "refused")
        nobodys = client.post(
            f"{API}/facts/{past_visit}/appeal", json={"id": str(new_id()), "note": "-"}, headers=scene.headers(stranger)
        )

        appealed = contest(client, scene, past_visit)
        his_own = decide(client, scene, past_visit, operator, "operator", "refused")

    assert (nobodys.status_code, appealed.status_code) == (404, 201)
    assert (his_own.status_code, his_own.json["code"]) == (409, "refused_by_same_person")
    assert own_work(client, scene)["fact"]["standing"] == "held"
