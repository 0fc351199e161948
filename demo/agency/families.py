"""The families' days: a relative taps in the morning and in the evening and logs the day, on her phone or on two."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from app.kernel.ids import new_id
from demo.agency.agenda import Step
from demo.agency.people import Client
from demo.agency.phones import Phone
from demo.world import at

ITEMS = (("life-01", 10), ("life-07", 15))
MORNING, EVENING = (8, 0), (19, 0)
SLOT = timedelta(minutes=5)
LOGGED_AFTER = timedelta(minutes=20)


@dataclass(frozen=True)
class FamilyDay:
    """A client's day in his family's care; `order` tells the families apart."""

    day: date
    order: int
    client: Client
    client_id: str


def steps_of(each: FamilyDay, *, phone: Phone, second: Phone | None) -> Iterator[Step]:
    """Everything that is sent about a day. With a second phone she tells it on that one, and then on the first too."""
    late = each.order % 2 * SLOT
    morning, evening = at(each.day, *MORNING) + late, at(each.day, *EVENING) + late
    told = _Telling(each, phone)
    yield Step(morning, partial(told.tap, "in", morning))
    if second is None:
        yield from told.ends(evening)
    else:
        other = _Telling(each, second)
        yield Step(morning + SLOT, partial(other.tap, "in", morning + SLOT, logs_in=True))
        yield from other.ends(evening)
        yield from told.ends(evening + LOGGED_AFTER + SLOT, logs_in=True)


@dataclass
class _Telling:
    """A day as it is told on one phone. To be logged in on it ends the session on the other."""

    each: FamilyDay
    phone: Phone
    taps: dict[str, str] = field(default_factory=dict)

    def tap(self, kind: str, instant: datetime, *, logs_in: bool = False) -> None:
        """In or out at home."""
        if logs_in:
            self.phone.user.log_in()
        each = self.each
        told = self.phone.tap("/clock-events", at=instant, near=each.client.home, kind=kind, client_id=each.client_id)
        self.taps[kind] = told

    def ends(self, evening: datetime, *, logs_in: bool = False) -> Iterator[Step]:
        """Out, and the day some time later."""
        yield Step(evening, partial(self.tap, "out", evening, logs_in=logs_in))
        yield Step(evening + LOGGED_AFTER, partial(self.log, evening + LOGGED_AFTER))

    def log(self, instant: datetime) -> None:
        """The day, naming both taps."""
        self.phone.log_day(
            {
                "id": str(new_id(at=instant)),
                "client_id": self.each.client_id,
                "day": self.each.day.isoformat(),
                "in_event_id": self.taps["in"],
                "out_event_id": self.taps["out"],
                "items": [{"item_code": code, "minutes": minutes} for code, minutes in ITEMS],
                "note": None,
                "occurred_at": instant.isoformat(),
            }
        )
