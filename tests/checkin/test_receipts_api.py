"""A receipt proves by its own bytes what is recorded of a visit: to who keeps it, and to an inspector without us."""

import base64
import copy
import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.cli.main import main
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.kernel.sealing.receipts import ReceiptInvalid, check_receipt
from app.kernel.sealing.sealing import seal_day
from tests.checkin.factories import API, an_item, come_and_go, confirm, log
from tests.checkin.family_rows import a_family
from tests.schedules.factories import NOW, Scene, a_scene, an_actor, settings_of
from tests.tokens import make_account

TODAY = date(2026, 11, 20)
KINDS = {
    *("clock_event", "care_fact", "visit_change", "service_record", "item_done"),
    *("evidence", "grade", "hold", "review"),
}


@pytest.fixture
def done_visit(client: FlaskClient, scene: Scene, past_visit: UUID, guardian: Actor) -> UUID:
    log(client, scene, past_visit, an_item())
    come_and_go(client, scene, past_visit)
    confirm(client, scene, past_visit, guardian)
    return past_visit


def ask(client: FlaskClient, scene: Scene, fact_id: UUID, actor: Actor) -> Any:
    return client.get(f"{API}/facts/{fact_id}/receipt", headers=scene.headers(actor))


def receipt_of(client: FlaskClient, scene: Scene, fact_id: UUID, actor: Actor | None = None) -> dict[str, Any]:
    answer = ask(client, scene, fact_id, actor or scene.carer)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def seal(session: Session, app: Flask) -> None:
    zone, keys = ZoneInfo("Asia/Shanghai"), settings_of(app).seal_keys
    assert seal_day(session, region="tianjin", day=TODAY, zone=zone, keys=keys, at=NOW)
    session.commit()


def public_of(app: Flask) -> dict[str, bytes]:
    return settings_of(app).seal_keys.public


def test_before_its_day_is_sealed_a_receipt_promises_what_is_recorded(
    client: FlaskClient, scene: Scene, done_visit: UUID, guardian: Actor, app: Flask
):
    by_carer, by_guardian = (receipt_of(client, scene, done_visit, actor) for actor in (scene.carer, guardian))

    rows = check_receipt(by_carer, public=public_of(app))

    assert {row.table for row in rows} == KINDS
    assert {row.seal for row in rows} == {None}
    taps = {row.values["kind"]: row.values["occurred_at"] for row in rows if row.table == "clock_event"}
    assert set(taps) == {"in", "out"}
    assert by_guardian["rows"] == by_carer["rows"]


def test_once_sealed_every_row_leads_to_the_root_of_its_seal(
    client: FlaskClient, scene: Scene, done_visit: UUID, tianjin: Session, app: Flask
):
    promised = receipt_of(client, scene, done_visit)
    seal(tianjin, app)

    proven = receipt_of(client, scene, done_visit)

    assert [row["row"] for row in proven["rows"]] == [row["row"] for row in promised["rows"]]
    rows = check_receipt(proven, public=public_of(app))
    assert {row.seal.day if row.seal else None for row in rows} == {TODAY}
    listed = client.get(f"{API}/seals?month=2026-11-01", headers=scene.headers(scene.carer)).get_json()
    assert listed["items"] == [proven["rows"][0]["seal"]]
    assert {key_id: base64.b64decode(key) for key_id, key in listed["keys"].items()} == public_of(app)


def test_health_is_not_in_a_receipt(client: FlaskClient, scene: Scene, done_visit: UUID, guardian: Actor, app: Flask):
    rows = check_receipt(receipt_of(client, scene, done_visit, guardian), public=public_of(app))

    assert not {"visit_check", "limb_finding", "service_rating"} & {row.table for row in rows}


def test_strangers_see_no_receipt(client: FlaskClient, scene: Scene, done_visit: UUID, tianjin: Session, app: Flask):
    other = a_scene(tianjin, app)
    head = an_actor(tianjin, Role.AGENCY_HEAD, ScopeKind.AGENCY, key=str(other.agency_id))
    tianjin.commit()

    assert [ask(client, scene, done_visit, actor).status_code for actor in (other.carer, head)] == [404, 404]
    assert ask(client, scene, new_id(), scene.carer).status_code == 404


def test_a_family_carer_s_day_has_a_receipt_for_him_alone(
    client: FlaskClient, scene: Scene, tianjin: Session, app: Flask
):
    family = a_family(tianjin)
    carer = make_account(tianjin, role=Role.FAMILY_CARER, person_id=family.actor.person_id)
    tianjin.commit()
    body = {
        "id": str(new_id()),
        "client_id": str(family.client_id),
        "day": "2026-11-20",
        "occurred_at": NOW.isoformat(),
    }
    client.post(f"{API}/care-days", json=body | {"items": [{"item_code": "wash"}]}, headers=scene.headers(carer))
    address = f"{API}/care-days/{body['id']}/receipt"

    answer = client.get(address, headers=scene.headers(carer))
    stranger = a_family(tianjin)
    other = make_account(tianjin, role=Role.FAMILY_CARER, person_id=stranger.actor.person_id)
    tianjin.commit()

    rows = check_receipt(answer.get_json(), public=public_of(app))
    assert {"care_day", "care_day_item", "care_fact", "grade"} <= {row.table for row in rows}
    assert client.get(address, headers=scene.headers(other)).status_code == 404


def swap_row(receipt: dict[str, Any]) -> None:
    receipt["rows"][0]["row"] = receipt["rows"][1]["row"]


def drop_row(receipt: dict[str, Any]) -> None:
    del receipt["rows"][0]


def later(receipt: dict[str, Any]) -> None:
    receipt["at"] = "2026-11-21T00:00:00+00:00"


def elsewhere(receipt: dict[str, Any]) -> None:
    receipt["rows"][0]["position"] += 1


def shorter(receipt: dict[str, Any]) -> None:
    del receipt["rows"][0]["path"][-1]


def another_seal(receipt: dict[str, Any]) -> None:
    seal = receipt["rows"][0]["seal"]
    seal["statement"] = seal["statement"].replace("rows ", "rows 1")


def no_rows(receipt: dict[str, Any]) -> None:
    receipt["rows"] = None


def a_number(receipt: dict[str, Any]) -> None:
    receipt["rows"][0]["path"] = [1]


def two_lines(receipt: dict[str, Any]) -> None:
    receipt["subject"] += "\nat 2026-01-01"


@pytest.mark.parametrize(
    "forge", [swap_row, drop_row, later, elsewhere, shorter, another_seal, no_rows, a_number, two_lines]
)
def test_a_forged_receipt_does_not_hold(
    client: FlaskClient, scene: Scene, done_visit: UUID, tianjin: Session, app: Flask, forge: Any
):
    seal(tianjin, app)
    receipt = receipt_of(client, scene, done_visit)
    check_receipt(receipt, public=public_of(app))
    forged = copy.deepcopy(receipt)

    forge(forged)

    with pytest.raises(ReceiptInvalid):
        check_receipt(forged, public=public_of(app))


def test_a_receipt_of_other_keys_does_not_hold(client: FlaskClient, scene: Scene, done_visit: UUID):
    receipt = receipt_of(client, scene, done_visit)

    with pytest.raises(ReceiptInvalid, match="not signed"):
        check_receipt(receipt, public={receipt["key"]: bytes(32)})


def test_an_inspector_checks_a_receipt_with_the_command_and_a_kept_seal_alone(
    client: FlaskClient, scene: Scene, done_visit: UUID, tianjin: Session, app: Flask, tmp_path: Path
):
    seal(tianjin, app)
    receipt = receipt_of(client, scene, done_visit)
    kept = receipt["rows"][0]["seal"]
    files = {"receipt": receipt, "kept": kept, "broken": receipt | {"at": "later"}}
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    ((key_id, key),) = public_of(app).items()
    given = f"{key_id}:{base64.b64encode(key).decode()}"

    def run(name: str, *more: str) -> Result:
        return CliRunner().invoke(main, ["audit", "check-receipt", str(tmp_path / name), "--key", given, *more])

    good, bad, no_seal = (
        run("receipt", "--kept", str(tmp_path / "kept")),
        run("broken"),
        run("receipt", "--kept", str(tmp_path / "broken")),
    )

    assert good.exit_code == 0, good.output
    assert "clock_event: under the seal of 2026-11-20" in good.output
    assert "    kind = in" in good.output
    assert (bad.exit_code, "not signed" in bad.output) == (1, True)
    assert (no_seal.exit_code, "not the words of a seal" in no_seal.output or "a seal has" in no_seal.output) == (
        1,
        True,
    )
