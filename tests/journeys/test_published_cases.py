"""The published frauds replayed from the phones to the findings: who was not there is not paid unseen, and is named.

Each beside honest work of the same days, which is paid and not named. Phones tell in the evening, by POST /sync.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.service.devices import take_device
from app.accounts.types import PhoneDevice
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.jobs import Turn
from app.kernel.permissions import Actor, Role, ScopeKind, SystemActor
from app.oversight.jobs import find_risks
from app.policies.codes import HomeType
from app.registry.commands import AgreementEntry
from app.registry.service.clients import add_agreement
from tests.checkin.factories import API, a_fix, a_tap, an_undrawn_id, fact
from tests.fixed_clock import clock_at
from tests.registry import factories as registry
from tests.schedules.factories import (
    DISTRICT,
    HOUR,
    Scene,
    a_carer,
    a_client,
    a_guardian,
    a_plan,
    a_scene,
    an_actor,
    an_assignment,
)

Json = dict[str, Any]
BEGIN = datetime(2026, 11, 3, 0, tzinfo=UTC)  # eight in the morning in Tianjin; nothing is told before
NIGHT = datetime(2026, 11, 18, 17, 30, tzinfo=UTC)  # half past one, when the month is looked at
MINUTE = timedelta(minutes=1)
FAMILY = UUID(int=900)  # a phone


@dataclass(frozen=True)
class Worker:
    """A carer under his name, on a phone."""

    carer_id: UUID
    person_id: UUID
    actor: Actor


@dataclass(frozen=True)
class Home:
    """A client, and who confirms for him on which phone."""

    client_id: UUID
    guardian: Actor


@dataclass(frozen=True)
class Work:
    """What a phone tells of a visit: `fix` as the phone says it; whether the client's card was shown."""

    worker: Worker
    home: Home
    came: datetime
    left: datetime
    fix: Json | None
    id: UUID
    card_shown: bool = False
    is_planned: bool = True

    @property
    def planned_from(self) -> datetime:
        return self.came.replace(minute=0)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of a November day, by the clock of Tianjin."""
    return datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


class Town:
    """An agency with its people, and what their phones tell."""

    def __init__(self, client: FlaskClient, session: Session, app: Flask) -> None:
        self.http, self.session, self.app = client, session, app
        with clock_at(BEGIN):
            self.scene: Scene = a_scene(session, app)
            self.operator = an_actor(session, Role.OPERATOR_REVIEWER, ScopeKind.FUND)
            self.supervisor = an_actor(session, Role.SUPERVISOR, ScopeKind.FUND)

    def worker(self, phone: int, *, agency_id: UUID | None = None) -> Worker:
        carer_id, person_id = a_carer(self.session, self.app, agency_id or self.scene.agency_id)
        actor = an_actor(self.session, Role.CARER, ScopeKind.OWN_CLIENTS, person_id=person_id)
        return self.on_phone(Worker(carer_id, person_id, actor), phone)

    def on_phone(self, worker: Worker, phone: int) -> Worker:
        return replace(worker, actor=self._with_phone(worker.actor, UUID(int=phone)))

    def home(self, *workers: Worker, phone: UUID | None = None) -> Home:
        client_id = a_client(self.session, self.app, self.scene.agency_id)
        a_plan(self.session, client_id, self.scene.agency_id)
        for each in workers:
            an_assignment(self.session, client_id, each.carer_id)
        guardian = a_guardian(self.session, self.app, client_id)
        return Home(client_id, self._with_phone(guardian, phone or new_id()))

    def _with_phone(self, actor: Actor, key: UUID) -> Actor:
        device = PhoneDevice(key, "android")
        return replace(actor, device_id=take_device(self.session, account_id=actor.account_id, device=device, at=BEGIN))

    def work(self, worker: Worker, home: Home, came: datetime, *, minutes: int = 57, **more: Any) -> Work:
        values = {"fix": a_fix(), "id": an_undrawn_id(self.app)} | more
        return Work(worker, home, came, came + minutes * MINUTE, **values)

    def live(self, works: Iterable[Work]) -> None:
        """Plan the visits; then tell of them."""
        works = list(works)
        self.plan([each for each in works if each.is_planned])
        self.tell(works)

    def tell(self, works: Iterable[Work]) -> None:
        """Each evening carers' phones tell of the day, and then the families'."""
        self.session.commit()
        told: defaultdict[tuple[int, int, Actor], list[Json]] = defaultdict(list)
        for work in works:
            day = (work.came + 8 * HOUR).day
            told[day, 20, work.worker.actor] += _told(work)
            told[day, 21, work.home.guardian] += _said(work)
        for (day, hour, actor), records in sorted(told.items(), key=lambda each: each[0][:2]):
            with clock_at(at(day, hour)):
                answer = self.post("/sync", {"records": records}, actor)
            assert {each["status"] for each in answer.json["answers"]} == {201}, answer.json

    def plan(self, works: Sequence[Work]) -> None:
        """As the agency's dispatcher, before the month's first visit."""
        self.session.commit()
        visits = [
            {
                "id": str(each.id), "client_id": str(each.home.client_id), "carer_id": str(each.worker.carer_id),
                "planned_from": each.planned_from.isoformat(), "planned_to": (each.planned_from + HOUR).isoformat(),
            }
            for each in works
        ]  # fmt: skip
        with clock_at(BEGIN):
            answer = self.post("/visits", {"visits": visits}, self.scene.dispatcher)
        assert answer.status_code == 201, answer.json

    def post(self, path: str, body: Json, actor: Actor) -> Any:
        more = {"Phone-Sent-At": clock.now().isoformat(), "Idempotency-Key": str(new_id())}
        return self.http.post(API + path, json=body, headers=self.scene.headers(actor) | more)

    def pages(self, path: str, actor: Actor, **query: str) -> list[Json]:
        """All of a list."""
        found: list[Json] = []
        query |= {"limit": "100"}
        while True:
            page = self.http.get(API + path, query_string=query, headers=self.scene.headers(actor)).json
            found += page["items"]
            if page["next_after"] is None:
                return found
            query["after"] = page["next_after"]

    def move(self, home: Home, *, to: UUID, on: date) -> None:
        """Another agency serves the client from a day on."""
        entry = AgreementEntry(to, HomeType.AGENCY_CARE, on, replaces=True)
        add_agreement(self.session, entry, client_id=home.client_id, actor=registry.SYSTEM, at=BEGIN)

    def standing(self, work: Work) -> str:
        """How a visit stands now."""
        return str(fact(self.http, self.scene, work.id, self.operator)["standing"])

    def night(self) -> "Seen":
        """Let the rules look at the month, and read what there is to read."""
        with clock_at(NIGHT):
            find_risks(Turn(SystemActor("tianjin", "find_risks"), due_at=NIGHT, at=NIGHT))
            facts = {UUID(each["id"]): each for each in self.pages("/facts", self.operator)}
            found = {each["id"]: each for each in self.pages("/findings", self.supervisor)}
            named: defaultdict[str, set[UUID]] = defaultdict(set)
            about: defaultdict[str, set[UUID]] = defaultdict(set)
            for each in found.values():
                about[each["rule"]].add(UUID(each["subject_id"]))
                shown = self.http.get(f"{API}/findings/{each['id']}", headers=self.scene.headers(self.supervisor)).json
                named[each["rule"]] |= {UUID(record["fact_id"]) for record in shown["records"]}
        return Seen(facts, about, named)


@dataclass(frozen=True)
class Seen:
    """What the fund sees the morning after: facts, and by rule whom and which visits the findings name."""

    facts: dict[UUID, Json]
    about: dict[str, set[UUID]]
    named: dict[str, set[UUID]]

    def standings(self, works: Iterable[Work]) -> set[tuple[str, str | None]]:
        """How these visits stand, and with whom they wait."""
        facts = [self.facts[each.id] for each in works]
        return {(each["standing"], (each["hold"] or {}).get("step")) for each in facts}

    def codes(self, work: Work) -> set[str]:
        return {each["code"] for each in self.facts[work.id]["exceptions"]}

    def names(self, works: Iterable[Work]) -> bool:
        return bool({each.id for each in works} & set().union(*self.named.values()))


PAID, WAITS = {("accepted", None)}, {("held", "operator")}


def _told(work: Work) -> list[Json]:
    """What the carer's phone brings."""
    came, left = (a_tap(at=each, fix=work.fix) for each in (work.came, work.left))
    if not work.is_planned:
        ends = {"client_id": str(work.home.client_id)}
        return [
            {"kind": "clock_event", "record": came | ends | {"kind": "in", "id": str(work.id)}},
            {"kind": "clock_event", "record": left | ends | {"kind": "out"}},
        ]
    identity = {"identity": "known_person"}
    if work.card_shown:
        identity = {"identity": "voucher_shown", "voucher": "card_shown"}
    checks = {"id": str(new_id()), "occurred_at": work.came.isoformat()} | identity
    item = {"id": str(new_id()), "item_code": "bath", "outcome": "done", "occurred_at": work.left.isoformat()}
    records = (("checks", checks), ("clock_in", came), ("item", item), ("clock_out", left))
    return [{"kind": kind, "visit_id": str(work.id), "record": record} for kind, record in records]


def _said(work: Work) -> list[Json]:
    """The paper that the family signed, as it is told."""
    words = {"times": True, "items": True, "service": True, "signature": "signed"}
    record = {"id": str(new_id()), "occurred_at": work.left.isoformat()} | words
    return [{"kind": "confirmation", "visit_id": str(work.id), "record": record}]


@pytest.fixture
def town(client: FlaskClient, tianjin: Session, app: Flask) -> Town:
    return Town(client, tianjin, app)


def test_visits_tapped_with_the_location_off_and_signed_for_on_the_carers_phone_are_not_paid_unseen(town: Town):
    away, there = town.worker(1), town.worker(2)
    signs = [town.home(away, phone=UUID(int=1)) for _ in range(3)]
    parent = town.home(there)
    false = [town.work(away, home, at(day, 9 + n), fix=None) for day in range(3, 11) for n, home in enumerate(signs)]
    honest = [town.work(there, parent, at(day, 9, day)) for day in (3, 5, 9)]
    town.live([*false, *honest])

    seen = town.night()

    assert len(false) == 24
    assert seen.standings(false) == WAITS
    assert {seen.facts[each.id]["grade"] for each in false} == {"D"}
    assert all({"confirmed_on_carers_phone", "no_location"} <= seen.codes(each) for each in false)
    assert seen.standings(honest) == PAID
    assert not seen.names(honest)


OWN_DAYS = [*range(3, 9), *range(14, 18)]
HUNG_DAYS = OWN_DAYS[:5]


def test_orders_hung_under_names_of_others_wait_and_who_set_his_position_and_had_one_phone_confirm_is_named(
    town: Town,
):
    mocks, honest, *lent = (town.worker(phone) for phone in (1, 2, 3, 4))
    mine = [town.home(mocks, phone=FAMILY) for _ in range(2)]
    theirs, hung_at = ([town.home(each, **phone) for each in lent] for phone in ({}, {"phone": FAMILY}))
    families = [town.home(honest) for _ in range(2)]
    fixed = a_fix(metres_away=3)
    own = [town.work(mocks, home, at(day, 9 + 2 * n, 1), fix=fixed) for day in OWN_DAYS for n, home in enumerate(mine)]
    elsewhere = [
        town.work(worker, home, at(day, 14, day)) for worker, home in zip(lent, theirs, strict=True)
        for day in HUNG_DAYS
    ]  # fmt: skip
    as_others = [town.on_phone(each, 1) for each in lent]
    hung = [
        town.work(worker, home, at(day, 14, 5), fix=fixed, is_planned=False)
        for worker, home in zip(as_others, hung_at, strict=True) for day in HUNG_DAYS
    ]  # fmt: skip
    well_done = [
        town.work(honest, home, at(day, 9 + 2 * n, day % 7), minutes=56 + day % 4, fix=a_fix(metres_away=2 * day))
        for day in OWN_DAYS for n, home in enumerate(families)
    ]  # fmt: skip
    town.live([*own, *elsewhere, *hung, *well_done])

    seen = town.night()

    names = {each.person_id for each in lent}
    assert seen.about["constant_position"] == {mocks.person_id}
    assert seen.about["collusion"] == {mocks.person_id}
    assert seen.about["name_lending"] == names
    assert seen.about["carer_overlap"] == names
    assert {each.id for each in hung} <= seen.named["name_lending"] & seen.named["carer_overlap"]
    assert seen.standings(hung) == WAITS
    assert all({"unscheduled", "device_of_other", "risk_found"} <= seen.codes(each) for each in hung)
    assert seen.standings(well_done) == PAID
    assert not seen.names(well_done)


def test_a_lent_card_and_a_family_that_confirms_pay_for_nobody_in_hospital_or_in_two_agencies_hands(town: Town):
    other = registry.an_agency(town.session, district_code=DISTRICT)
    first, second = town.worker(1), town.worker(2, agency_id=other.id)
    lends, at_home = town.home(first), town.home(first)
    card = {"card_shown": True}
    in_hospital = town.work(first, lends, at(6, 9), **card)
    honest = [town.work(first, home, at(day, 11), **card) for home, day in ((lends, 3), (at_home, 6), (at_home, 15))]
    still_billed = town.work(first, lends, at(15, 9), **card)
    new_carers = town.work(second, lends, at(15, 9, 10), is_planned=False)
    town.plan([in_hospital, *honest, still_billed])
    town.move(lends, to=other.id, on=date(2026, 11, 13))
    an_assignment(town.session, lends.client_id, second.carer_id, since=date(2026, 11, 13))
    town.tell([in_hospital, *honest, still_billed, new_carers])
    assert town.standing(in_hospital) == "accepted"
    with clock_at(at(16, 9)):
        news = {"kind": "hospital", "admitted_on": "2026-11-05", "discharged_on": "2026-11-08"}
        assert town.post(f"/clients/{lends.client_id}/stays", news, town.operator).status_code == 201

    seen = town.night()

    assert seen.named["service_in_hospital"] == {in_hospital.id}
    assert seen.named["client_overlap"] == {still_billed.id, new_carers.id}
    assert seen.standings([in_hospital, still_billed, new_carers]) == WAITS
    assert seen.standings(honest) == PAID
    assert not seen.names(honest)
