"""A month of the agency: visits and care days through HTTP on the demo's clock, with the accidents of real phones."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from app.kernel.ids import new_id
from demo.agency.bringing import Bound, Brought
from demo.agency.people import SEED, Client
from demo.agency.phones import Phone
from demo.client import Json
from demo.family import month_days
from demo.installation import REGIONS
from demo.invented import north_of
from demo.professional import confirmation, items_done
from demo.world import MONTH, World, at

FIRST_HOUR = 8
VISITS_A_DAY = 4
LASTS = timedelta(minutes=60)
AT_ONCE = 200
ONE_DAY = timedelta(days=1)
FAR_M = 900.0  # a tap on the way, far from the door
HOSPITAL = (5, 9)  # the first family's client is away from the sixth to the tenth of the month, told on the twelfth
TOLD_ON = 11
TWO_PHONES_ON = frozenset({3, 17})
FORGOTTEN, SWAPPED, FAR, NO_POSITION = "forgotten_out", "swapped", "far_away", "no_position"


@dataclass(frozen=True)
class Visit:
    """One planned visit of the month, and what goes wrong with it, if anything."""

    id: str
    day: date
    begins_at: datetime
    client: Client
    client_id: str
    carer: int
    accident: str | None

    @property
    def is_night(self) -> bool:
        """Whether it goes on over midnight."""
        return (self.begins_at + LASTS).date() > self.day


@dataclass
class Lived:
    """What a month came to on the phones' side."""

    region: str
    visits: list[Visit]
    carers: list[Phone]
    relatives: list[Phone]
    days_logged: Counter[str] = field(default_factory=Counter)
    accidents: Counter[str] = field(default_factory=Counter)


def plan(world: World, brought: Brought) -> list[Visit]:
    """Plan the month's visits through the dispatcher, 200 at a time."""
    random = Random(f"{SEED}-plan-{brought.staff.region}")
    visits = [visit for day in month_days(world.days) for visit in _of_day(brought, day, random=random)]
    visits += _over_midnight(brought, days=world.days)
    for begin in range(0, len(visits), AT_ONCE):
        body = [_to_plan(brought, visit) for visit in visits[begin : begin + AT_ONCE]]
        brought.staff.dispatcher.post("/visits", {"visits": body})
    world.say(f"{REGIONS[brought.staff.region]}：已排 {len(visits)} 次上门服务 Visits are planned")
    return visits


def live(world: World, all_brought: Sequence[Brought], plans: Sequence[list[Visit]]) -> list[Lived]:
    """Every day, region by region: in the evening the phones send what happened."""
    lived = [
        Lived(each.staff.region, visits, _phones(each, each.carers), _phones(each, each.relatives))
        for each, visits in zip(all_brought, plans, strict=True)
    ]
    for number, day in enumerate(month_days(world.days)):
        _visit_night(world, all_brought, lived, day)
        world.move_to(day, 21)
        for brought, month in zip(all_brought, lived, strict=True):
            _visit_all(brought, month, [visit for visit in month.visits if visit.day == day and not visit.is_night])
            _care_all(brought, month, day, number=number)
            _tell_hospital(brought, number=number)
        world.say(f"{day:%m-%d}：" + "，".join(f"{REGIONS[each.region]} {_told(each, day)}" for each in lived))
    _visit_night(world, all_brought, lived, day + ONE_DAY)
    return lived


def _visit_night(world: World, all_brought: Sequence[Brought], lived: Sequence[Lived], morning: date) -> None:
    """A visit that began before midnight is over in the night, and sent then."""
    nights = [[each for each in month.visits if each.is_night and each.day + ONE_DAY == morning] for month in lived]
    if any(nights):
        world.move_to(morning, 1)
    for brought, month, visits in zip(all_brought, lived, nights, strict=True):
        _visit_all(brought, month, visits)


def _of_day(brought: Brought, day: date, *, random: Random) -> list[Visit]:
    """Each carer goes to four of his clients, one after the other."""
    visits = []
    for carer in range(len(brought.carers)):
        own = [n for n in range(len(brought.cast.visited)) if n % len(brought.carers) == carer]
        for turn in range(VISITS_A_DAY):
            number = own[(turn + day.day) % len(own)]
            begins_at = at(day, FIRST_HOUR + 2 * turn, 0)
            visits.append(_visit(brought, number, begins_at, carer=carer, accident=_accident(random)))
    return visits


def _accident(random: Random) -> str | None:
    """About one visit in fourteen has one."""
    drawn = random.random()
    for name, share in ((FORGOTTEN, 0.02), (SWAPPED, 0.02), (FAR, 0.015), (NO_POSITION, 0.015)):
        if drawn < share:
            return name
        drawn -= share
    return None


def _over_midnight(brought: Brought, *, days: int) -> list[Visit]:
    """One visit over midnight in the middle of the month, and one over its end where the whole month is lived."""
    nights = [number for number in (14, 30) if number < days] or [days - 1]
    return [_visit(brought, 0, at(MONTH + timedelta(days=number), 23, 30), carer=0, accident=None) for number in nights]


def _visit(brought: Brought, number: int, begins_at: datetime, *, carer: int, accident: str | None) -> Visit:
    client = brought.cast.visited[number]
    client_id = brought.client_ids[brought.cast.clients.index(client)]
    return Visit(str(new_id(at=begins_at)), begins_at.date(), begins_at, client, client_id, carer, accident)


def _to_plan(brought: Brought, visit: Visit) -> Json:
    return {
        "id": visit.id,
        "client_id": visit.client_id,
        "carer_id": brought.carers[visit.carer].carer_id,
        "planned_from": visit.begins_at.isoformat(),
        "planned_to": (visit.begins_at + LASTS).isoformat(),
    }


def _phones(brought: Brought, people: Sequence[Bound]) -> list[Phone]:
    return [Phone(each.user, Random(f"{SEED}-{brought.staff.region}-{each.who.phone}")) for each in people]


def _visit_all(brought: Brought, month: Lived, visits: Sequence[Visit]) -> None:
    for visit in visits:
        _care(brought, month, visit)


def _care(brought: Brought, month: Lived, visit: Visit) -> None:
    """One visit: in, items, out; the guardian confirms where there is one."""
    phone, path = month.carers[visit.carer], f"/visits/{visit.id}"
    begins, ends = visit.begins_at + timedelta(minutes=phone.random.randint(-5, 9)), visit.begins_at + LASTS
    far = north_of(visit.client.home, FAR_M)
    near = {NO_POSITION: None, FAR: far}.get(visit.accident or "", visit.client.home)
    if visit.accident == SWAPPED:
        begins, ends = ends, begins
    phone.tap(f"{path}/clock-in", at=begins, near=near)
    phone.log_items(f"{path}/items", items_done(ends))
    if visit.accident != FORGOTTEN:
        phone.tap(f"{path}/clock-out", at=ends, near=near)
    if visit.accident:
        month.accidents[visit.accident] += 1
    guardian = brought.guardians.get(visit.client_id)
    if guardian is not None and phone.random.random() < 0.9:
        guardian.post(f"{path}/confirmation", confirmation(max(begins, ends)))


def _care_all(brought: Brought, month: Lived, day: date, *, number: int) -> None:
    """Ten families log their day; a few forget it, one uses a second phone on two days."""
    for order, (phone, client) in enumerate(zip(month.relatives, brought.cast.clients, strict=False)):
        if phone.random.random() < 0.06:
            month.accidents["day_forgotten"] += 1
            continue
        client_id = brought.client_ids[order]
        _log_day(phone, client, client_id, day)
        month.days_logged[client_id] += 1
        if order == 1 and number in TWO_PHONES_ON:
            second = phone.user.on_another_phone()
            _log_day(Phone(second, phone.random, made=phone.made), client, client_id, day)
            phone.user.log_in()
            month.accidents["two_phones"] += 1


def _log_day(phone: Phone, client: Client, client_id: str, day: date) -> None:
    events = [
        phone.tap("/clock-events", at=at(day, hour, 5), near=client.home, kind=kind, client_id=client_id)
        for kind, hour in (("in", 8), ("out", 19))
    ]
    now = at(day, 19, 20)
    phone.log_day(
        {
            "id": str(new_id(at=now)),
            "client_id": client_id,
            "day": day.isoformat(),
            "in_event_id": events[0]["id"],
            "out_event_id": events[1]["id"],
            "items": [{"item_code": "life-01", "minutes": 10}, {"item_code": "life-07", "minutes": 15}],
            "note": None,
            "occurred_at": now.isoformat(),
        }
    )


def _tell_hospital(brought: Brought, *, number: int) -> None:
    """The first family's client was in hospital for days that were logged as care at home: the news comes late."""
    if number == TOLD_ON:
        begin, end = (MONTH + timedelta(days=each) for each in HOSPITAL)
        stay = {"kind": "hospital", "admitted_on": begin.isoformat(), "discharged_on": end.isoformat()}
        brought.staff.dispatcher.post(f"/clients/{brought.client_ids[0]}/stays", stay)


def _told(month: Lived, day: date) -> str:
    visits = sum(visit.day == day for visit in month.visits)
    return f"{visits} 次上门 visits"
