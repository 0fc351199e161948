"""E-vouchers scanned at the door, traced by a provider that is a process of its own: its answers, its faults, and what
they make of a visit."""

import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.checkin.models import Evidence
from app.checkin.voucher_models import VoucherScan, VoucherTrace
from app.gateways.provider_access import VOUCHER
from app.gateways.voucher import VOUCHERS_PATH, Trace, VoucherClient
from app.kernel.db import db
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.registry.lookups import ID_NUMBER
from app.registry.models import Client, Person
from tests.checkin.factories import API, confirm, done, fact
from tests.fixed_clock import clock_at
from tests.registry.factories import an_id_number
from tests.schedules.factories import HOUR, NOW, Scene, settings_of
from tests.standins_signed import StandIn
from tests.standins_voucher import voucher_process, voucher_standin

__all__ = ["voucher_process", "voucher_standin"]


@pytest.fixture
def provider(app: Flask, voucher_standin: StandIn, monkeypatch) -> Iterator[StandIn]:
    client = VoucherClient(voucher_standin.settings(timeout=1.0))
    monkeypatch.setitem(app.extensions, VOUCHER, client)
    yield voucher_standin
    client.close()


@pytest.fixture
def person(scene: Scene, tianjin: Session) -> Person:
    return tianjin.scalars(select(Person).join(Client).where(Client.id == scene.client_id)).one()


@pytest.fixture
def number(scene: Scene, person: Person) -> str:
    """The client's ID number."""
    return settings_of(scene.app).key_ring.decrypt(person.id_number_enc, context=ID_NUMBER)


def a_code(provider: StandIn, number: str) -> dict[str, str]:
    """What the carer's phone tells of a code just shown."""
    shown = provider.order("codes", id_number=number)["voucher_code"]
    return {"id": str(new_id()), "code": shown, "occurred_at": NOW.isoformat()}


def scan(client: FlaskClient, scene: Scene, visit_id: UUID, body: dict[str, str]):
    return client.post(f"{API}/visits/{visit_id}/voucher-scans", json=body, headers=scene.headers(scene.carer))


def test_a_voucher_traced_to_the_client_is_a_witness_beside_the_position(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, provider: StandIn, person: Person,
    number: str, tianjin: Session, caplog,
):  # fmt: skip
    body = a_code(provider, number)
    with clock_at(NOW - HOUR), caplog.at_level(logging.DEBUG):
        first, again = (scan(client, scene, past_visit, body) for _ in range(2))
        other = scan(client, scene, past_visit, body | {"code": "28"})
        empty = scan(client, scene, past_visit, body | {"id": str(new_id()), "code": ""})
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    shown, kept = fact(client, scene, past_visit), tianjin.scalars(select(VoucherTrace)).one()

    assert (first.status_code, first.json["state"]) == (201, "traced")
    assert (again.json, again.headers["Idempotent-Replay"]) == (first.json, "true")
    assert [(each.status_code, each.json["code"]) for each in (other, empty)] == [
        (409, "event_reused"), (422, "fields_invalid")
    ]  # fmt: skip
    assert provider.calls(VOUCHERS_PATH) == 1
    assert (kept.outcome, kept.identity_hash, kept.trace_id) == (
        "traced",
        person.id_number_index,
        first.json["trace_id"],
    )
    assert (shown["grade"], shown["standing"], shown["vouchers"]) == ("A", "accepted", [first.json])
    assert fact(client, scene, past_visit, scene.carer)["vouchers"] is None
    assert body["code"] not in caplog.text
    assert number not in caplog.text


def test_a_lent_phone_lifts_no_visit_that_nobody_was_seen_at(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, provider: StandIn, number: str
):
    with clock_at(NOW - HOUR / 2):
        assert scan(client, scene, past_visit, a_code(provider, number)).json["state"] == "traced"
    done(client, scene, past_visit, fix=None)
    confirm(client, scene, past_visit, guardian)

    shown = fact(client, scene, past_visit)

    assert (shown["grade"], shown["standing"]) == ("C", "held")
    assert [each["state"] for each in shown["vouchers"]] == ["traced"]


def test_a_voucher_of_somebody_else_is_looked_at_until_the_clients_own_is_scanned_at_the_visit(
    client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor, provider: StandIn, number: str
):
    with clock_at(NOW - 12 * HOUR):
        early = scan(client, scene, past_visit, a_code(provider, number))
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    wrong = scan(client, scene, past_visit, a_code(provider, an_id_number()))
    flagged = fact(client, scene, past_visit)

    right = scan(client, scene, past_visit, a_code(provider, number))
    cleared = fact(client, scene, past_visit)

    states = [each.json["state"] for each in (early, wrong, right)]
    assert (wrong.status_code, states) == (201, ["traced", "other_person", "traced"])
    (found,) = flagged["exceptions"]
    assert (found["code"], found["severity"], found["ended_at"]) == ("voucher_of_other", "must_fix", None)
    assert found["details"] == {"voucher_scan_id": wrong.json["id"]}
    assert (flagged["grade"], flagged["standing"]) == ("B", "held")
    assert cleared["exceptions"][0]["ended_at"]
    assert (cleared["grade"], cleared["standing"]) == ("A", "accepted")


def test_what_is_not_traced_leaves_the_carers_word_and_loses_nothing(
    client: FlaskClient, scene: Scene, past_visit: UUID, provider: StandIn, number: str, tianjin: Session, app: Flask,
    monkeypatch,
):  # fmt: skip
    late, cut = a_code(provider, number), a_code(provider, number)
    provider.order("faults", path=VOUCHERS_PATH, status=502, calls=2)  # what is asked again at once needs two
    away = scan(client, scene, past_visit, late)
    provider.order("faults", path=VOUCHERS_PATH, body="", calls=2)  # the code is used up, the answer is lost
    unheard, heard = (scan(client, scene, past_visit, cut) for _ in range(2))
    twice = scan(client, scene, past_visit, cut | {"id": str(new_id())})
    provider.order("clock", forward_s=61)
    expired = scan(client, scene, past_visit, late)
    monkeypatch.delitem(app.extensions, VOUCHER)
    absent = scan(client, scene, past_visit, late | {"id": str(new_id())})

    answers = [away, unheard, heard, twice, expired, absent]
    states = ["not_traced", "not_traced", "traced", "refused", "expired", "not_traced"]
    assert [(each.status_code, each.json["state"]) for each in answers] == [(201, state) for state in states]
    assert "Idempotent-Replay" not in heard.headers
    rows = [len(tianjin.scalars(select(each)).all()) for each in (VoucherScan, VoucherTrace, Evidence)]
    assert rows == [4, 3, 1]


@pytest.mark.parametrize("is_resend", [True, False])
def test_the_provider_is_asked_outside_any_transaction_and_two_answers_at_once_are_kept_once(
    client: FlaskClient, scene: Scene, past_visit: UUID, provider: StandIn, number: str, tianjin: Session, app: Flask,
    monkeypatch, is_resend: bool,
):  # fmt: skip
    """The control is a phone that makes another scan of it: both count."""
    body, real, seen = a_code(provider, number), app.extensions[VOUCHER], []
    faster = body if is_resend else a_code(provider, number)

    class Overtaken:
        """While this call waits for its answer, the phone sends again and is faster."""

        def trace(self, *, reference: str, code: str) -> Trace:
            seen.append(db.session().in_transaction())
            app.extensions[VOUCHER] = real
            seen.append(scan(app.test_client(), scene, past_visit, faster).json)
            told: Trace = real.trace(reference=reference, code=code)
            return told

    monkeypatch.setitem(app.extensions, VOUCHER, Overtaken())
    slow: Any = scan(client, scene, past_visit, body)

    assert (seen[0], seen[1] == slow.json, slow.json["state"]) == (False, is_resend, "traced")
    assert ("Idempotent-Replay" in slow.headers) is is_resend
    kept = 1 if is_resend else 2
    assert [len(tianjin.scalars(select(each)).all()) for each in (VoucherTrace, Evidence)] == [kept, kept]
