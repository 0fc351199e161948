"""A family's way: family carers do their days of a month; a few days are missing, and one client is in hospital."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.kernel.geo import CoordinateSystem, Point
from app.kernel.ids import new_id
from demo.client import Json
from demo.clients import Registered, assign, let_in, register_account, register_carer, register_client, train
from demo.invented import Invented, north_of
from demo.professional import ITEMS, fix_at
from demo.staff import Staff
from demo.world import MONTH, World, at

HOSPITAL_FROM = date(2026, 10, 12)
HOSPITAL_TO = date(2026, 10, 16)
FORGOTTEN = frozenset({date(2026, 10, 7), date(2026, 10, 21)})
AWAY_FROM_HOME_ON = date(2026, 10, 9)


@dataclass(frozen=True)
class Family:
    """A client and the relative who cares; `days` are those on which she logs."""

    name: str
    staff: Staff
    client_id: str
    client_person_id: str
    carer: Registered
    home: Point
    days: frozenset[date]
    stays: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """Who lives how: which people, where, and the days of care."""

    client: Invented
    carer: Invented
    home: Point
    account: int
    days: frozenset[date]
    payee_is_client: bool = False


def month_days(count: int) -> Iterator[date]:
    """The first `count` days of the demo's month."""
    return (MONTH + timedelta(days=number) for number in range(count))


def register(world: World, staff: Staff, plan: Plan) -> Family:
    """Register one family with its training, bank account and phone."""
    client = register_client(
        staff,
        plan.client,
        home=plan.home,
        system=CoordinateSystem.WGS84,
        home_type="family_care",
        number=plan.account,
    )
    registered = register_carer(staff, plan.carer, kind="family")
    assign(staff, client_id=client["id"], carer_id=registered["id"], relation="child")
    carer = let_in(world, staff, plan.carer, carer=registered)
    train(staff, client_id=client["id"], carer_id=carer.carer_id)
    payee_id = client["person"]["id"] if plan.payee_is_client else carer.person_id
    register_account(staff, person_id=payee_id, number=plan.account)
    world.say(
        f"{plan.client.name} 家已登记（住址为 WGS-84），亲情照护人员 {plan.carer.name} 已登录 A family is registered"
    )
    return Family(plan.client.name, staff, client["id"], client["person"]["id"], carer, plan.home, plan.days)


def live_through(world: World, families: list[Family], *, count: int) -> None:
    """Every day of the month, one after the other: clock in, clock out, log the day."""
    for day in month_days(count):
        world.move_to(day, 20)
        done = [family.name for family in families if day in family.days]
        for family in families:
            if day in family.days:
                log_day(world, family, day)
        _hospital(families[0], day)
        world.say(f"照护日 Care day {day:%m-%d}：{len(done)} 家 families")


def log_day(world: World, family: Family, day: date) -> Json:
    """In the morning and in the evening by the phone's clock, then the day; answers the care day."""
    user = family.carer.user
    metres = 1500.0 if day == AWAY_FROM_HOME_ON else 12.0
    events = {}
    for kind, hour in (("in", 19), ("out", 20)):
        occurred_at = at(day, hour, 0).isoformat()
        fix = fix_at(north_of(family.home, metres), accuracy_m=25, fixed_at=occurred_at)
        event = {"id": str(new_id(at=at(day, hour))), "kind": kind, "client_id": family.client_id}
        user.post("/clock-events", {**event, "occurred_at": occurred_at, "fix": fix})
        events[kind] = event["id"]
    now = world.clock.now()
    care_day: Json = user.post(
        "/care-days",
        {
            "id": str(new_id(at=now)),
            "client_id": family.client_id,
            "day": day.isoformat(),
            "in_event_id": events["in"],
            "out_event_id": events["out"],
            "items": [{"item_code": code, "minutes": minutes} for code, minutes in ITEMS[:2]],
            "note": None,
            "occurred_at": now.isoformat(),
        },
    )
    return care_day


def _hospital(family: Family, day: date) -> None:
    """The agency hears of the admission on its day, and of the discharge on its day."""
    if day == HOSPITAL_FROM:
        stay = {"kind": "hospital", "admitted_on": day.isoformat()}
        answer = family.staff.dispatcher.post(f"/clients/{family.client_id}/stays", stay)
        family.stays.append(answer["id"])
    if day == HOSPITAL_TO:
        for stay_id in family.stays:
            family.staff.dispatcher.post(f"/stays/{stay_id}/end", {"discharged_on": day.isoformat()})
