"""The agency's visits: each client in agency care once a day, and what the phones of carer and guardian send."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from app.kernel.ids import new_id
from demo.agency.accidents import Accident
from demo.agency.agenda import Step
from demo.agency.bringing import Brought
from demo.agency.people import SEED, Client
from demo.agency.phones import Phone
from demo.agency.shape import Shape, moment
from demo.client import Json, User
from demo.clients import assign
from demo.invented import north_of
from demo.professional import AnswerDiffers, checks_made, confirmation, items_done
from demo.world import at

FIRST_HOUR, HOURS_BETWEEN = 8, 2
NIGHT = (23, 30)
LASTS = timedelta(minutes=60)
SLOT = timedelta(minutes=5)
AT_ONCE = 200
FAR_M, ROUGHLY_M = 900.0, 120.0
RIGHT_AT = 0.6  # the share of the month after which a wrong address is put right
SPOUSE_AFTER = timedelta(minutes=75)
ASKS_FOR_CERTIFICATE = {"tianjin"}
SUBSTITUTE, SUBSTITUTE_LATER = 2, timedelta(hours=8)  # who goes in place of a carer whose certificate has ended


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
    def day(self) -> date:
        """The day on which it is planned to begin."""
        return self.planned_from.date()

    @property
    def place(self) -> str:
        """Its address in the API."""
        return f"/visits/{self.id}"


def plan(brought: Brought, days: Sequence[date], *, shape: Shape) -> list[Visit]:
    """Plan the month's visits through the dispatcher, 200 at a time."""
    random = Random(f"{SEED}-plan-{brought.staff.region}")
    drawn = [turn for day in days for turn in _turns(brought, day, every=shape.every)]
    visits = [
        _visit(brought, number, planned_from, carer=carer, accident=shape.table.of_visit(ordinal), random=random)
        for ordinal, (number, planned_from, carer) in enumerate(drawn)
    ]
    visits = [_at_wrong_home(visit, right_on=moment(days, RIGHT_AT)) for visit in _by_substitute(brought, visits)]
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
    yield Step(visit.begins_at, partial(_come, visit, first, phone=phone))
    yield Step(visit.ends_at, partial(_leave, visit, last, phone=phone))
    if guardian is not None and visit.accident not in (Accident.FAR_AWAY, Accident.UNCONFIRMED):
        yield Step(visit.ends_at + SLOT, partial(_confirm, visit, guardian=guardian))


def _without_certificate(visit: Visit, brought: Brought) -> bool:
    ends_on = brought.cast.certified_to.get(visit.carer)
    return ends_on is not None and visit.planned_from.date() > ends_on


def _by_substitute(brought: Brought, visits: Sequence[Visit]) -> Iterator[Visit]:
    """Another carer goes where one's certificate has ended, after her own visits; with that one they are refused."""
    asks = brought.staff.region in ASKS_FOR_CERTIFICATE
    lapsed = [visit for visit in visits if asks and _without_certificate(visit, brought)]
    if lapsed:
        body = {"visits": [_to_plan(brought, visit) for visit in lapsed]}
        refusal = brought.staff.dispatcher.refused("/visits", body, status=409)
        codes = [each["codes"] for each in refusal["details"]["refusals"]]
        if codes != [["certificate_expired"]] * len(lapsed):
            raise AnswerDiffers(f"visits without a certificate: {refusal}")
    for client_id in sorted({visit.client_id for visit in lapsed}):
        assign(brought.staff, client_id=client_id, carer_id=brought.carers[SUBSTITUTE].carer_id)
    for visit in visits:
        yield _later(visit, SUBSTITUTE_LATER, carer=SUBSTITUTE) if visit in lapsed else visit


def _later(visit: Visit, by: timedelta, *, carer: int) -> Visit:
    begins_at, ends_at = visit.begins_at + by, visit.ends_at + by
    return replace(visit, carer=carer, planned_from=visit.planned_from + by, begins_at=begins_at, ends_at=ends_at)


def _at_wrong_home(visit: Visit, *, right_on: date) -> Visit:
    if visit.client.filed is None or visit.planned_from.date() >= right_on:
        return visit
    return replace(visit, accident=Accident.WRONG_ADDRESS)


def _turns(brought: Brought, day: date, *, every: int) -> Iterator[tuple[int, datetime, int]]:
    """Each carer goes to those of his clients whose day it is, one after the other, and begins with another one every
    day; but with the couple, and from one of the two to the other."""
    cast, carers = brought.cast, len(brought.carers)
    first, spouse = cast.couple or (None, None)
    for carer in range(carers):
        own = range(carer, len(cast.visited), carers)
        due = [each for each in own if (day.toordinal() + (0 if each == spouse else each)) % every == 0]
        if first in due:
            start = at(day, FIRST_HOUR)
            yield from ((first, start, carer), (spouse, start + SPOUSE_AFTER, carer))
            due = [each for each in due if each not in (first, spouse)]
            hour = FIRST_HOUR + 2 * HOURS_BETWEEN
        else:
            hour = FIRST_HOUR
        for turn in range(len(due)):
            yield due[(turn + day.day) % len(due)], at(day, hour + HOURS_BETWEEN * turn), carer


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
    is_rough = visit.accident is Accident.UNCERTAIN
    away_m = {Accident.FAR_AWAY: FAR_M, Accident.UNCERTAIN: ROUGHLY_M}.get(visit.accident, 0.0)
    near = None if visit.accident is Accident.NO_POSITION else north_of(home, away_m)
    phone.tap(f"{visit.place}/{kind}", at=instant, near=near, is_rough=is_rough)


def _come(visit: Visit, kind: str, *, phone: Phone) -> None:
    phone.tell_checks(f"{visit.place}/checks", checks_made(visit.begins_at))
    _tap(visit, kind, visit.begins_at, phone=phone)


def _leave(visit: Visit, kind: str, *, phone: Phone) -> None:
    phone.log_items(f"{visit.place}/items", items_done(visit.ends_at))
    if visit.accident is not Accident.FORGOTTEN_OUT:
        _tap(visit, kind, visit.ends_at, phone=phone)


def _confirm(visit: Visit, *, guardian: User) -> None:
    guardian.post(f"{visit.place}/confirmation", confirmation(visit.ends_at + SLOT))
