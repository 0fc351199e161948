"""A month of both regions' agencies: what every phone sends when it happens, and the accidents that were planned.

A cut of the month is its last days, since a visit over the month's end belongs to it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random

from demo.agency import accidents, district, families, visits
from demo.agency.accidents import Accident, Explained
from demo.agency.agenda import Step, walk
from demo.agency.bringing import Bound, Brought
from demo.agency.district import Stay
from demo.agency.families import FamilyDay
from demo.agency.people import SEED
from demo.agency.phones import Phone
from demo.agency.reviewing import review
from demo.agency.shape import Shape, lived_days
from demo.agency.visits import Visit
from demo.client import Json
from demo.installation import REGIONS
from demo.invented import Invented
from demo.world import World, at

ONE_DAY = timedelta(days=1)
WAKES, HOME_AGAIN, REVIEWED = (7, 30), (20, 30), (21, 0)
HOSPITAL, TOLD_ON = (5, 9), 11  # admitted, discharged and told on these days of a whole month, counted from 0
TRAINS = {"tianjin"}  # where a relative earns nothing before being formal
WITH_TWO_PHONES = 1
TAPS_A_DAY = 2


@dataclass
class Holder:
    """A carer with her phones: mostly one."""

    who: Invented
    phones: list[Phone]

    @property
    def made(self) -> Counter[str]:
        """Her records on all her phones."""
        return sum((phone.made for phone in self.phones), Counter())


@dataclass
class Lived:
    """One region's month on the phones' side, and what the server must hold of it."""

    brought: Brought
    shape: Shape
    days: Sequence[date]
    stays: Sequence[Stay]
    visits: list[Visit]
    carers: list[Holder]
    relatives: list[Holder]
    accidents: Counter[Accident] = field(default_factory=Counter)
    visits_explained: Explained = field(default_factory=Explained)
    days_explained: Explained = field(default_factory=Explained)
    taps_explained: Explained = field(default_factory=Explained)
    days_logged: dict[str, set[date]] = field(default_factory=dict)

    @property
    def cancelled(self) -> list[Visit]:
        """Visits planned for days of a stay that was told in time."""
        told = [stay for stay in self.stays if not stay.is_told_late]
        return [each for each in self.visits if any(stay.forbids(each.client_id, each.day) for stay in told)]

    @property
    def made(self) -> list[Visit]:
        """Visits that take place."""
        cancelled = self.cancelled
        return [visit for visit in self.visits if visit not in cancelled]

    @property
    def unguarded(self) -> int:
        """How many visits nobody could confirm, since no guardian has a phone."""
        return sum(visit.client_id not in self.brought.guardians for visit in self.made)

    @property
    def holders(self) -> list[Holder]:
        """All who record care."""
        return [*self.carers, *self.relatives]

    @property
    def carer_names(self) -> dict[str, str]:
        """The carers' names by their ids."""
        return {each.carer_id: each.who.name for each in self.brought.carers}

    @property
    def client_names(self) -> dict[str, str]:
        """The clients' names by their ids."""
        clients = zip(self.brought.client_ids, self.brought.cast.clients, strict=True)
        return {client_id: client.who.name for client_id, client in clients}

    def add_sampled(self, facts: Sequence[Json]) -> None:
        """Add the days told on two phones on which the server's sample fell, which nobody can foretell."""
        days = [fact for fact in facts if fact["kind"] == "care_day" and fact["grade"] == "B"]
        count = sum(bool(fact["reviews"]) for fact in days)
        self.accidents[Accident.SAMPLED] += count
        self.days_explained.add_sampled_days(count)

    def days_in_hospital(self, client_id: str) -> set[date]:
        """The days on which care at home is not paid; those of admission and discharge are."""
        return {day for day in self.days for stay in self.stays if stay.forbids(client_id, day)}

    def is_nobody_home(self, client_id: str, day: date) -> bool:
        """Whether the family knows that there is nobody to care for: away as told in time, or dead."""
        away = any(stay.forbids(client_id, day) for stay in self.stays if not stay.is_told_late)
        dead = self.shape.is_district and client_id == self.brought.client_ids[district.DIES]
        return away or (dead and day >= district.died_on(self.days))

    def days_unearned(self, client_id: str) -> set[date]:
        """The days that a relative in training, who earns nothing yet, logged: the policy counts from next month."""
        order = self.brought.client_ids.index(client_id)
        in_training = self.brought.staff.region in TRAINS and order in self.brought.cast.trained_since
        return set(self.days) if in_training else set()


def live(world: World, months: Sequence[Lived]) -> None:
    """Everything that happens in both regions, by the demo's clock."""
    steps = [step for month in months for step in _steps(month)]
    walk(world, [*steps, *(Step(at(day, *REVIEWED), partial(_end_day, world, months, day)) for day in months[0].days)])
    for month in months:
        _add_up(month)


def prepare(world: World, brought: Brought, shape: Shape) -> Lived:
    """Plan the region's visits, and give everybody who records care a phone."""
    days = lived_days(world.days)
    planned = visits.plan(brought, days, shape=shape)
    world.say(f"{REGIONS[brought.staff.region]}：已排 {len(planned)} 次上门服务 Visits are planned")
    carers, relatives = _holders(brought, brought.carers), _holders(brought, brought.relatives)
    stays = district.stays(brought, days) if shape.is_district else [_stay_told_late(brought, days)]
    return Lived(brought, shape, days, stays, planned, carers, relatives)


def _stay_told_late(brought: Brought, days: Sequence[date]) -> Stay:
    """The first family's client was in hospital on days that were logged as care at home: the news comes late."""
    admitted, discharged, told = (
        (days[HOSPITAL[0]], days[HOSPITAL[1]], days[TOLD_ON])
        if len(days) > TOLD_ON  # enough of the month for a stay in its middle that is told days later
        else (days[0] - ONE_DAY, days[-1], days[-1])
    )
    return Stay(brought.client_ids[0], admitted, discharged, told)


def _holders(brought: Brought, people: Sequence[Bound]) -> list[Holder]:
    return [
        Holder(each.who, [Phone(each.user, Random(f"{SEED}-{brought.staff.region}-{each.who.phone}"))])
        for each in people
    ]


def _steps(month: Lived) -> Iterator[Step]:
    for visit in month.made:
        guardian = month.brought.guardians.get(visit.client_id)
        month.visits_explained.add_visit(visit.accident, has_guardian=guardian is not None)
        if visit.accident and (guardian or visit.accident is not Accident.UNCONFIRMED):
            month.accidents[visit.accident] += 1
        yield from visits.steps_of(visit, phone=month.carers[visit.carer].phones[0], guardian=guardian)
    for number, day in enumerate(month.days):
        yield from _family_steps(month, day, number=number)
        yield from _without_net(month, day, number=number)
    if month.shape.is_district:
        yield from district.steps(month.brought, month.days, away=month.stays, cancelled=month.cancelled)
    else:
        yield from month.stays[0].steps(month.brought.staff)
    month.accidents[Accident.HOSPITAL_TOLD_LATE] += sum(stay.is_told_late for stay in month.stays)
    for night in visits.nights(month.days):
        over = Accident.OVER_MONTH_END if night == month.days[-1] else Accident.OVER_MIDNIGHT
        month.accidents[over] += 1


def _family_steps(month: Lived, day: date, *, number: int) -> Iterator[Step]:
    for order, holder in enumerate(month.relatives):
        if accidents.is_day_forgotten(number * len(month.relatives) + order):
            month.accidents[Accident.DAY_FORGOTTEN] += 1
            continue
        client_id = month.brought.client_ids[order]
        if month.is_nobody_home(client_id, day):
            continue
        second = None
        if order == WITH_TWO_PHONES and number in accidents.two_phones_on(len(month.days)):
            second = _second_phone(holder)
            month.accidents[Accident.TWO_PHONES] += 1
            month.days_explained.add_second_day()
            month.taps_explained.add_taps_of_a_new_phone(TAPS_A_DAY)
        if day in month.days_in_hospital(client_id):  # told late, or nobody would be at home
            month.days_explained.add_day_in_hospital()
        else:
            month.days_explained.add_day()
        month.days_logged.setdefault(client_id, set()).add(day)
        each = FamilyDay(day, order, month.brought.cast.clients[order], client_id)
        yield from families.steps_of(each, phone=holder.phones[0], second=second)


def _second_phone(holder: Holder) -> Phone:
    """The carer's other phone; she has one, and uses it when she uses two."""
    if len(holder.phones) == 1:
        other = holder.phones[0].user.on_another_phone()
        holder.phones.append(Phone(other, Random(f"{SEED}-second-{holder.who.phone}")))
    return holder.phones[1]


def _without_net(month: Lived, day: date, *, number: int) -> Iterator[Step]:
    """Some phones have no net from the morning on, and send everything when their carer is home again."""
    for group in (month.carers, month.relatives):
        for order, holder in enumerate(group):
            if month.shape.table.is_offline(order, number, len(group)):
                yield Step(at(day, *WAKES), holder.phones[0].go_offline)
                yield Step(at(day, *HOME_AGAIN), holder.phones[0].go_online)


def _end_day(world: World, months: Sequence[Lived], day: date) -> None:
    """The evening's reviews, and a line of progress."""
    told = []
    for month in months:
        review(world, month.brought.staff)
        count = sum(visit.day == day for visit in month.made)
        told.append(f"{REGIONS[month.brought.staff.region]} {count} 次上门 visits")
    world.say(f"{day:%m-%d}：" + "，".join(told))


def _add_up(month: Lived) -> None:
    """Add what the phones met, and the late sendings that the server must have found."""
    for holder in month.holders:
        month.accidents += sum((phone.accidents for phone in holder.phones), Counter())
    late_at_visits, late_at_homes = _late_taps(month.carers), _late_taps(month.relatives)
    month.visits_explained.exceptions[accidents.LATE] += late_at_visits
    month.days_explained.exceptions[accidents.LATE] += late_at_homes
    month.taps_explained.add_late_taps(late_at_homes)


def _late_taps(holders: Sequence[Holder]) -> int:
    return sum(phone.late_taps for holder in holders for phone in holder.phones)
