"""A carer adds words to what is looked into: kept once, read by who decides and by himself, until it is decided."""

from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.remark_models import Remark, RemarkNote
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role
from tests.checkin.factories import API, a_tap, decide, done, fact, send
from tests.checkin.family_rows import a_family
from tests.schedules.factories import HOUR, NOW, Scene, a_scene
from tests.tokens import make_account

WORDS = "屋里没有信号，王阿姨的女儿在家。"


def words(fact_id: UUID | str, **changed: object) -> dict[str, Any]:
    told = {"id": str(new_id()), "fact_id": str(fact_id), "text": WORDS, "occurred_at": NOW.isoformat()}
    return told | changed


def tell(client: FlaskClient, scene: Scene, remark: dict[str, Any], actor: Actor | None = None):
    return client.post(f"{API}/remarks", json=remark, headers=scene.headers(actor or scene.carer))


def own_work(client: FlaskClient, scene: Scene, actor: Actor) -> list[dict[str, Any]]:
    span = "day_from=2026-11-20&day_to=2026-11-20"
    return client.get(f"{API}/own-work?{span}", headers=scene.headers(actor)).json["items"]


def said(remarks: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(each["kind"], each["text"]) for each in remarks]


def test_words_are_kept_once_and_read_by_who_decides_and_by_the_carer_alone(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session, app: Flask
):
    other = a_scene(tianjin, app)
    tianjin.commit()
    send(client, scene, past_visit, "in", a_tap(at=NOW - HOUR))
    remark, second = words(past_visit), words(past_visit, kind="cannot_supply", text="家属的电话打不通。")

    early = tell(client, scene, remark)  # nobody has judged the visit yet
    done(client, scene, past_visit)
    again, reused = tell(client, scene, remark), tell(client, scene, remark | {"text": "别的话"})
    later, strange = tell(client, scene, second), tell(client, scene, words(past_visit), other.carer)
    long = tell(client, scene, words(past_visit, text="长" * 501))

    kept = [("explanation", WORDS), ("cannot_supply", "家属的电话打不通。")]
    assert [each.status_code for each in (early, again, reused, later, strange, long)] == [201, 201, 409, 201, 404, 422]
    assert (again.headers["Idempotent-Replay"], again.json) == ("true", early.json)
    assert said(fact(client, scene, past_visit)["remarks"]) == kept
    [work] = own_work(client, scene, scene.carer)
    assert (work["fact"]["standing"], said(work["remarks"])) == ("held", kept)
    assert fact(client, scene, past_visit, guardian)["remarks"] is None
    sealed = tianjin.scalars(select(RemarkNote.text_enc)).all()
    assert len(sealed) == 2
    assert not any("信号".encode() in each for each in sealed)


def test_what_is_decided_takes_no_words_but_a_resend_and_takes_them_again_when_it_waits_again(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    before = words(past_visit)
    tell(client, scene, before)
    decide(client, scene, past_visit, head, "agency", "refused", reason="proof_lacking")

    late, resent = tell(client, scene, words(past_visit)), tell(client, scene, before)
    appeal = {"id": str(new_id()), "note": "我在。"}
    client.post(f"{API}/facts/{past_visit}/appeal", json=appeal, headers=scene.headers(scene.carer))
    waiting = tell(client, scene, words(past_visit))

    assert (late.status_code, late.json["code"]) == (409, "decided_already")
    assert [each.status_code for each in (resent, waiting)] == [201, 201]
    assert len(tianjin.scalars(select(Remark.id)).all()) == 2


def test_a_family_carers_words_on_his_day_come_with_it(client: FlaskClient, scene: Scene, tianjin: Session):
    family = a_family(tianjin, client_id=scene.client_id)
    carer = make_account(tianjin, role=Role.FAMILY_CARER, person_id=family.actor.person_id)
    tianjin.commit()
    day = {"id": str(new_id()), "client_id": str(scene.client_id), "day": "2026-11-20", "items": []}
    day["occurred_at"] = NOW.isoformat()

    sent = [{"kind": "care_day", "record": day}, {"kind": "remark", "record": words(day["id"])}]
    answers = client.post(f"{API}/sync", json={"records": sent}, headers=scene.headers(carer)).json["answers"]

    assert [each["status"] for each in answers] == [201, 201]
    assert [said(each["remarks"]) for each in own_work(client, scene, carer)] == [[("explanation", WORDS)]]
