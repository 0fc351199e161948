"""How large a made-up month is, and how untidy: one agency's, or a whole district's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from demo.agency.accidents import OF_AGENCY, OF_DISTRICT, Table
from demo.world import MONTH

WHOLE_DAYS, WHOLE_DISTRICT = 31, 200


@dataclass(frozen=True, slots=True)
class Shape:
    """Of each region: so many clients, each visited every so many days, and what goes wrong. In a district people's
    rights change as well, see `district`."""

    clients: int
    every: int
    table: Table
    is_district: bool


def agency(clients: int) -> Shape:
    """One agency: each client is visited every day."""
    return Shape(clients, 1, OF_AGENCY, is_district=False)


def district(clients: int) -> Shape:
    """A district's clients, visited every week; those of a cut every third day, so that it meets each accident too."""
    return Shape(clients, 7 if clients >= WHOLE_DISTRICT else 3, OF_DISTRICT, is_district=True)


def lived_days(count: int) -> tuple[date, ...]:
    """The last `count` days of the demo's month."""
    return tuple(MONTH + timedelta(days=number) for number in range(WHOLE_DAYS - count, WHOLE_DAYS))


def moment(days: Sequence[date], share: float) -> date:
    """The day at a share of the month, so that a cut of it has one too."""
    return days[int(len(days) * share)]
