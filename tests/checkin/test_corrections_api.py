"""Corrections over HTTP: asked for by the carer, granted or declined, and records that are locked and unlocked."""

from datetime import timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.models import PayableTime, ServiceRecord
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from tests.checkin.factories import (
    API,
    a_tap,
    an_item,
    an_undrawn_id,
    close_forgotten,
    confirm,
    decide,
    done,
    fact,
    log,
    send,
)
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene, a_scene, a_visit, an_actor

LOCKED = NOW + timedelta(days=61)


def ask(client: FlaskClient, scene: Scene, visit_id: UUID, actor: Actor | None = None, **changed):
    body = {
        "id": str(new_id()),
        "visit_id": str(visit_id),
        "kind": "times",
        "reason": "phone_failed",
        "ended_at": (NOW - HOUR / 3).isoformat(),
    }
    return client.post(f"{API}/correction-requests", json=body | changed, headers=scene.headers(actor or scene.carer))


def answer(client: FlaskClient, scene: Scene, asked: str, actor: Actor, step: str = "agency", **body):
    headers = scene.headers(actor) | {"Idempotency-Key": str(new_id())}
    body = body or {"granted": True, "resolution": "confirmed_by_family"}
    return client.post(f"{API}/correction-requests/{asked}/{step}-answer", json=body, headers=headers)


def unlock(client: FlaskClient, scene: Scene, path: str, actor: Actor, body: dict):
    headers = scene.headers(actor) | {"Idempotency-Key": str(new_id())}
    return client.post(f"{API}{path}", json=body, headers=headers)


def records(session: Session, visit_id: UUID) -> list[ServiceRecord]:
    session.expire_all()
    found = select(ServiceRecord).where(ServiceRecord.visit_id == visit_id).order_by(ServiceRecord.id)
    return list(session.scalars(found))


def holding(shown: dict) -> set[str]:
    return {each["code"] for each in shown["exceptions"] if each["ended_at"] is None}


def left_open(client: FlaskClient, scene: Scene, session: Session, app: Flask) -> UUID:
    """A visit whose carer's phone went flat before she left: closed by the system without an end."""
    visit_id = a_visit(session, scene, id=an_undrawn_id(app), start=NOW - 5 * HOUR)
    session.commit()
    log(client, scene, visit_id, an_item())
    with clock_at(NOW - 5 * HOUR):
        send(client, scene, visit_id, "in", a_tap(at=NOW - 5 * HOUR))
    close_forgotten(session, at=NOW)
    session.commit()
    return visit_id


def test_a_flat_phones_visit_is_corrected_beside_its_first_record_and_paid(
    client: FlaskClient, scene: Scene, head: Actor, guardian: Actor, app: Flask, tianjin: Session
):
    visit_id = left_open(client, scene, tianjin, app)
    with clock_at(NOW - 4 * HOUR):
        confirm(client, scene, visit_id, guardian)
    before = fact(client, scene, visit_id)
    first = records(tianjin, visit_id)

    asked = ask(client, scene, visit_id, ended_at=(NOW - 4 * HOUR).isoformat())
    again = ask(client, scene, visit_id, ended_at=(NOW - 4 * HOUR).isoformat())
    granted = answer(client, scene, asked.json["id"], head)

    assert (asked.status_code, asked.json["state"], asked.json["is_acceptable"]) == (201, "open", True)
    assert (again.status_code, again.json["code"]) == (409, "correction_open")
    assert (granted.status_code, granted.json["state"], granted.json["answered_by"]) == (
        201,
        "granted",
        str(head.account_id),
    )
    assert "no_clock_out" in holding(before)
    shown = fact(client, scene, visit_id)
    assert (shown["standing"], shown["grade"], holding(shown)) == ("accepted", "B", {"hand_entry", "checks_missing"})
    corrected = records(tianjin, visit_id)
    assert [each.id for each in corrected[:-1]] == [each.id for each in first]
    assert (corrected[-1].supersedes_id, corrected[-1].author_id) == (first[-1].id, head.account_id)
    assert (corrected[-1].reason, corrected[-1].resolution) == ("phone_failed", "confirmed_by_family")
    assert corrected[-1].ended_at == NOW - 4 * HOUR
    paid = tianjin.scalars(select(PayableTime).where(PayableTime.visit_id == visit_id)).one()
    assert (paid.record_id, paid.minutes) == (corrected[-1].id, 60)


def test_a_resend_changes_nothing_and_only_one_answer_counts(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, operator: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    body = {"id": str(new_id())}
    first, again = (ask(client, scene, past_visit, **body) for _ in range(2))
    other = ask(client, scene, past_visit, **body, reason="forgot")

    declined = answer(client, scene, body["id"], head, granted=False, decline_reason="not_proven")
    later = answer(client, scene, body["id"], operator, "operator")

    listed = client.get(f"{API}/correction-requests?state=declined", headers=scene.headers(scene.carer)).json
    assert (first.status_code, again.json, again.headers["Idempotent-Replay"]) == (201, first.json, "true")
    assert (other.status_code, other.json["code"]) == (409, "event_reused")
    assert (declined.status_code, declined.json["decline_reason"]) == (201, "not_proven")
    assert (later.status_code, later.json["code"]) == (409, "correction_answered")
    assert listed["items"] == [declined.json]  # the carer sees the answer
    assert len(records(tianjin, past_visit)) == 1
    assert "hand_entry" not in holding(fact(client, scene, past_visit))


def test_what_somebody_could_have_helped_waits_for_the_operator_and_what_was_paid_is_not_paid_meanwhile(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, guardian: Actor, tianjin: Session
):
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    was_paid = fact(client, scene, past_visit)["standing"]

    asked = ask(client, scene, past_visit, reason="forgot")
    answer(client, scene, asked.json["id"], head)

    shown = fact(client, scene, past_visit)
    assert was_paid == "accepted"
    assert (shown["standing"], shown["hold"]["step"]) == ("held", "operator")
    assert holding(shown) >= {"hand_entry_in_doubt"}
    assert tianjin.scalar(select(PayableTime.visit_id).where(PayableTime.visit_id == past_visit)) is None


def test_items_told_by_hand_count_and_a_visit_that_is_not_payable_has_no_minutes(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, app: Flask, tianjin: Session
):
    done(client, scene, past_visit)
    undone = an_item("bath", "not_done", reason="no_hot_water", occurred_at=(NOW - 2 * HOUR).isoformat())
    items = {"kind": "items", "ended_at": None, "items": [undone], "reason": "schedule_changed"}

    answer(client, scene, ask(client, scene, past_visit, **items).json["id"], head)
    told = holding(fact(client, scene, past_visit))
    items["items"] = [an_item()]
    asked = ask(client, scene, past_visit, **items).json["id"]
    answer(client, scene, asked, head, granted=True, resolution="not_payable")

    assert told == {"hand_entry", "item_missing"}
    assert records(tianjin, past_visit)[-1].minutes == 0
    assert fact(client, scene, past_visit)["hold"]["step"] == "operator"


def test_a_locked_record_is_corrected_once_the_operator_unlocked_it_and_no_longer_than_that(
    client: FlaskClient, scene: Scene, past_visit: UUID, head: Actor, operator: Actor
):
    done(client, scene, past_visit)
    early = unlock(client, scene, f"/visits/{past_visit}/unlock-requests", head, {"reason": "disaster"})
    with clock_at(LOCKED):
        asked = ask(client, scene, past_visit).json["id"]  # a carer may ask at any time
        locked = answer(client, scene, asked, head)
        stated = decide(client, scene, past_visit, head, "agency")  # deciding is no correcting
        wanted = unlock(client, scene, f"/visits/{past_visit}/unlock-requests", head, {"reason": "disaster"})
        twice = unlock(client, scene, f"/visits/{past_visit}/unlock-requests", head, {"reason": "disaster"})
        path = f"/unlock-requests/{wanted.json['id']}/answer"
        too_long = unlock(client, scene, path, operator, {"unlocked_until": "2027-12-31"})
        given = unlock(client, scene, path, operator, {"unlocked_until": "2027-01-21"})
        late = unlock(client, scene, path, operator, {"unlocked_until": None})
    with clock_at(LOCKED + timedelta(days=2)):
        over = answer(client, scene, asked, head)
    with clock_at(LOCKED + timedelta(days=1)):
        in_time = answer(client, scene, asked, head)
        listed = client.get(f"{API}/unlock-requests", headers=scene.headers(operator)).json["items"]

    assert (early.status_code, early.json["code"]) == (409, "not_locked")
    assert (locked.status_code, locked.json["code"]) == (409, "edit_locked")
    assert stated.status_code == 201
    assert (wanted.status_code, twice.json["code"]) == (201, "unlock_open")
    assert (too_long.status_code, too_long.json["code"]) == (422, "unlock_day_wrong")
    assert (given.status_code, given.json["unlocked_until"]) == (201, "2027-01-21")
    assert (late.status_code, late.json["code"]) == (409, "unlock_answered")
    assert (over.status_code, over.json["code"]) == (409, "edit_locked")
    assert in_time.status_code == 201
    assert listed == [given.json]


def test_the_operator_grants_after_the_lock_but_nobody_corrects_what_was_refused(
    client: FlaskClient, scene: Scene, past_visit: UUID, operator: Actor, head: Actor
):
    done(client, scene, past_visit)
    with clock_at(LOCKED):
        asked = ask(client, scene, past_visit).json["id"]
        decide(client, scene, past_visit, head, "agency", "refused", reason="care_not_given")
        refused = answer(client, scene, asked, operator, "operator")

    assert (refused.status_code, refused.json["code"]) == (409, "visit_refused")


def test_a_lacking_time_is_not_stated_by_the_agency_after_the_lock(
    client: FlaskClient, scene: Scene, head: Actor, app: Flask, tianjin: Session
):
    visit_id = left_open(client, scene, tianjin, app)
    ended_at = {"ended_at": (NOW - 4 * HOUR).isoformat()}

    with clock_at(LOCKED):
        late = decide(client, scene, visit_id, head, "agency", **ended_at)
    in_time = decide(client, scene, visit_id, head, "agency", **ended_at)

    assert (late.status_code, late.json["code"]) == (409, "edit_locked")
    assert in_time.status_code == 201
    assert "hand_entry" in holding(in_time.json)


def test_nobody_asks_or_answers_about_anothers_visits(
    client: FlaskClient, scene: Scene, past_visit: UUID, visit_id: UUID, app: Flask, tianjin: Session
):
    other = a_scene(tianjin, app)
    stranger = an_actor(tianjin, Role.AGENCY_HEAD, ScopeKind.AGENCY, key=str(other.agency_id))
    tianjin.commit()
    done(client, scene, past_visit)
    asked = ask(client, scene, past_visit).json["id"]

    assert ask(client, other, past_visit).status_code == 404
    assert answer(client, other, asked, stranger).status_code == 404
    assert client.get(f"{API}/correction-requests", headers=other.headers(stranger)).json["items"] == []
    assert ask(client, scene, visit_id).json["code"] == "record_missing"
    assert ask(client, scene, past_visit, kind="items", ended_at=None).status_code == 422
    assert ask(client, scene, past_visit, reason="other").status_code == 422
    assert ask(client, scene, past_visit, ended_at=None).status_code == 422
