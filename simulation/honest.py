"""A month of honest work with all that goes wrong in it: fixes indoors, wrong pins, phones that die, clocks that are
off, visits told days later, colleagues who stand in, couples with one phone, teams."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from app.kernel.ids import new_id
from simulation.people import Carer, Client, Phone, Spot, Town, apart_m

FIRST = date(2026, 11, 1)
MIDNIGHT = datetime(2026, 10, 31, 16, tzinfo=UTC)  # of the first day, in Tianjin
RIDE_M_PER_MINUTE = 250
ACCURACIES = (5, 10, 15, 20, 30, 40, 65, 65, 65, 100, 165, 550)
NO_FIX, DEAD_PHONE, WRONG_CLOCK, LATE_SYNC, DAY_OFF, SAYS_YES = 0.04, 0.02, 0.01, 0.08, 0.06, 0.8
REFUSED, NOT_DONE = 0.03, 0.02
CODES = ("bath", "meal", "walk", "nails", "hair")

Fix = tuple[int, int]  # metres from the pin, accuracy


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo by its bytes' digest and its hash of 64 bits, None of one without features."""

    sha256: bytes
    phash: int | None
    id: UUID = field(default_factory=new_id)


@dataclass(slots=True)
class Work:
    """One visit as it was told: minutes are after midnight of `day` of the month. `fraud` is None for honest work."""

    carer: Carer
    client: Client
    day: int
    planned: tuple[int, int] | None
    began: float
    ended: float | None  # None: the phone died
    slot: int = 1
    phone: Phone | None = None  # None: the carer's own
    fixes: tuple[Fix | None, Fix | None] = (None, None)
    told_after: timedelta = timedelta(0)
    items: list[tuple[str, str, int]] = field(default_factory=list)
    said_by: UUID | None = None  # account
    photo: Picture | None = None
    fraud: str | None = None
    id: UUID = field(default_factory=new_id)

    def at(self, minute: float) -> datetime:
        """The instant of a minute of this day."""
        return MIDNIGHT + timedelta(days=self.day - 1, minutes=minute)

    @property
    def on(self) -> date:
        """The day of service."""
        return FIRST + timedelta(days=self.day - 1)


@dataclass(slots=True)
class MonthOfWork:
    """All that was told, and of clients who was away (client, left, came back) or died (client, day)."""

    town: Town
    works: list[Work]
    stays: list[tuple[Client, int, int]] = field(default_factory=list)
    deaths: list[tuple[Client, int]] = field(default_factory=list)
    persons: dict[str, set[UUID]] = field(default_factory=dict)  # of frauds that persons commit


def work_honestly(town: Town, rng: Random, *, days: int) -> MonthOfWork:
    """Every carer's month."""
    month = MonthOfWork(town, [])
    leads = {lead.id: partner for lead, partner in town.couples[1:]}  # who go to a client together
    follow = {partner.id for partner in leads.values()}
    for day in range(1, days + 1):
        stand_ins = list(town.floaters)
        for carer in town.carers:
            is_off = stand_ins and rng.random() < DAY_OFF and not _has_partner(town, carer)
            if carer.id not in follow:
                works = list(_day(stand_ins.pop() if is_off else carer, carer.round, day, rng))
                month.works += works
                month.works += [_beside(work, leads[carer.id], rng) for work in works if carer.id in leads]
    _meet(month, rng)
    return month


def _beside(work: Work, partner: Carer, rng: Random) -> Work:
    """The same visit by the other of a team, tapped on the phone they share a moment later."""
    moment = rng.uniform(0.1, 1)
    ended = None if work.ended is None else work.ended + moment
    return replace(work, carer=partner, slot=2, began=work.began + moment, ended=ended, id=new_id())


def _has_partner(town: Town, carer: Carer) -> bool:
    return any(carer in couple for couple in town.couples)


def _day(carer: Carer, round_: list[tuple[int, Client]], day: int, rng: Random) -> Iterator[Work]:
    free_at, last = 0.0, None
    for start, client in round_:
        ride = 0.0 if last is None else 1 + apart_m(last, client.spot) / RIDE_M_PER_MINUTE
        wanted = start + (rng.gauss(0, 1.5) if carer.is_exact else rng.gauss(3, 7))
        began = max(wanted, free_at + ride, start - 25)
        length = rng.gauss(60, 2) if carer.is_exact else min(max(rng.gauss(58, 6), 30), 80)
        free_at, last = began + length, client.spot
        yield _told(Work(carer, client, day, (start, start + 60), began, began + length), rng)


def _told(work: Work, rng: Random) -> Work:
    """What the server hears of it."""
    work.fixes = (a_fix(work.client, rng), a_fix(work.client, rng))
    work.items = some_items(rng)
    if work.client.family is not None and rng.random() < SAYS_YES:
        work.said_by = work.client.family.account_id
    luck = rng.random()
    if luck < DEAD_PHONE:
        work.ended = None
    elif luck < DEAD_PHONE + WRONG_CLOCK:  # both taps count when they arrived, in the evening
        work.began = 20 * 60 + rng.uniform(0, 60)
        work.ended = work.began + rng.uniform(0.1, 0.6)
    elif luck < DEAD_PHONE + WRONG_CLOCK + LATE_SYNC:
        work.told_after = timedelta(hours=rng.uniform(2, 60))
    return work


def a_fix(client: Client, rng: Random, *, at: Spot | None = None) -> Fix | None:
    """What a phone at the client's, or at a spot, says: metres from the pin, and its accuracy."""
    if rng.random() < NO_FIX:
        return None
    if client.router is not None and at is None:
        return client.router
    accuracy = rng.choice(ACCURACIES)
    spot = at or client.spot
    seen = (spot[0] + rng.gauss(0, accuracy / 2), spot[1] + rng.gauss(0, accuracy / 2))
    return round(apart_m(seen, client.pin)), accuracy


def some_items(rng: Random) -> list[tuple[str, str, int]]:
    """What is logged: item, outcome, minutes."""
    outcomes = ((REFUSED, "refused"), (REFUSED + NOT_DONE, "not_done"), (1.0, "done"))
    drawn = []
    for code in rng.sample(CODES, 3):
        luck = rng.random()
        drawn.append((code, next(name for bound, name in outcomes if luck < bound), rng.randint(8, 30)))
    return drawn


def _meet(month: MonthOfWork, rng: Random) -> None:
    """Honest stays and deaths: care on the first and the last day of a stay and on the day of death, not between."""
    days = max(work.day for work in month.works)
    for client in rng.sample(month.town.clients, max(2, len(month.town.clients) // 50)):
        gone = rng.randint(2, days - 2)
        month.stays.append((client, gone, min(days, gone + rng.randint(2, 9))))
    away = {client.id: (gone, back) for client, gone, back in month.stays}
    at_home = [client for client in month.town.clients if client.id not in away]
    for client in rng.sample(at_home, max(1, len(month.town.clients) // 150)):
        month.deaths.append((client, rng.randint(5, days)))
    died = {client.id: day for client, day in month.deaths}
    month.works = [
        work
        for work in month.works
        if not (work.client.id in away and away[work.client.id][0] < work.day < away[work.client.id][1])
        and work.day <= died.get(work.client.id, days)
    ]
