"""A made-up town: carers with their rounds of clients, homes with right and wrong pins, phones and families."""

from dataclasses import dataclass, field
from math import hypot
from random import Random
from uuid import UUID

from app.kernel.geo import Point
from app.kernel.ids import new_id

CENTRE = Point(39.1, 117.2)
METRES_PER_DEGREE = 111_030.0
EAST = 0.776  # of a degree north, at this latitude
TOWN_M, ROUND_M = 9_000, 1_500
SLOTS = (8 * 60, 9 * 60 + 30, 11 * 60, 13 * 60 + 30, 15 * 60)  # minutes after midnight
WRONG_PINS, ONE_ROUTER, NO_FAMILY, TWO_PARENTS = 0.04, 0.04, 0.15, 0.04
EXACT_PEOPLE, FLOATERS = 0.06, 8  # one carer in so many stands in for others

Spot = tuple[float, float]  # metres north and east of the centre


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone as one account sees it: the account's device, and what the phone calls itself."""

    device_id: UUID
    key: UUID
    account_id: UUID
    is_live: bool = True


@dataclass(slots=True)
class Client:
    """A client at a spot; the pin may be off, and every fix there may come from one router."""

    id: UUID
    person_id: UUID
    spot: Spot
    pin: Spot
    router: tuple[int, int] | None
    family: Phone | None


@dataclass(slots=True)
class Carer:
    """A carer with a round of clients, by slots."""

    id: UUID
    person_id: UUID
    agency_id: UUID
    phone: Phone
    is_exact: bool
    round: list[tuple[int, Client]] = field(default_factory=list)


@dataclass(slots=True)
class Town:
    """Everybody; `floaters` stand in, `couples` share a phone, and those of `teams` go to a client together."""

    agency_ids: list[UUID]
    carers: list[Carer]
    floaters: list[Carer]
    couples: list[tuple[Carer, Carer]]
    clients: list[Client]
    phones: list[Phone]  # beside the carers' own and the families'

    @property
    def everybody(self) -> list[Carer]:
        """All who give care."""
        return [*self.carers, *self.floaters]


def apart_m(one: Spot, other: Spot) -> float:
    """Metres between two spots."""
    return hypot(one[0] - other[0], one[1] - other[1])


def point_of(spot: Spot) -> Point:
    """A spot in WGS-84."""
    north, east = spot
    return Point(CENTRE.latitude + north / METRES_PER_DEGREE, CENTRE.longitude + east / (METRES_PER_DEGREE * EAST))


def a_phone(*, key: UUID | None = None, account_id: UUID | None = None, is_live: bool = True) -> Phone:
    """A phone of an account, new where nothing is given."""
    return Phone(new_id(), key or new_id(), account_id or new_id(), is_live)


def a_carer(agency_id: UUID, rng: Random, *, phone_key: UUID | None = None) -> Carer:
    """A carer without clients."""
    return Carer(new_id(), new_id(), agency_id, a_phone(key=phone_key), rng.random() < EXACT_PEOPLE)


def build(rng: Random, *, people: int) -> Town:
    """A town of so many carers with rounds; the last four are two couples, each with one phone."""
    town = Town([new_id() for _ in range(3)], [], [], [], [], [])
    for n in range(people):
        agency_id = town.agency_ids[n % 3]
        is_second = n >= people - 4 and (people - n) % 2 == 1
        carer = a_carer(agency_id, rng, phone_key=town.carers[-1].phone.key if is_second else None)
        town.carers.append(carer)
        if is_second:
            town.couples.append((town.carers[-2], carer))
        base = _near((0.0, 0.0), TOWN_M, rng)
        for slot in SLOTS:
            carer.round.append((slot, _client(town, base, rng)))
    handing_over, together = town.couples
    handing_over[0].round, handing_over[1].round = handing_over[0].round[:2], handing_over[1].round[3:]
    together[1].round = list(together[0].round)
    town.floaters = [a_carer(town.agency_ids[n % 3], rng) for n in range(max(2, people // FLOATERS))]
    return town


def _client(town: Town, base: Spot, rng: Random) -> Client:
    spot = _near(base, ROUND_M, rng)
    pin = _near(spot, rng.choice((300, 1_000, 4_000)), rng) if rng.random() < WRONG_PINS else spot
    router = (rng.randint(3, 60), rng.choice((20, 35))) if rng.random() < ONE_ROUTER else None
    family: Phone | None = a_phone()
    if town.clients and rng.random() < TWO_PARENTS:
        family = town.clients[-1].family
    elif rng.random() < NO_FAMILY:
        family = None
    client = Client(new_id(), new_id(), spot, pin, router, family)
    town.clients.append(client)
    return client


def _near(spot: Spot, metres: float, rng: Random) -> Spot:
    return spot[0] + rng.uniform(-metres, metres), spot[1] + rng.uniform(-metres, metres)
