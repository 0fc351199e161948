"""A carer's new phone works at once, one grade lower until the agency confirms it; a colleague's is looked at."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.models import Device
from app.accounts.service.devices import take_device
from app.accounts.types import DeviceDoubt, PhoneDevice
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from tests.checkin.factories import API, come_and_go, confirm, done, fact
from tests.checkin.family_rows import a_family_by_draw, a_home
from tests.schedules.factories import NOW, Scene, a_carer, an_actor
from tests.tokens import bearer, make_account

BEFORE = NOW - timedelta(hours=3)  # the taps of these tests
OLD, NEW = PhoneDevice(UUID(int=1), "android"), PhoneDevice(UUID(int=2), "ios", "3.8.12")


def on_phone(session: Session, actor: Actor, device: PhoneDevice) -> Actor:
    """The actor, logged in on a phone."""
    device_id = take_device(session, account_id=actor.account_id, device=device, at=BEFORE)
    session.commit()
    return replace(actor, device_id=device_id)


def confirm_device(client: FlaskClient, scene: Scene, device_id: UUID | None, actor: Actor):
    return client.post(f"{API}/devices/{device_id}/confirmation", headers=scene.headers(actor))


def test_a_new_phone_works_at_once_and_counts_in_full_when_the_agency_confirms_it(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session
):
    first = on_phone(tianjin, scene.carer, OLD)
    scene.carer = on_phone(tianjin, scene.carer, NEW)
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)

    held = fact(client, scene, past_visit)
    listed = client.get(f"{API}/devices", headers=scene.headers(scene.dispatcher)).json["items"]
    taps, hidden = (
        client.get(f"{API}/visits/{past_visit}/record", headers=scene.headers(who)).json["taps"]
        for who in (scene.dispatcher, scene.carer)
    )
    own = confirm_device(client, scene, scene.carer.device_id, replace(scene.dispatcher, person_id=first.person_id))
    told, again = (confirm_device(client, scene, scene.carer.device_id, scene.dispatcher) for _ in range(2))
    settled = fact(client, scene, past_visit)

    assert [each["code"] for each in held["exceptions"]] == ["new_device", "new_device"]
    assert (held["grade"], held["standing"], held["hold"]["step"]) == ("C", "held", "agency")
    assert [(each["id"], each["carer_id"], each["doubt"]) for each in listed] == [
        (str(scene.carer.device_id), str(scene.carer_id), "new")
    ]
    software = {"platform": "ios", "sdk_version": "3.8.12", "login": "wechat"}
    assert listed[0]["made_with"] == software
    assert [(tap["location_source"], tap["made_with"]) for tap in taps] == [("wechat", software)] * 2
    assert [(tap["location_source"], tap["made_with"]) for tap in hidden] == [(None, None)] * 2
    assert (own.status_code, own.json["code"]) == (403, "own_fact")
    assert (told.status_code, told.json["doubt"]) == (201, None)
    assert (again.json, again.headers["Idempotent-Replay"]) == (told.json, "true")
    assert (settled["grade"], settled["standing"], settled["hold"]) == ("B", "accepted", None)
    assert client.get(f"{API}/devices", headers=scene.headers(scene.dispatcher)).json["items"] == []


def test_a_carers_first_phone_and_one_he_goes_back_to_are_his(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    for device in (OLD, NEW, OLD):
        scene.carer = on_phone(tianjin, scene.carer, device)

    come, go = come_and_go(client, scene, past_visit)

    assert (come.json["exceptions"], go.json["exceptions"]) == ([], ["item_missing"][:0])


def test_a_phone_on_which_a_colleague_is_logged_in_is_for_the_operator_until_he_leaves_it(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, tianjin: Session, app
):
    _, person_id = a_carer(tianjin, app, scene.agency_id)
    colleague = on_phone(tianjin, an_actor(tianjin, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id), OLD)
    on_phone(tianjin, guardian, NEW)  # who does not care shares a phone with whom he likes
    scene.carer = on_phone(tianjin, scene.carer, NEW)
    assert tianjin.get_one(Device, scene.carer.device_id).doubt is None
    scene.carer = on_phone(tianjin, scene.carer, OLD)
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)

    held = fact(client, scene, past_visit)
    refused = confirm_device(client, scene, scene.carer.device_id, scene.dispatcher)
    on_phone(tianjin, colleague, replace(NEW, id=UUID(int=3)))
    again = on_phone(tianjin, scene.carer, OLD)
    doubt = tianjin.get_one(Device, again.device_id).doubt
    confirmed = confirm_device(client, scene, scene.carer.device_id, scene.dispatcher)

    assert {each["code"] for each in held["exceptions"]} == {"device_of_other"}
    assert held["hold"]["step"] == "operator"
    assert (refused.status_code, refused.json["code"]) == (409, "device_of_other")
    assert (again.device_id, doubt) == (scene.carer.device_id, DeviceDoubt.NEW)
    assert confirmed.status_code == 201
    assert fact(client, scene, past_visit)["hold"]["step"] == "operator"  # the phone was not his then


def test_a_family_carers_new_phone_is_confirmed_by_the_operator(
    client: FlaskClient, tianjin: Session, app, operator: Actor
):
    found = a_family_by_draw(tianjin, app, day=date(2026, 11, 20), is_drawn=False)
    a_home(tianjin, found.client_id, metres_away=0)
    actor = make_account(tianjin, role=Role.FAMILY_CARER, person_id=found.actor.person_id)
    on_phone(tianjin, actor, OLD)
    actor = on_phone(tianjin, actor, NEW)
    taps = [
        {"id": str(new_id()), "kind": kind, "client_id": str(found.client_id), "fix": None}
        | {"occurred_at": (NOW - timedelta(hours=hours)).isoformat()}
        for kind, hours in (("in", 2), ("out", 1))
    ]
    for tap in taps:
        told = client.post(
            f"{API}/clock-events", json=tap, headers=bearer(app, actor) | {"Phone-Sent-At": NOW.isoformat()}
        )
        assert (told.status_code, told.json["exceptions"]) == (201, ["late_sync", "new_device"])
    day = {
        "id": str(new_id()),
        "client_id": str(found.client_id),
        "day": "2026-11-20",
        "occurred_at": NOW.isoformat(),
        "in_event_id": taps[0]["id"],
        "out_event_id": taps[1]["id"],
    }
    logged = client.post(f"{API}/care-days", json=day, headers=bearer(app, actor)).json
    confirmed = client.post(f"{API}/devices/{actor.device_id}/confirmation", headers=bearer(app, operator))
    shown = client.get(f"{API}/facts/{day['id']}", headers=bearer(app, operator)).json

    assert logged["standing"] == "in_review"
    assert set(logged["exceptions"]) == {"late_sync", "new_device", "no_location"}
    assert confirmed.status_code == 201
    assert (shown["grade"], shown["standing"]) == ("B", "accepted")
