"""Records of all kinds in one request: each has its own answer, a broken one takes nothing with it, twice is once."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.models import CareDay, ClockEvent, Evidence, ItemDone, ServiceRecord
from app.checkin.service import records as records_service
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role
from tests.checkin.factories import API, a_fix, a_tap, an_item, fact, some_checks
from tests.checkin.family_rows import a_family
from tests.fixed_clock import clock_at
from tests.schedules.factories import HOUR, NOW, Scene, a_visit
from tests.tokens import make_account

Json = dict[str, Any]
LATER = NOW + timedelta(minutes=5)  # the phone is online again


def of_visit(visit_id: UUID, kind: str, record: Json) -> Json:
    return {"kind": kind, "visit_id": str(visit_id), "record": record}


def a_visit_s_records(visit_id: UUID) -> list[Json]:
    """Checks, in, two items, out, as they happened in the hour before now."""
    with clock_at(NOW - HOUR):
        checks = some_checks()
    return [
        of_visit(visit_id, "checks", checks),
        of_visit(visit_id, "clock_in", a_tap(at=NOW - HOUR)),
        of_visit(visit_id, "item", an_item()),
        of_visit(visit_id, "item", an_item("nails")),
        of_visit(visit_id, "clock_out", a_tap(at=NOW)),
    ]


def sync(client: FlaskClient, scene: Scene, records: Sequence[Any], actor: Actor | None = None) -> Any:
    with clock_at(LATER):
        headers = scene.headers(actor or scene.carer) | {"Phone-Sent-At": clock.now().isoformat()}
        return client.post(f"{API}/sync", json={"records": list(records)}, headers=headers)


def statuses(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.get_json()
    return [each["status"] for each in answer.get_json()["answers"]]


def count(session: Session, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("order", [list, lambda records: records[::-1], lambda records: records[2:] + records[:2]])
def test_a_visit_comes_whole_in_any_order(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, order: Callable[[list[Json]], list[Json]]
):
    sent = order(a_visit_s_records(past_visit))

    answer = sync(client, scene, sent)

    assert statuses(answer) == [201] * 5
    assert [each["id"] for each in answer.get_json()["answers"]] == [each["record"]["id"] for each in sent]
    assert (count(tianjin, ClockEvent), count(tianjin, ItemDone), count(tianjin, ServiceRecord)) == (2, 2, 1)
    assert tianjin.scalars(select(ServiceRecord.minutes)).one() == 60
    assert {each["code"] for each in fact(client, scene, past_visit)["exceptions"]} == {"late_sync"}


def test_sent_again_nothing_changes_and_every_answer_is_the_same(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    sent = a_visit_s_records(past_visit)
    first = sync(client, scene, sent[:3])

    again, more = sync(client, scene, sent[:3]), sync(client, scene, sent)

    assert again.get_json() == first.get_json()
    assert "Idempotent-Replay" not in again.headers
    assert statuses(more) == [201] * 5
    assert (count(tianjin, ClockEvent), count(tianjin, ItemDone), count(tianjin, ServiceRecord)) == (2, 2, 1)


def stored_exceptions(client: FlaskClient, scene: Scene, visit_id: UUID) -> set[str]:
    return {each["code"] for each in fact(client, scene, visit_id)["exceptions"] if not each["ended_at"]}


@pytest.mark.parametrize("more", [[], ["the same"], ["another"]], ids=["alone", "with its clock-out", "with another"])
def test_items_that_come_after_their_visit_was_settled_are_judged_whatever_comes_with_them(
    client: FlaskClient, scene: Scene, past_visit: UUID, more: list[str]
):
    sent = a_visit_s_records(past_visit)
    sync(client, scene, [*sent[:2], sent[4]])
    before = stored_exceptions(client, scene, past_visit)
    outs = {"the same": sent[4], "another": of_visit(past_visit, "clock_out", a_tap(at=NOW))}

    extra = of_visit(past_visit, "item", an_item("walk", consented=True))
    answer = sync(client, scene, [*(outs[name] for name in more), *sent[2:4], extra])

    assert set(statuses(answer)) == {201}
    after = stored_exceptions(client, scene, past_visit) - {"repeated_event"}
    assert (before, after) == ({"late_sync", "item_missing"}, {"late_sync", "item_not_in_plan"})


def test_what_is_told_of_a_record_is_what_a_request_of_its_own_is_told(
    client: FlaskClient, scene: Scene, past_visit: UUID
):
    tap = a_tap(at=NOW - HOUR, fix=a_fix(metres_away=2300))
    by_itself = client.post(
        f"{API}/visits/{past_visit}/clock-in",
        json=tap,
        headers=scene.headers(scene.carer) | {"Phone-Sent-At": NOW.isoformat()},
    ).get_json()

    sent = [of_visit(past_visit, "clock_in", tap), of_visit(past_visit, "item", an_item())]
    told, item = sync(client, scene, sent).get_json()["answers"]

    assert told["exceptions"] == by_itself["exceptions"] == ["late_sync", "outside_fence"]
    assert (told["verdict"], told["distance_m"]) == (by_itself["verdict"], by_itself["distance_m"])
    assert (told["verdict"], told["distance_m"] // 100) == ("outside", 23)
    assert (item["verdict"], item["distance_m"]) == (None, None)
    assert (told["code"], told["message"], told["details"]) == (None, None, {})


def broken_records(visit_id: UUID) -> dict[str, tuple[Any, int, str | None]]:
    """Records that are refused, each with its status and code."""
    tap = a_tap(at=NOW)
    return {
        "no object": (17, 422, "fields_invalid"),
        "no kind": ({"record": tap}, 422, "fields_invalid"),
        "other kind": (of_visit(visit_id, "payout", tap), 422, "fields_invalid"),
        "no visit": ({"kind": "clock_in", "record": tap}, 422, "fields_invalid"),
        "a visit too many": (of_visit(visit_id, "help_call", tap), 422, "fields_invalid"),
        "no time": (of_visit(visit_id, "clock_in", {"id": str(new_id()), "fix": None}), 422, "fields_invalid"),
        "nobody's visit": (of_visit(new_id(), "item", an_item()), 404, "not_found"),
        "not his to say": (
            of_visit(visit_id, "confirmation", {"id": str(new_id()), "holds": True, "occurred_at": NOW.isoformat()}),
            403,
            "own_fact",
        ),
        "no family carer's": (
            {
                "kind": "care_day",
                "record": {
                    "id": str(new_id()),
                    "client_id": str(new_id()),
                    "day": "2026-11-20",
                    "occurred_at": NOW.isoformat(),
                },
            },
            403,
            "permission_denied",
        ),
    }


@pytest.mark.parametrize("name", broken_records(new_id()))
def test_a_broken_record_takes_nothing_with_it(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, name: str
):
    broken, status, code = broken_records(past_visit)[name]

    answer = sync(client, scene, [*a_visit_s_records(past_visit), broken])

    assert statuses(answer) == [201] * 5 + [status]
    last = answer.get_json()["answers"][-1]
    assert (last["code"], bool(last["message"])) == (code, True)
    assert (count(tianjin, ClockEvent), count(tianjin, ItemDone), count(tianjin, ServiceRecord)) == (2, 2, 1)


def test_an_id_with_other_content_is_refused_and_the_rest_of_its_visit_is_stored(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    sent = a_visit_s_records(past_visit)
    sync(client, scene, sent[2:3])
    other = of_visit(past_visit, "item", sent[2]["record"] | {"item_code": "walk"})

    answer = sync(client, scene, [*sent[:2], other, *sent[3:]])

    assert statuses(answer) == [201, 201, 409, 201, 201]
    assert answer.get_json()["answers"][2]["code"] == "event_reused"
    assert sorted(tianjin.scalars(select(ItemDone.item_code))) == ["bath", "nails"]
    assert count(tianjin, ServiceRecord) == 1


def test_a_failure_of_ours_takes_its_record_alone_and_it_can_be_sent_again(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session, monkeypatch: pytest.MonkeyPatch
):
    sent = a_visit_s_records(past_visit)

    def fails(_: Session, items: Sequence[Any], **__: Any) -> list[Any]:
        if items:
            raise RuntimeError
        return []

    with monkeypatch.context() as patched:
        patched.setattr(records_service, "_store_items", fails)
        first = sync(client, scene, sent)
    second = sync(client, scene, sent)

    assert statuses(first) == [201, 201, 500, 500, 201]
    assert first.get_json()["answers"][2]["code"] == "internal_error"
    assert statuses(second) == [201] * 5
    assert (count(tianjin, ClockEvent), count(tianjin, ItemDone), count(tianjin, ServiceRecord)) == (2, 2, 1)


def test_an_id_given_twice_in_one_request_is_stored_once_and_other_content_is_refused(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    other_visit = a_visit(tianjin, scene, start=NOW + 3 * HOUR)
    tianjin.commit()
    sent = a_visit_s_records(past_visit)
    bath = sent[2]["record"]

    answer = sync(
        client,
        scene,
        [
            *sent,
            of_visit(past_visit, "item", bath),
            of_visit(past_visit, "item", bath | {"item_code": "nails"}),
            of_visit(other_visit, "item", bath),
        ],
    )

    assert statuses(answer) == [201, 201, 201, 201, 201, 201, 409, 409]
    assert sorted(tianjin.scalars(select(ItemDone.item_code))) == ["bath", "nails"]
    assert set(tianjin.scalars(select(ItemDone.visit_id))) == {past_visit}


def test_contradictory_records_are_stored(client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session):
    """Two visits at one time: whoever accepts them decides."""
    other = a_visit(tianjin, scene, start=NOW + 3 * HOUR)
    tianjin.commit()
    sent = [
        *a_visit_s_records(past_visit),
        of_visit(other, "clock_in", a_tap(at=NOW - HOUR / 2)),
        of_visit(other, "clock_out", a_tap(at=NOW + HOUR / 60)),
    ]

    assert statuses(sync(client, scene, sent)) == [201] * 7
    first, second = tianjin.scalars(select(ServiceRecord).order_by(ServiceRecord.began_at))
    assert first.ended_at is not None
    assert second.began_at is not None
    assert first.ended_at > second.began_at
    assert {fact(client, scene, each)["standing"] for each in (past_visit, other)} == {"held"}


def test_a_guardian_s_word_and_a_family_s_days_come_the_same_way(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session, app: Flask
):
    family = a_family(tianjin)
    carer = make_account(tianjin, role=Role.FAMILY_CARER, person_id=family.actor.person_id)
    tianjin.commit()
    sync(client, scene, a_visit_s_records(past_visit))
    word = {"id": str(new_id()), "holds": True, "occurred_at": NOW.isoformat()}
    tap = a_tap(at=NOW) | {"kind": "in", "client_id": str(family.client_id)}
    day = {"id": str(new_id()), "client_id": str(family.client_id), "day": "2026-11-20", "in_event_id": tap["id"]}

    of_guardian = sync(client, scene, [of_visit(past_visit, "confirmation", word)], guardian)
    of_family = sync(
        client,
        scene,
        [
            {"kind": "care_day", "record": day | {"occurred_at": NOW.isoformat()}},
            {"kind": "clock_event", "record": tap},
            {"kind": "help_call", "record": {"id": str(new_id()), "occurred_at": NOW.isoformat()}},
        ],
        carer,
    )

    assert (statuses(of_guardian), statuses(of_family)) == ([201], [201, 201, 201])
    assert (count(tianjin, Evidence), count(tianjin, CareDay)) == (1, 1)


@pytest.mark.parametrize("records", [[], [{}] * 501, {}, None])
def test_no_records_too_many_and_no_list_are_refused_whole(client: FlaskClient, scene: Scene, records: Any):
    answer = client.post(f"{API}/sync", json={"records": records}, headers=scene.headers(scene.carer))

    assert (answer.status_code, list(answer.get_json()["details"]["fields"])) == (422, ["records"])
