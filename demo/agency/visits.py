"""The agency's visits: each client in agency care once a day, and what the phones of carer and guardian send."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from app.kernel.ids import new_id
from demo.agency.accidents import Accident, of_visit
from demo.agency.agenda import Step
from demo.agency.bringing import Brought
from demo.agency.people import SEED, Client
from demo.agency.phones import Phone
from demo.client import Json, User
from demo.invented import north_of
from demo.professional import confirmation, items_done
from demo.world import at

FIRST_HOUR, HOURS_BETWEEN = 8, 2
NIGHT = (23, 30)
LASTS = timedelta(minutes=60)
SLOT = timedelta(minutes=5)
AT_ONCE = 200
FAR_M = 900.0


@dataclass(frozen=True)
class Visit:
    """One planned visit of the month, when the carer really comes and goes, and what goes wrong, if anything."""

    id: str
    planned_from: datetime
    begins_at: datetime
    ends_at: datetime
    client: Client
    client_id: str
    carer: int
    accident: Accident | None

    @property
    def place(self) -> str:
        """Its address in the API."""
        return f"/visits/{self.id}"


def plan(brought: Brought, days: Sequence[date]) -> list[Visit]:
    """Plan the month's visits through the dispatcher, 200 at a time."""
    random = Random(f"{SEED}-plan-{brought.staff.region}")
    drawn = [turn for day in days for turn in _turns(brought, day)]
    visits = [
        _visit(brought, number, planned_from, carer=carer, accident=of_visit(ordinal), random=random)
        for ordinal, (number, planned_from, carer) in enumerate(drawn)
    ]
    visits += [_visit(brought, 0, at(day, *NIGHT), carer=0, accident=None, random=random) for day in nights(days)]
    for begin in range(0, len(visits), AT_ONCE):
        body = [_to_plan(brought, visit) for visit in visits[begin : begin + AT_ONCE]]
        brought.staff.dispatcher.post("/visits", {"visits": body})
    return visits


def nights(days: Sequence[date]) -> Sequence[date]:
    """The days on which a visit begins that goes on over midnight: one in the middle of the month, and its last."""
    return sorted({days[max(0, len(days) // 2 - 1)], days[-1]})


def steps_of(visit: Visit, *, phone: Phone, guardian: User | None) -> Iterator[Step]:
    """Everything that is sent about a visit, at the time at which it happens."""
    first, last = ("clock-in", "clock-out") if visit.accident is not Accident.SWAPPED else ("clock-out", "clock-in")
    yield Step(visit.begins_at, partial(_tap, visit, first, visit.begins_at, phone=phone))
    yield Step(visit.ends_at, partial(_leave, visit, last, phone=phone))
    if guardian is not None and visit.accident not in (Accident.FAR_AWAY, Accident.UNCONFIRMED):
        yield Step(visit.ends_at + SLOT, partial(_confirm, visit, guardian=guardian))


def _turns(brought: Brought, day: date) -> Iterator[tuple[int, datetime, int]]:
    """Each carer goes to each of his clients, one after the other, and begins with another one every day."""
    among, carers = len(brought.cast.visited), len(brought.carers)
    for carer in range(carers):
        own = range(carer, among, carers)
        for turn in range(len(own)):
            yield own[(turn + day.day) % len(own)], at(day, FIRST_HOUR + HOURS_BETWEEN * turn), carer


def _visit(
    brought: Brought, number: int, planned_from: datetime, *, carer: int, accident: Accident | None, random: Random
) -> Visit:
    client = brought.cast.visited[number]
    client_id = brought.client_ids[brought.cast.clients.index(client)]
    begins_at = planned_from + random.choice((-1, 0, 1)) * SLOT
    ends_at = begins_at + LASTS + random.choice((0, 1)) * SLOT
    visit_id = str(new_id(at=planned_from))
    return Visit(visit_id, planned_from, begins_at, ends_at, client, client_id, carer, accident)


def _to_plan(brought: Brought, visit: Visit) -> Json:
    return {
        "id": visit.id,
        "client_id": visit.client_id,
        "carer_id": brought.carers[visit.carer].carer_id,
        "planned_from": visit.planned_from.isoformat(),
        "planned_to": (visit.planned_from + LASTS).isoformat(),
    }


def _tap(visit: Visit, kind: str, instant: datetime, *, phone: Phone) -> None:
    home = visit.client.home
    near = {Accident.NO_POSITION: None, Accident.FAR_AWAY: north_of(home, FAR_M)}.get(visit.accident, home)
    phone.tap(f"{visit.place}/{kind}", at=instant, near=near)


def _leave(visit: Visit, kind: str, *, phone: Phone) -> None:
    phone.log_items(f"{visit.place}/items", items_done(visit.ends_at))
    if visit.accident is not Accident.FORGOTTEN_OUT:
        _tap(visit, kind, visit.ends_at, phone=phone)


def _confirm(visit: Visit, *, guardian: User) -> None:
    guardian.post(f"{visit.place}/confirmation", confirmation(visit.ends_at + SLOT))
