"""A professional's way: a plan, visits, check-ins with every verdict, items, confirmation, and what people review."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import httpx

from app.kernel.geo import CoordinateSystem, Point
from app.kernel.ids import new_id
from demo import cast
from demo.client import Json, StepFailed, User
from demo.clients import Registered, assign, let_in, register_carer, register_client, register_guardian
from demo.installation import REGIONS
from demo.invented import coordinates, east_of, north_of
from demo.staff import Staff
from demo.world import World, at

VISITS_ON = date(2026, 9, 29)
ITEMS = (("life-01", 10), ("life-05", 30), ("life-07", 15))  # codes of the shipped starter catalogue, minutes
EXTRA_ITEM = ("life-10", 20)


@dataclass(frozen=True)
class Tap:
    """How one visit's clock-in looks to the server: metres from the door and accuracy, or no position at all."""

    what: str
    hour: int
    metres: float | None
    accuracy_m: int
    is_confirmed: bool = False


TAPS = (
    Tap("在家门口，定位准 at the door", 8, 25, 15, is_confirmed=True),
    Tap("屋里信号弱 bad accuracy", 10, 120, 160, is_confirmed=True),
    Tap("离家一百八十米，和平区围栏 150 米 180 m away, where the district's fence is 150 m", 13, 180, 15),
    Tap("没有定位 no position", 15, None, 0),
    Tap("在家门口，家属未确认 at the door, nobody confirms", 17, 25, 15),
)


@dataclass(frozen=True)
class Professional:
    """A client in an agency's care, the carer, and the guardian who confirms."""

    client_id: str
    carer: Registered
    guardian: User


def walk(world: World, staff: Staff) -> tuple[str, ...]:
    """From registration to reviewed visits; answers the visits' ids."""
    people = register(world, staff)
    visits = [visit_at(people, at(VISITS_ON, tap.hour)) for tap in TAPS]
    staff.dispatcher.post("/visits", {"visits": visits})
    world.say(f"已排 {len(visits)} 次上门服务 Visits are planned")
    for tap, visit in zip(TAPS, visits, strict=True):
        _care(world, people, tap, visit["id"])
    review(world, staff)
    return tuple(visit["id"] for visit in visits)


def register(world: World, staff: Staff) -> Professional:
    """A client with a home in GCJ-02, a carer, a guardian, and a confirmed care plan."""
    client = register_client(
        staff,
        cast.CLIENT,
        home=cast.TIANJIN_HOME,
        system=CoordinateSystem.GCJ02,
        home_type="agency_care",
        number=1,
    )
    registered = register_carer(staff, cast.CARER, kind="professional")
    assign(staff, client_id=client["id"], carer_id=registered["id"])
    carer = let_in(world, staff, cast.CARER, carer=registered)
    guardian = register_guardian(world, staff, cast.GUARDIAN, client_id=client["id"])
    world.say("已登记护理员、服务对象（住址为 GCJ-02）、监护人 A carer, a client and a guardian are registered")
    plan_care(world, staff, client_id=client["id"], guardian=guardian)
    return Professional(client["id"], carer, guardian)


def plan_care(world: World, staff: Staff, *, client_id: str, guardian: User) -> None:
    plan = staff.dispatcher.post(
        f"/clients/{client_id}/care-plans",
        {
            "valid_from": VISITS_ON.isoformat(),
            "items": [{"item_code": code, "times_per_week": 5, "minutes": minutes} for code, minutes in ITEMS],
        },
    )
    guardian.post(f"/care-plans/{plan['id']}/confirmation", {"way": "own_phone"})
    world.say("护理计划已由监护人确认 The guardian confirmed the care plan")


def visit_at(people: Professional, start: datetime) -> Json:
    """An hour's visit to plan."""
    return {
        "id": str(new_id(at=start)),
        "client_id": people.client_id,
        "carer_id": people.carer.carer_id,
        "planned_from": start.isoformat(),
        "planned_to": (start + timedelta(minutes=60)).isoformat(),
    }


def _care(world: World, people: Professional, tap: Tap, visit_id: str) -> None:
    """One visit: in, checks, items, out; the guardian confirms where he is asked to."""
    carer = people.carer.user
    world.move_to(VISITS_ON, tap.hour, 2)
    command = clock_event(tap, world.clock.now())
    answer = carer.post(f"/visits/{visit_id}/clock-in", command)
    world.say(f"签到 Clock-in：{tap.what} → {answer['verdict']}")
    if tap is TAPS[0]:
        _send_again(world, carer, f"/visits/{visit_id}/clock-in", command, answer)
        _show_voucher(world, carer, visit_id)
    carer.post(f"/visits/{visit_id}/checks", checks_made(world.clock.now()))
    world.move_to(VISITS_ON, tap.hour + 1)
    now = world.clock.now()
    carer.post(f"/visits/{visit_id}/items", {"items": items_done(now, varied=tap is TAPS[1])})
    carer.post(f"/visits/{visit_id}/clock-out", clock_event(tap, now))
    if tap.is_confirmed:
        people.guardian.post(f"/visits/{visit_id}/confirmation", confirmation(now))


def _send_again(world: World, carer: User, path: str, command: Json, first: Any) -> None:
    again, is_replay = carer.resend(path, command)
    if again != first or not is_replay:
        raise AnswerDiffers(f"{path}: first {first}, then {again}")
    world.say("同一签到重发一次，回答与第一次相同 The same clock-in sent again got the first answer")


def _show_voucher(world: World, carer: User, visit_id: str) -> None:
    """The client shows her e-voucher (医保电子凭证), and the carer scans the code."""
    if world.voucher_url is None:
        return
    asked = httpx.post(
        f"{world.voucher_url}/_standin/codes", json={"id_number": cast.CLIENT.id_number}, trust_env=False
    )
    now = world.clock.now()
    scan = {"id": str(new_id(at=now)), "code": asked.json()["voucher_code"], "occurred_at": now.isoformat()}
    answer = carer.post(f"/visits/{visit_id}/voucher-scans", scan)
    world.say(f"扫医保电子凭证 The e-voucher is scanned → {answer['state']}")


def confirmation(instant: datetime) -> Json:
    """The guardian says that it was so."""
    return {"id": str(new_id(at=instant)), "holds": True, "occurred_at": instant.isoformat()}


class AnswerDiffers(RuntimeError):
    """A resend was not answered as the first time."""


def clock_event(tap: Tap, instant: datetime) -> Json:
    """The body of a clock event made on the phone, its position in GCJ-02 as WeChat gives it."""
    fix = None
    if tap.metres is not None:
        place = north_of(cast.TIANJIN_HOME, tap.metres)
        fix = fix_at(place, accuracy_m=tap.accuracy_m, fixed_at=instant.isoformat())
    return {"id": str(new_id(at=instant)), "occurred_at": instant.isoformat(), "fix": fix}


def fix_at(point: Point, *, accuracy_m: int, fixed_at: str) -> Json:
    """A position as a phone sends it."""
    place = coordinates(east_of(point, 3), CoordinateSystem.GCJ02)
    return {**place, "accuracy_m": accuracy_m, "fixed_at": fixed_at, "source": "simulated"}


def checks_made(instant: datetime) -> Json:
    """What is checked before service: the client is known and shows her card, her limbs are as ever, risks are told."""
    return {
        "id": str(new_id(at=instant)),
        "identity": "known_person",
        "limbs": "ok",
        "risks_told": True,
        "voucher": "card_shown",
        "occurred_at": instant.isoformat(),
    }


def items_done(instant: datetime, *, varied: bool = False) -> list[Json]:
    """The plan's items, all done; or `varied`: done, refused, not done and one beside the plan."""
    outcomes = ("done", "refused", "not_done") if varied else ("done", "done", "done")
    items = [_item(instant, code, outcome, minutes) for (code, minutes), outcome in zip(ITEMS, outcomes, strict=True)]
    if varied:
        items.append({**_item(instant, EXTRA_ITEM[0], "extra", EXTRA_ITEM[1]), "consented": True, "price_fen": 3000})
    return items


def _item(instant: datetime, code: str, outcome: str, minutes: int) -> Json:
    item: Json = {
        "id": str(new_id(at=instant)),
        "item_code": code,
        "outcome": outcome,
        "occurred_at": instant.isoformat(),
    }
    if outcome in ("done", "extra"):
        return {**item, "minutes": minutes}
    return {**item, "reason": "client_tired"}


def accept(_: Json) -> tuple[str, str]:
    """A reviewer who believes everybody: the decision and its reason."""
    return "accepted", "confirmed_by_phone"


def review(world: World, *staffs: Staff, judge: Callable[[Json], tuple[str, str]] = accept) -> None:
    """What is held is looked at by the agency first, then by the operator."""
    for staff in staffs:
        for step, reviewer in (("agency", staff.head), ("operator", staff.reviewer)):
            _decide_held(world, staff, reviewer, step=step, judge=judge)


def _decide_held(
    world: World, staff: Staff, reviewer: User, *, step: str, judge: Callable[[Json], tuple[str, str]]
) -> None:
    """Decide about every fact that waits at a step, unless the machine has moved it on meanwhile."""
    decided = Counter[str]()
    for fact in reviewer.list("/facts", pending=step):
        decision, reason = judge(fact)
        review = {"id": str(new_id(at=world.clock.now())), "decision": decision, "reason": reason}
        try:
            reviewer.post(f"/facts/{fact['id']}/{step}-review", review)
        except StepFailed as failure:
            if failure.code != "not_held":
                raise
        else:
            decided[decision] += 1
    if decided:
        told = "，".join(f"{decision} {count}" for decision, count in sorted(decided.items()))
        world.say(f"{REGIONS[staff.region]}：审核 Review by {step}：{told}")
