"""Each row of the table of facts, brought about and asked over HTTP: planning, the door, and who decides the money."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.careplans.models import CarePlan, PlanItem
from app.checkin.rules.grading import FOR_OPERATOR
from app.checkin.service.risks import hold_for_finding
from app.checkin.types import ExceptionCode
from app.facts import FACTS, Fact, Money, money_of, text
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role, ScopeKind
from app.policies.codes import HomeType
from app.policies.service import EXTENSION as POLICIES
from app.registry.models import (
    Agency,
    AgencyAgreement,
    Assignment,
    Carer,
    CarerSuspension,
    Certificate,
    Client,
    Employment,
    Entitlement,
    Person,
    ServiceAgreement,
    Stay,
    Suspension,
)
from app.registry.types import AgencyState, ServiceMode, StayKind
from app.schedules.types import Refusal
from tests.checkin.factories import a_tap, an_item, an_undrawn_id, come_and_go, confirm, decide, fact, log, send
from tests.fixed_clock import clock_at
from tests.policies.factories import asking_for_share, limited
from tests.schedules.factories import (
    HOUR,
    NOW,
    SINCE,
    TODAY,
    Scene,
    a_carer,
    a_client,
    a_plan,
    a_service_item,
    a_visit,
    an_actor,
    an_assignment,
    as_json,
    to_plan,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "facts.md"
LATER = date(2027, 1, 1)
# Refusals of a request rather than of a fact, and exceptions that a tap's own time or place leaves.
OF_REQUESTS = {"period_invalid", "in_past", "no_policy", "client_unknown", "carer_unknown", "not_professional"}
OF_REQUESTS |= {"id_used", "id_repeated"}


@dataclass(frozen=True)
class World:
    """What a scenario may change, with the visit it is asked about."""

    session: Session
    scene: Scene
    app: Flask
    visit_id: UUID
    folder: Path

    def end(self, model: Any, *conditions: Any, on: date = TODAY) -> None:
        """Let a dated right end before today."""
        row = self.session.scalars(select(model).where(*conditions)).one()
        row.valid_to = on
        self.session.flush()

    def add(self, row: object) -> None:
        self.session.add(row)
        self.session.flush()


def change(model: Any, owner: str, *, on: date = TODAY) -> Callable[[World], None]:
    """Let a right of the scene's carer, client or agency end."""
    return lambda world: world.end(model, getattr(model, owner) == getattr(world.scene, owner), on=on)


def agree_for_another_district(world: World) -> None:
    change(AgencyAgreement, "agency_id", on=SINCE)(world)
    world.add(
        AgencyAgreement(id=new_id(), agency_id=world.scene.agency_id, district_codes=["120103"], valid_from=SINCE)
    )


def entitle_later(world: World) -> None:
    row = world.session.scalars(select(Entitlement).where(Entitlement.client_id == world.scene.client_id)).one()
    row.valid_to = row.valid_from
    world.session.flush()
    world.add(
        Entitlement(
            id=new_id(),
            client_id=world.scene.client_id,
            level="5",
            mode=ServiceMode.HOME,
            home_types=[HomeType.AGENCY_CARE.value],
            cause_kind="import",
            concluded_on=TODAY,
            valid_from=LATER,
        )
    )


def suspend_entitlement(world: World) -> None:
    world.add(Suspension(id=new_id(), client_id=world.scene.client_id, reason="test", known_at=NOW, valid_from=TODAY))


def suspend_carer(world: World) -> None:
    world.add(
        CarerSuspension(id=new_id(), carer_id=world.scene.carer_id, reason="test", known_at=NOW, valid_from=TODAY)
    )


def suspend_agency(world: World) -> None:
    world.session.get_one(Agency, world.scene.agency_id).state = AgencyState.SUSPENDED
    world.session.flush()


def admit(world: World) -> None:
    day = TODAY - timedelta(days=1)
    stay = Stay(id=new_id(), client_id=world.scene.client_id, kind=StayKind.HOSPITAL, known_at=NOW, valid_from=day)
    world.add(stay)


def die(world: World) -> None:
    person_id = world.session.get_one(Client, world.scene.client_id).person_id
    world.session.get_one(Person, person_id).died_on = TODAY - timedelta(days=1)
    world.session.flush()


def limit_hours(world: World) -> None:
    world.app.extensions[POLICIES] = limited(world.folder, 'period = "week", minutes = 59')


def ask_for_share(world: World) -> None:
    world.app.extensions[POLICIES] = asking_for_share(world.folder)


def nothing(_: World) -> None:
    """What is brought about by the visit's own taps or items."""


SCENARIOS: dict[str, Callable[[World], None]] = {
    "certificate_expired": change(Certificate, "carer_id"),
    "not_employed": change(Employment, "carer_id"),
    "not_assigned": change(Assignment, "carer_id"),
    "carer_suspended": suspend_carer,
    "agency_suspended": suspend_agency,
    "agency_not_designated": change(AgencyAgreement, "agency_id"),
    "outside_area": agree_for_another_district,
    "no_agreement": change(ServiceAgreement, "client_id"),
    "entitlement_not_begun": entitle_later,
    "entitlement_ended": change(Entitlement, "client_id"),
    "entitlement_suspended": suspend_entitlement,
    "in_hospital": admit,
    "client_died": die,
    "hours_used_up": limit_hours,
    "share_unconfirmed": ask_for_share,
    "checks_missing": nothing,
    "plan_expired": change(CarePlan, "client_id"),
    "policy_expired": nothing,
    "item_not_in_plan": nothing,
    "extra_not_consented": nothing,
    "item_missing": nothing,
    "item_not_for_staff": nothing,
    "too_early": nothing,
    "too_late": nothing,
    "risk_found": nothing,
    "carer_overlap": nothing,
    "client_overlap": nothing,
}
STARTS = {"too_early": timedelta(hours=1), "too_late": -timedelta(hours=2)}  # against the hour that ends now
ALSO_TOLD = {
    "too_early": {"early_out"},
    "plan_expired": {"item_not_in_plan"},
    "extra_not_consented": {"item_not_in_plan"},
}
HOURS_UNTIL = {"policy_expired": 24 * 1200.0}


@pytest.fixture
def world(scene: Scene, tianjin: Session, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setitem(app.extensions, POLICIES, app.extensions[POLICIES])  # whatever a scenario puts in its place
    return World(tianjin, scene, app, an_undrawn_id(app), tmp_path)


@pytest.mark.parametrize("row", FACTS, ids=lambda row: row.name)
def test_planning_refuses_what_the_table_says(client: FlaskClient, world: World, row: Fact):
    SCENARIOS[row.name](world)
    carer_id, client_id = _others(world, row)
    world.session.commit()
    asked = to_plan(world.scene, hours=HOURS_UNTIL.get(row.name, 24))
    if row.name.endswith("_overlap"):
        _plan(client, world, to_plan(world.scene, carer_id=carer_id, client_id=client_id))

    codes = _plan(client, world, asked)

    if row.planning is None:
        assert codes == []
    elif row.name == "policy_expired":  # by then the conclusion has run out as well
        assert row.planning in codes
    else:
        assert codes == [row.planning]


@pytest.mark.parametrize("row", FACTS, ids=lambda row: row.name)
def test_the_door_turns_nobody_away_and_money_waits_as_the_table_says(
    client: FlaskClient, world: World, guardian: Actor, head: Actor, row: Fact
):
    scene = world.scene
    carer_id, client_id = _others(world, row)
    start = NOW - HOUR + STARTS.get(row.name, timedelta(0))
    a_visit(world.session, scene, id=world.visit_id, start=start)
    world.session.commit()
    if row.name.endswith("_overlap"):
        _be_paid_elsewhere(client, world, head, carer_id=carer_id, client_id=client_id)
    SCENARIOS[row.name](world)
    _add_odd_item(world, row)
    world.session.commit()

    first, last = come_and_go(client, scene, world.visit_id, is_checked=row.name != "checks_missing")
    log(client, scene, world.visit_id, *_items(row))
    confirm(client, scene, world.visit_id, guardian)
    if row.name == "risk_found":
        finding = {"rule": "carer_overlap", "finding_id": new_id()}
        hold_for_finding(world.session, fact_id=world.visit_id, region="tianjin", at=NOW, **finding)
        world.session.commit()

    assert (first.status_code, last.status_code) == (201, 201)
    shown = fact(client, scene, world.visit_id)
    told = {each["code"] for each in shown["exceptions"] if each["ended_at"] is None}
    expected = {row.at_door} if row.at_door else set()
    assert told - ALSO_TOLD.get(row.name, set()) == expected
    waits_for = shown["hold"] and shown["hold"]["step"]
    assert waits_for == (None if row.money in (None, Money.SHOWN) else row.money)
    assert shown["standing"] == ("accepted" if waits_for is None else "held")


def _others(world: World, row: Fact) -> tuple[UUID, UUID]:
    """Carer and client of a visit at the same time: another client for the carer, or another carer for the client."""
    carer_id, client_id = world.scene.carer_id, world.scene.client_id
    if row.name == "carer_overlap":
        client_id = a_client(world.session, world.app, world.scene.agency_id)
        a_plan(world.session, client_id, world.scene.agency_id)
    if row.name == "client_overlap":
        carer_id, _ = a_carer(world.session, world.app, world.scene.agency_id)
    if row.name.endswith("_overlap"):
        an_assignment(world.session, client_id, carer_id)
    return carer_id, client_id


def _plan(client: FlaskClient, world: World, visit: Any) -> list[str]:
    headers = world.scene.headers(world.scene.dispatcher)
    answer = client.post("/api/v1/visits", json={"visits": [as_json(visit)]}, headers=headers)
    if answer.status_code == 201:
        return []
    assert answer.json["code"] == "visits_refused", answer.json
    (refused,) = answer.json["details"]["refusals"]
    return list(refused["codes"])


def _be_paid_elsewhere(client: FlaskClient, world: World, head: Actor, *, carer_id: UUID, client_id: UUID) -> None:
    """Let a visit of the same hour be accepted: of the carer at another client, or of another carer at the client."""
    scene = world.scene
    other = a_visit(
        world.session,
        scene,
        start=NOW - HOUR,
        planned=None,
        source="unscheduled",
        carer_id=carer_id,
        client_id=client_id,
    )
    person_id = world.session.get_one(Carer, carer_id).person_id
    actor = an_actor(world.session, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id)
    world.session.commit()
    for kind, at in (("in", NOW - HOUR), ("out", NOW)):
        with clock_at(at):
            assert send(client, scene, other, kind, a_tap(at=at), actor=actor).status_code == 201
    log(client, scene, other, an_item(), actor=actor)
    assert decide(client, scene, other, head, "agency").json["standing"] == "accepted"


def _items(row: Fact) -> list[dict[str, object]]:
    """What the carer logs: the bath of every visit, unless the row is about items."""
    if row.name == "item_missing":
        return [an_item("bath", "not_done", reason="client_tired")]
    if row.name in ("item_not_in_plan", "extra_not_consented"):
        return [an_item(), an_item("odd", "extra", minutes=5, consented=row.name == "item_not_in_plan")]
    if row.name == "item_not_for_staff":
        return [an_item(), an_item("odd", minutes=10)]
    return [an_item()]


def _add_odd_item(world: World, row: Fact) -> None:
    """An item beside the plan, or one in it that is a nurse's."""
    if row.name not in ("item_not_in_plan", "extra_not_consented", "item_not_for_staff"):
        return
    item = a_service_item("odd")
    item.staff_kinds = ["nurse"] if row.name == "item_not_for_staff" else ["carer"]
    world.add(item)
    if row.name == "item_not_for_staff":
        line = {"item_code": "odd", "item_version": 1, "times_per_week": 1, "minutes": 10}
        world.add(PlanItem(plan_id=world.scene.plan_id, recorded_at=NOW, **line))


OF_WITNESSES = {  # no right: whose phone, tag or face it was
    ExceptionCode.DEVICE_OF_OTHER,
    ExceptionCode.TAG_REPLAYED,
    ExceptionCode.TAG_ELSEWHERE,
    ExceptionCode.TAG_TOO_FAST,
    ExceptionCode.FACE_MISMATCH,
}


def test_every_refusal_and_every_exception_about_a_right_has_its_row():
    refusals = {row.planning.value for row in FACTS if row.planning is not None}
    assert set(SCENARIOS) == {row.name for row in FACTS}
    assert refusals == {each.value for each in Refusal} - OF_REQUESTS
    told = {row.at_door for row in FACTS}
    after_the_door = {
        ExceptionCode.CLIENT_DENIES,
        ExceptionCode.ITEMS_DENIED,
        ExceptionCode.PHOTO_COPIED,
        ExceptionCode.HAND_ENTRY_IN_DOUBT,
    }
    assert FOR_OPERATOR - told == after_the_door | OF_WITNESSES


def test_the_printed_table_is_what_the_code_decides():
    assert DOCUMENT.read_text(encoding="utf-8") == text(), "run `make openapi`"
    assert money_of(ExceptionCode.LATE_SYNC) is Money.SHOWN
