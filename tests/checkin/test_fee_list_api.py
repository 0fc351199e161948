"""Fee lists over HTTP: what a month's care cost, and the confirmation of exactly that list."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.checkin.models import ItemDone, PayableTime, ServiceRecord
from app.claims.models import FeeConfirmation
from app.kernel.audit import AuditEntry
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.policies.service import EXTENSION, load_book
from app.registry.types import GuardianExtent
from tests.checkin.factories import API, an_item, confirm, decide, done, log, reopen
from tests.policies.factories import asking_for_share, priced
from tests.registry import factories as registry
from tests.schedules.factories import HOUR, NOW, Scene, _client, a_scene, a_visit, an_actor

UNKNOWN = {"total_fen": None, "fund_fen": None, "personal_fen": None, "over_fen": None}


@pytest.fixture(autouse=True)
def care_has_a_price(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, EXTENSION, priced(tmp_path))


def a_payer(session: Session, scene: Scene, **values: Any) -> Actor:
    """A guardian who may agree to what costs money."""
    made = registry.a_guardian(session, client=_client(scene.client_id), extent=GuardianExtent.AGREE_MONEY, **values)
    actor = an_actor(session, Role.GUARDIAN, ScopeKind.OWN_CLIENTS, person_id=made.person.id)
    session.commit()
    return actor


@pytest.fixture
def payer(scene: Scene, tianjin: Session) -> Actor:
    return a_payer(tianjin, scene)


def fees(client: FlaskClient, scene: Scene, actor: Actor, *, month: str = "2026-11-01", status: int = 200) -> Any:
    address = f"{API}/clients/{scene.client_id}/fee-list"
    answer = client.get(address, query_string={"month": month}, headers=scene.headers(actor))
    assert answer.status_code == status, answer.json
    return answer.json


def agree(client: FlaskClient, scene: Scene, actor: Actor, digest: str, *, key: str | None = None):
    headers = scene.headers(actor) | {"Idempotency-Key": key or str(new_id())}
    body = {"month": "2026-11-01", "digest": digest}
    return client.post(f"{API}/clients/{scene.client_id}/fee-list/confirmations", json=body, headers=headers)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def a_paid_visit(session: Session, scene: Scene, start: datetime, *, minutes: int = 60) -> UUID:
    """An accepted visit, put straight into the tables."""
    visit_id, record_id, end = a_visit(session, scene, start=start), new_id(at=start), start + HOUR
    record = ServiceRecord(
        id=record_id, visit_id=visit_id, began_at=start, ended_at=end, minutes=minutes,
        service_on=(start + 8 * HOUR).date(), policy_digest="-", recorded_at=end,
    )  # fmt: skip
    paid = PayableTime(
        record_id=record_id, visit_id=visit_id, carer_id=scene.carer_id, client_id=scene.client_id, slot=1,
        during=Range(start, end), minutes=minutes, recorded_at=end,
    )  # fmt: skip
    session.add_all([record, paid])
    session.commit()
    return visit_id


def a_copy(row: FeeConfirmation) -> FeeConfirmation:
    values = {column.key: getattr(row, column.key) for column in FeeConfirmation.__table__.columns}
    return FeeConfirmation(**values | {"id": new_id()})


def test_a_guardian_reads_what_care_cost_and_confirms_exactly_that_list(
    client: FlaskClient, scene: Scene, past_visit: UUID, payer: Actor, guardian: Actor, tianjin: Session
):
    extra = an_item("hair", "extra", minutes=4, consented=True, price_fen=3000)
    log(client, scene, past_visit, extra, an_item("walk", "extra", minutes=1, price_fen=900))
    done(client, scene, past_visit)
    waiting = fees(client, scene, payer)
    early = agree(client, scene, payer, waiting["digest"])
    confirm(client, scene, past_visit, payer)
    shown = fees(client, scene, payer)
    changed = agree(client, scene, payer, waiting["digest"])

    first = agree(client, scene, payer, shown["digest"], key="a")
    resent, again = agree(client, scene, payer, shown["digest"], key="a"), agree(client, scene, payer, shown["digest"])

    (line,) = waiting["lines"]
    assert (line["state"], line["split"], line["extras"], line["extra_fen"]) == ("in_review", UNKNOWN, [], None)
    assert (refusal(early), refusal(changed)) == ((409, "fees_not_told"), (409, "fee_list_changed"))
    (line,) = shown["lines"]
    assert (line["visit_id"], line["state"], line["minutes"]) == (str(past_visit), "accepted", 55)
    # 55 minutes of 65 yuan an hour: 59.5833; three quarters of 59.58: 44.685
    assert line["split"] == {"total_fen": 5958, "fund_fen": 4469, "personal_fen": 1489, "over_fen": 0}
    assert line["extras"] == [{"item_code": "hair", "name": None, "price_fen": 3000}]  # nobody agreed to the walk
    assert shown["totals"] == {
        "accepted": 1, "in_review": 0, "minutes": 55, "split": line["split"], "extra_fen": 3000,
    }  # fmt: skip
    assert (shown["is_whole"], shown["waits_for_share"], shown["confirmation"]) == (True, False, None)
    assert first.status_code == 201, first.json
    assert (first.json["personal_fen"], first.json["extra_fen"]) == (1489, 3000)
    assert first.json == resent.json == again.json
    row = tianjin.scalars(select(FeeConfirmation)).one()
    assert (row.list_digest, row.person_id, row.personal_fen) == (shown["digest"], payer.person_id, 1489)
    assert [len(each) for each in row.policy_digests] == [64]
    with pytest.raises(IntegrityError), tianjin.begin_nested():  # what keeps one row of two taps at one moment
        tianjin.add(a_copy(row))
    assert tianjin.scalar(select(func.count()).where(AuditEntry.action == "client.confirmed_fees")) == 1
    assert fees(client, scene, payer)["confirmation"]["is_current"] is True

    a_paid_visit(tianjin, scene, NOW - 24 * HOUR)
    later = fees(client, scene, payer)

    assert later["confirmation"] == {
        "confirmed_at": first.json["confirmed_at"], "personal_fen": 1489, "is_current": False,
    }  # fmt: skip
    assert refusal(agree(client, scene, payer, shown["digest"])) == (409, "fee_list_changed")
    assert agree(client, scene, guardian, later["digest"]).status_code == 404  # who may confirm care alone
    assert agree(client, scene, payer, later["digest"]).json["personal_fen"] == 1489 + 1625
    assert len(tianjin.scalars(select(FeeConfirmation)).all()) == 2


def test_what_a_person_refused_costs_nobody_anything(
    client: FlaskClient, scene: Scene, past_visit: UUID, payer: Actor, operator: Actor, tianjin: Session
):
    log(client, scene, past_visit, an_item("hair", "extra", minutes=5, consented=True, price_fen=3000))
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, payer)
    accepted = fees(client, scene, payer)
    assert reopen(client, scene, past_visit, operator).status_code == 201
    reopened = fees(client, scene, payer)

    assert decide(client, scene, past_visit, operator, "operator", "refused", reason="other").status_code == 201

    refused = fees(client, scene, payer)
    assert [each["lines"][0]["state"] for each in (accepted, reopened, refused)] == ["accepted", "in_review", "refused"]
    for each in (reopened, refused):
        assert (each["lines"][0]["split"], each["lines"][0]["extras"]) == (UNKNOWN, [])
        assert (each["totals"]["split"]["total_fen"], each["totals"]["extra_fen"]) == (0, 0)
    assert accepted["digest"] != reopened["digest"] == refused["digest"]


def test_where_no_price_is_known_none_is_told_and_nothing_confirmed(
    client: FlaskClient, scene: Scene, payer: Actor, tianjin: Session, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(app.extensions, EXTENSION, load_book())
    a_paid_visit(tianjin, scene, NOW - HOUR)

    shown = fees(client, scene, payer)

    assert (shown["lines"][0]["state"], shown["totals"]["split"]) == ("accepted", UNKNOWN)
    assert refusal(agree(client, scene, payer, shown["digest"])) == (409, "fees_not_told")


def test_a_week_that_crosses_months_counts_whole_and_a_month_by_itself(
    client: FlaskClient, scene: Scene, payer: Actor, tianjin: Session, app: Flask, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setitem(app.extensions, EXTENSION, priced(tmp_path, limit='period = "week", visits = 2'))
    saturday = datetime(2026, 10, 31, 1, tzinfo=UTC)
    for start in (saturday + 24 * HOUR, saturday, saturday + 27 * HOUR, saturday + 48 * HOUR):
        a_paid_visit(tianjin, scene, start)

    shown, before = fees(client, scene, payer), fees(client, scene, payer, month="2026-10-01")

    assert [each["split"]["over_fen"] for each in shown["lines"]] == [0, 6500, 0]  # the week began in October
    assert [each["split"]["fund_fen"] for each in before["lines"]] == [4875]


def test_who_sees_a_list_and_how_much_of_it(
    client: FlaskClient, scene: Scene, guardian: Actor, tianjin: Session, app: Flask, operator: Actor
):
    newcomer = a_payer(tianjin, scene, valid_from=(NOW - timedelta(days=3)).date())
    other = a_scene(tianjin, app)
    tianjin.commit()
    for days in (2, 5):
        a_paid_visit(tianjin, scene, NOW - timedelta(days=days))

    mine, part = fees(client, scene, guardian), fees(client, scene, newcomer)

    assert [mine == fees(client, scene, each) for each in (scene.dispatcher, operator)] == [True, True]
    assert (mine["is_whole"], len(mine["lines"]), mine["totals"]["split"]["total_fen"]) == (True, 2, 13_000)
    assert (part["is_whole"], len(part["lines"]), part["totals"]["split"]["total_fen"]) == (False, 1, 6500)
    assert part["digest"] == mine["digest"]
    assert refusal(agree(client, scene, newcomer, part["digest"])) == (409, "fees_not_told")
    fees(client, scene, other.dispatcher, status=404)
    fees(client, scene, scene.carer, status=403)


def test_a_longer_list_takes_no_more_statements(
    client: FlaskClient, scene: Scene, payer: Actor, tianjin: Session, statements: list[str]
):
    counts = []
    for hours in (4, 8, 12):
        a_paid_visit(tianjin, scene, NOW - hours * HOUR)
        statements.clear()
        fees(client, scene, payer)
        counts.append(len(statements))

    assert len(set(counts)) == 1
    assert counts[0] <= 16


def test_a_visit_that_waits_for_the_months_share_is_said_to(
    client: FlaskClient, scene: Scene, past_visit: UUID, payer: Actor, app: Flask, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setitem(app.extensions, EXTENSION, asking_for_share(tmp_path))
    done(client, scene, past_visit)
    confirm(client, scene, past_visit, payer)
    before = fees(client, scene, payer)
    headers = scene.headers(payer) | {"Idempotency-Key": "s"}
    body = {"agency_id": str(scene.agency_id), "month": "2026-11-01", "share_fen": 100}

    client.post(f"{API}/clients/{scene.client_id}/share-confirmations", json=body, headers=headers)

    assert [before["waits_for_share"], fees(client, scene, payer)["waits_for_share"]] == [True, False]


def test_the_price_that_was_told_is_kept_with_the_extra_and_with_nothing_else(
    client: FlaskClient, scene: Scene, past_visit: UUID, tianjin: Session
):
    extra = an_item("hair", "extra", minutes=5, consented=True)
    told = extra | {"id": str(new_id()), "price_fen": 3000}

    answers = [log(client, scene, past_visit, each) for each in (extra, told, told)]
    wrong = [an_item("bath", "done", price_fen=3000), told | {"id": str(new_id()), "price_fen": 1_000_001}]

    assert [each.status_code for each in answers] == [201, 201, 201]
    kept = tianjin.scalars(select(ItemDone.price_fen).where(ItemDone.visit_id == past_visit).order_by(ItemDone.id))
    assert kept.all() == [None, 3000]
    assert refusal(log(client, scene, past_visit, told | {"price_fen": 3001})) == (409, "event_reused")
    assert [log(client, scene, past_visit, each).status_code for each in wrong] == [422, 422]
