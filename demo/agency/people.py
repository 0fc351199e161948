"""A made-up agency of a district: 30 clients, 6 carers, 10 family carers, drawn from a seed, so that each run is alike.

With fewer or more clients there are fewer or more of the others in the same proportion; twelve are the fewest to meet
every accident, and 42 to meet everything that happens in a district.

Points are made up too: they lie somewhere inside real streets, and nobody lives there that we know of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import ceil
from random import Random

from app.kernel.geo import CoordinateSystem, Point
from demo import cast
from demo.agency.shape import Shape, lived_days, moment
from demo.invented import Invented, north_of, person

SEED = 20261001
CLIENTS, FEWEST_CLIENTS, MOST_CLIENTS = 30, 12, 48
IN_DISTRICT, FEWEST_IN_DISTRICT, MOST_IN_DISTRICT = 210, 42, 400
WRONG_HOME, WRONG_BY_M = 2, 2000.0  # a visited client, and how far from his home the file puts him
BECOMES_FORMAL, STILL_IN_TRAINING = 12, 13  # families
TRAINED_SINCE = {BECOMES_FORMAL: date(2026, 8, 3), STILL_IN_TRAINING: date(2026, 9, 21)}
EXPIRES, EXPIRES_AT = 1, 0.5  # a carer, and when in the month her certificate ends
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = ("秀英", "桂兰", "玉珍", "建国", "福生", "淑华", "志强", "海燕", "文静", "立新", "丽华", "国庆", "凤英", "德明")


@dataclass(frozen=True, slots=True)
class Area:
    """A street's box in WGS-84 degrees, its code, and the district's."""

    district_code: str
    street_code: str
    south: float
    north: float
    west: float
    east: float


AREAS = {
    "tianjin": Area(cast.HEPING, f"{cast.HEPING}001", 39.108, 39.122, 117.190, 117.206),
    "huaian": Area(cast.QINGJIANGPU, f"{cast.QINGJIANGPU}001", 33.586, 33.600, 119.010, 119.028),
}


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody in care; `system` is the one his home is written down in."""

    who: Invented
    home: Point
    system: CoordinateSystem
    address: str
    is_family: bool
    guardian: Invented | None = None
    filed: Point | None = None  # where the file says that he lives, if that is wrong


@dataclass(frozen=True, slots=True)
class AgencyCast:
    """Everybody of one region's agency. The first third of the clients is in family care, each with a relative."""

    area: Area
    clients: tuple[Client, ...]
    carers: tuple[Invented, ...]
    relatives: tuple[Invented, ...]
    couple: tuple[int, int] | None = None  # visited clients who live together, one's visit after the other's
    trained_since: Mapping[int, date] = field(default_factory=dict)  # families whose relative is not formal yet
    certified_to: Mapping[int, date] = field(default_factory=dict)  # carers whose certificate ends in the month

    @property
    def visited(self) -> tuple[Client, ...]:
        """The clients in agency care."""
        return tuple(client for client in self.clients if not client.is_family)

    def carer_of(self, number: int) -> Invented:
        """Who comes to the visited client of this number."""
        return self.carers[number % len(self.carers)]


def draw(region: str, shape: Shape, *, days: int) -> AgencyCast:
    """The people of a region, the same at each call. A third of the clients is cared for by a relative; a carer comes
    to three or four of the others, and four of five of these have a guardian with a phone of his own."""
    area, random, clients = AREAS[region], Random(f"{SEED}-{region}"), shape.clients
    numbers = iter(range(100, 1000))
    families = clients // 3
    guarded, visiting = (clients - families) * 4 // 5, ceil((clients - families) / 3.5)

    def somebody(*, youngest: int, oldest: int) -> Invented:
        born_on = date(2026 - random.randint(youngest, oldest), 1, 1) + timedelta(days=random.randrange(365))
        return person(random.choice(SURNAMES) + random.choice(GIVEN), born_on=born_on, number=next(numbers))

    in_care = []
    for number in range(clients):
        is_family = number < families
        home = Point(random.uniform(area.south, area.north), random.uniform(area.west, area.east))
        has_guardian = not is_family and number - families < guarded
        in_care.append(
            Client(
                who=somebody(youngest=62, oldest=93),
                home=home,
                system=random.choice((CoordinateSystem.GCJ02, CoordinateSystem.WGS84)),
                address=f"示例路{number + 1}号{random.randint(1, 9)}门{random.randint(1, 6)}0{random.randint(1, 4)}室",
                is_family=is_family,
                guardian=somebody(youngest=35, oldest=65) if has_guardian else None,
            )
        )
    carers = tuple(somebody(youngest=28, oldest=55) for _ in range(visiting))
    relatives = tuple(somebody(youngest=35, oldest=62) for _ in range(families))
    drawn = AgencyCast(area, tuple(in_care), carers, relatives)
    return _as_district(drawn, expires_on=moment(lived_days(days), EXPIRES_AT)) if shape.is_district else drawn


def _as_district(drawn: AgencyCast, *, expires_on: date) -> AgencyCast:
    """A couple, whose home is one; a home that the file puts elsewhere; training and a certificate that end."""
    clients, first, families = list(drawn.clients), drawn.visited[0], len(drawn.relatives)
    spouse, stray = families + len(drawn.carers), families + WRONG_HOME
    clients[spouse] = replace(clients[spouse], home=first.home, address=first.address)
    clients[stray] = replace(clients[stray], filed=north_of(clients[stray].home, WRONG_BY_M))
    return replace(
        drawn,
        clients=tuple(clients),
        couple=(0, len(drawn.carers)),
        trained_since=TRAINED_SINCE,
        certified_to={EXPIRES: expires_on},
    )
