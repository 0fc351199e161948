"""The agency gives six digits, and the carer enters them on the new phone: as good as the agency's own word."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.device_codes import CODE_LIFE, MOST_TRIES, Try
from app.accounts.models import Device, DeviceCode
from app.accounts.service.device_codes import count_try
from app.accounts.types import DeviceDoubt
from app.kernel.audit import AuditEntry
from app.kernel.permissions import Actor, Role, ScopeKind
from tests.checkin.factories import API, confirm, done, fact
from tests.checkin.test_devices_api import NEW, OLD, on_phone
from tests.checkin.test_taps_race import in_region, wait_for_lock
from tests.conftest import Clone
from tests.fixed_clock import clock_at
from tests.schedules.factories import NOW, Scene, a_carer, a_scene, an_actor


def ask(client: FlaskClient, scene: Scene, device_id: UUID | None, actor: Actor | None = None) -> Any:
    return client.post(f"{API}/devices/{device_id}/code", headers=scene.headers(actor or scene.dispatcher))


def enter(client: FlaskClient, scene: Scene, digits: str, actor: Actor | None = None) -> Any:
    address = f"{API}/me/device/confirmation"
    return client.post(address, json={"code": digits}, headers=scene.headers(actor or scene.carer))


def other_than(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06}"


def on_new_phone(session: Session, actor: Actor) -> Actor:
    on_phone(session, actor, OLD)
    return on_phone(session, actor, NEW)


def tries_of(session: Session) -> list[int]:
    session.expire_all()
    return list(session.scalars(select(DeviceCode.tries)))


def test_the_digits_confirm_the_phone_and_what_it_told_is_judged_again(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    scene.carer = on_new_phone(tianjin, scene.carer)
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    held = fact(client, scene, past_visit)
    before = client.get(f"{API}/me", headers=scene.headers(scene.carer)).json

    given = ask(client, scene, scene.carer.device_id)
    digits = given.json["code"]
    told, again = (enter(client, scene, f"{digits[:3]} {digits[3:]}") for _ in range(2))
    settled = fact(client, scene, past_visit)
    after = client.get(f"{API}/me", headers=scene.headers(scene.carer)).json

    assert (held["grade"], held["standing"]) == ("C", "held")
    assert given.status_code == 201
    assert (given.json["device_id"], given.json["expires_at"][:16]) == (str(scene.carer.device_id), "2026-11-20T01:15")
    assert (told.status_code, told.json) == (201, {"id": str(scene.carer.device_id)})
    assert (again.json, again.headers["Idempotent-Replay"]) == (told.json, "true")
    assert (settled["grade"], settled["standing"], settled["hold"]) == ("B", "accepted", None)
    assert (before["device_doubt"], after["device_doubt"]) == ("new", None)
    assert tries_of(tianjin) == []
    entries = tianjin.execute(
        select(AuditEntry.action, AuditEntry.actor_id).where(AuditEntry.action.like("device%")).order_by(AuditEntry.id)
    )
    assert [tuple(each) for each in entries] == [
        ("device_code_issued", scene.dispatcher.account_id),
        ("device_confirmed", scene.carer.account_id),
    ]
    assert ask(client, scene, scene.carer.device_id).json["code"] == "device_confirmed"


def test_five_wrong_tries_are_told_and_end_the_digits_and_new_ones_take_their_place(
    client: FlaskClient, scene: Scene, tianjin: Session
):
    scene.carer = on_new_phone(tianjin, scene.carer)
    nothing = enter(client, scene, "000000")
    digits = ask(client, scene, scene.carer.device_id).json["code"]

    malformed = enter(client, scene, "12345")
    wrong = [enter(client, scene, other_than(digits)) for _ in range(MOST_TRIES)]
    right = enter(client, scene, digits)
    newer = ask(client, scene, scene.carer.device_id).json["code"]
    with clock_at(NOW + CODE_LIFE + timedelta(minutes=1)):
        late = enter(client, scene, newer)
    newest = ask(client, scene, scene.carer.device_id).json["code"]
    old = enter(client, scene, newer) if newer != newest else None

    assert (nothing.status_code, nothing.json["code"]) == (409, "device_code_missing")
    assert (malformed.status_code, malformed.json["code"]) == (422, "device_code_malformed")
    assert {(each.status_code, each.json["code"]) for each in wrong} == {(409, "device_code_wrong")}
    assert [each.json["details"]["tries_left"] for each in wrong] == [4, 3, 2, 1, 0]
    assert (right.status_code, right.json["code"]) == (409, "device_code_used_up")
    assert late.json["code"] == "device_code_expired"
    assert old is None or old.json["code"] == "device_code_wrong"
    assert tianjin.get_one(Device, scene.carer.device_id, populate_existing=True).doubt is DeviceDoubt.NEW
    assert enter(client, scene, newest).status_code == 201


def test_digits_are_for_one_phone_from_who_may_confirm_it_and_a_colleagues_phone_is_not_confirmed_by_them(
    client: FlaskClient, scene: Scene, tianjin: Session, app: Flask
):
    scene.carer = on_new_phone(tianjin, scene.carer)
    _, person_id = a_carer(tianjin, app, scene.agency_id)
    colleague = an_actor(tianjin, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id)
    on_phone(tianjin, colleague, replace(OLD, id=UUID(int=11)))
    elsewhere = on_phone(tianjin, colleague, replace(OLD, id=UUID(int=12)))
    stranger = a_scene(tianjin, app).dispatcher
    tianjin.commit()
    digits = ask(client, scene, scene.carer.device_id).json["code"]
    while ask(client, scene, elsewhere.device_id).json["code"] == digits:
        pass  # one time in a million

    of_another = enter(client, scene, digits, elsewhere)
    refused = [
        ask(client, scene, scene.carer.device_id, who)
        for who in (stranger, scene.carer, replace(scene.dispatcher, person_id=scene.carer.person_id))
    ]
    on_phone(tianjin, colleague, NEW)  # the colleague logs in on the carer's new phone
    taken = enter(client, scene, digits)

    assert of_another.json["code"] == "device_code_wrong"
    assert [each.status_code for each in refused] == [404, 403, 403]
    assert (taken.status_code, taken.json["code"]) == (409, "device_of_other")
    assert tries_of(tianjin).count(1) == 2, "the try counts, and the digits are not spent"
    assert tianjin.get_one(Device, scene.carer.device_id, populate_existing=True).doubt is DeviceDoubt.NEW
    assert ask(client, scene, scene.carer.device_id).json["code"] == "device_of_other"


def of_read_tries(session: Session, digits: str, *, device_id: UUID) -> Try | None:
    """The control: read, then written."""
    code = session.get_one(DeviceCode, device_id)
    code.tries += 1
    session.flush()
    return Try(code.code_hash, code.tries, code.expires_at, is_right=False)


@pytest.mark.parametrize(("count", "counted"), [(count_try, {1, 2}), (of_read_tries, {1})])
def test_two_tries_at_once_are_two_tries_and_right_digits_at_once_confirm_once(
    swept_app: Flask, swept_database: Clone, count: Callable[..., Try | None], counted: set[int]
):
    with clock_at(NOW):
        with in_region(swept_app) as session:
            scene = a_scene(session, swept_app)
            scene.carer = on_new_phone(session, scene.carer)
        device_id = scene.carer.device_id
        digits = ask(swept_app.test_client(), scene, device_id).json["code"]

        def guess() -> int:
            with in_region(swept_app) as session:
                made = count(session, other_than(digits), device_id=device_id)
                return made.tries if made else 0

        with ThreadPoolExecutor(2) as pool:
            with in_region(swept_app) as session:
                first = count(session, other_than(digits), device_id=device_id)
                second = pool.submit(guess)
                wait_for_lock(swept_database.urls, second)
            assert first is not None
            assert {first.tries, second.result()} == counted
            if len(counted) == 1:
                return
            answers = list(pool.map(lambda _: enter(swept_app.test_client(), scene, digits), range(2)))

        assert [each.status_code for each in answers] == [201, 201]
        assert sorted(each.headers.get("Idempotent-Replay", "") for each in answers) == ["", "true"]
        with in_region(swept_app) as session:
            noted = select(func.count()).where(AuditEntry.action == "device_confirmed")
            assert session.scalar(noted) == 1
