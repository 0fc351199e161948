"""What happens at the doors and what the phones make of it: the same for the same seed and people. Pure."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.kernel.ids import first_id_at
from app.kernel.permissions import Actor
from demo.world import at
from tests.schedules.factories import HOME
from tests.storm.people import DAYS, Family, People, Planned, Professional

Json = dict[str, Any]
MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)
METRES_A_DEGREE = 111_320
SYNC_HOURS = (13, 20)  # of each day, when phones are online
OF_1971 = at(DAYS[0], 0) - at(date(1971, 3, 2), 0)
# How far ahead of the right time a phone's clock is.
FAR_AHEAD = timedelta(hours=9)
OFFSETS = (NOTHING, NOTHING, timedelta(seconds=20), 7 * MINUTE, -43 * MINUTE, FAR_AHEAD, -OF_1971)
PATHS = {"checks": "checks", "clock_in": "clock-in", "clock_out": "clock-out", "attempt": "attempts"}
PATHS |= {"item": "items", "confirmation": "confirmation"}
FREE_PATHS = {"clock_event": "/clock-events", "care_day": "/care-days"}


@dataclass(frozen=True)
class PhoneClock:
    """A phone's clock: off by so much, gaining so much an hour, and from an instant on off by some more."""

    offset: timedelta = NOTHING
    gain: timedelta = NOTHING
    jumps_at: datetime | None = None
    jump: timedelta = NOTHING

    def shows(self, instant: datetime) -> datetime:
        """What the phone shows at an instant."""
        hours = (instant - at(DAYS[0], 0)) / timedelta(hours=1)
        jumped = self.jump if self.jumps_at is not None and instant >= self.jumps_at else NOTHING
        return instant + self.offset + hours * self.gain + jumped


@dataclass(frozen=True)
class Made:
    """A record as it lies in a phone's outbox. `is_broken`: no server can read it."""

    id: str
    kind: str
    visit_id: str | None
    content: Json
    made_at: datetime
    is_broken: bool = False

    @property
    def line(self) -> Json:
        """It among others of a sync."""
        return {"kind": self.kind, "visit_id": self.visit_id, "record": self.content}

    @property
    def request(self) -> tuple[str, Json]:
        """Path and body of a request of its own."""
        if self.kind in FREE_PATHS:
            return FREE_PATHS[self.kind], self.content
        body = {"items": [self.content]} if self.kind == "item" else self.content
        return f"/visits/{self.visit_id}/{PATHS[self.kind]}", body


@dataclass(frozen=True)
class PhoneScript:
    """A phone: whose it is, its clock, when it is online, and what is made on it, in order."""

    name: str
    actor: Actor
    clock: PhoneClock
    online_at: frozenset[datetime]
    records: tuple[Made, ...]


@dataclass
class Pen:
    """Makes one phone's records."""

    clock: PhoneClock
    dice: random.Random
    made: list[Made] = field(default_factory=list)

    def write(self, kind: str, instant: datetime, /, *, visit_id: UUID | None = None, **content: Any) -> str:
        """A record of this instant; answers its id."""
        shown = self.clock.shows(instant)
        record_id = self.new_id(shown)
        body = {"id": record_id, "occurred_at": shown.isoformat(), **content}
        visit = str(visit_id) if visit_id else None
        self.made.append(Made(record_id, kind, visit, body, instant, is_broken=content.get("outcome") == "unreadable"))
        return record_id

    def new_id(self, shown: datetime) -> str:
        """As `new_id` makes them, by the seed."""
        bits = self.dice.getrandbits(12) << 64 | self.dice.getrandbits(62)
        return str(UUID(int=first_id_at(shown).int | bits))

    def fix(self, instant: datetime, *, metres: float = 12.0) -> Json:
        """A position so far north of the home."""
        return {
            "latitude": round(HOME.latitude + (metres + self.dice.uniform(0, 5)) / METRES_A_DEGREE, 7),
            "longitude": HOME.longitude,
            "system": "wgs84",
            "source": "wechat",
            "accuracy_m": self.dice.randint(5, 40),
            "fixed_at": self.clock.shows(instant - timedelta(seconds=5)).isoformat(),
        }

    def some_fix(self, instant: datetime) -> Json | None:
        """Mostly at home; sometimes indoors, elsewhere or without one."""
        metres = self.dice.choices((12.0, 190.0, 800.0, None), (16, 1, 1, 1))[0]
        return None if metres is None else self.fix(instant, metres=metres)


def write_script(seed: str, people: People, *, days: Sequence[date]) -> tuple[PhoneScript, ...]:
    """Everything that the phones will send of these days."""
    scripts: list[PhoneScript] = []
    for number, one in enumerate(people.professionals):
        dice = random.Random(f"{seed}:carer {number}")
        carer, guardian = Pen(a_clock(dice, days), dice), Pen(PhoneClock(), random.Random(f"{seed}:guardian {number}"))
        work(carer, guardian, one, people.professionals[number - 1], days)
        scripts.append(closed(f"carer-{number}", one.carer, carer, days))
        scripts.append(closed(f"guardian-{number}", one.guardian, guardian, days))
    for number, family in enumerate(people.families):
        dice = random.Random(f"{seed}:family {number}")
        pen = Pen(a_clock(dice, days), dice)
        for day in days:
            a_care_day(pen, family, at(day, 8, 30), at(day, 19))
        scripts.append(closed(f"family-{number}", family.carer, pen, days))
    return tuple(scripts)


def work(carer: Pen, guardian: Pen, own: Professional, other: Professional, days: Sequence[date]) -> None:
    """A carer's own visits, now and then one of a colleague's or one that nobody planned; the guardian's word."""
    for visit in visits_of(own, days):
        a_visit(carer, guardian, visit)
    for visit in visits_of(other, days):
        if carer.dice.random() < 0.12:
            stand_in(carer, visit)
    for day in days:
        if carer.dice.random() < 0.5:
            an_unplanned_visit(carer, other, at(day, 17, 30))


def visits_of(one: Professional, days: Sequence[date]) -> Iterator[Planned]:
    """Those of some days."""
    return (visit for visit in one.visits if visit.begins_at.date() in days)


def steps_of(days: Sequence[date]) -> tuple[datetime, ...]:
    """When there is a network at all."""
    return tuple(at(day, hour) for day in days for hour in SYNC_HOURS)


def a_clock(dice: random.Random, days: Sequence[date]) -> PhoneClock:
    """Right or wrong, and perhaps set to another time in the afternoon of some day. One far ahead is not set right:
    what it made would then be of the future, and count when it arrives."""
    offset = dice.choice(OFFSETS)
    gain = dice.choice((NOTHING, NOTHING, timedelta(seconds=2)))
    if dice.random() < 0.4 and offset < FAR_AHEAD:
        jump = -offset if offset else dice.choice((12 * MINUTE, -25 * MINUTE))
        return PhoneClock(offset, gain, at(dice.choice(days), 14, dice.randint(0, 59)), jump)
    return PhoneClock(offset, gain)


def closed(name: str, actor: Actor, pen: Pen, days: Sequence[date]) -> PhoneScript:
    """A phone whose clock is set that day has no network before: what it made till then is judged by the new time."""
    set_at = pen.clock.jumps_at
    online = frozenset(step for step in steps_of(days) if not (set_at and step < set_at))
    return PhoneScript(name, actor, pen.clock, online, tuple(sorted(pen.made, key=lambda made: made.made_at)))


def a_visit(carer: Pen, guardian: Pen, visit: Planned) -> None:
    """One of the ways in which a visit goes."""
    dice, begins, ends = carer.dice, visit.begins_at, visit.begins_at + 60 * MINUTE
    way = dice.choices([*WAYS], [*WAYS.values()])[0]
    if way == "not begun":
        carer.write("attempt", begins, visit_id=visit.id, reason="nobody_opens", fix=carer.some_fix(begins))
        return
    began, ended = begins + dice.randint(0, 1) * MINUTE, ends + dice.randint(-1, 5) * MINUTE
    if way == "early":  # its time meets that of the visit before
        began -= 25 * MINUTE
    if dice.random() < 0.9:
        carer.write("checks", began, visit_id=visit.id, identity="known_person", limbs="ok", voucher="card_shown")
    taps_of(carer, "clock_in", began, visit=visit, times={"no in": 0, "twice in": 2}.get(way, 1))
    for content in items_of(dice):
        carer.write("item", ended - 2 * MINUTE, visit_id=visit.id, **content)
    taps_of(carer, "clock_out", ended, visit=visit, times={"no out": 0, "twice out": 2}.get(way, 1))
    if guardian.dice.random() < 0.8:
        said = guardian.dice.random() < 0.95
        guardian.write("confirmation", ended + 3 * MINUTE, visit_id=visit.id, holds=said)


WAYS = {"usual": 10, "no in": 1, "no out": 1, "twice in": 1, "twice out": 1, "early": 2, "not begun": 1}


def taps_of(carer: Pen, kind: str, instant: datetime, *, visit: Planned, times: int) -> None:
    """One end of a visit, told as often."""
    for number in range(times):
        again = instant + number * 2 * MINUTE
        carer.write(kind, again, visit_id=visit.id, fix=carer.some_fix(again))


def items_of(dice: random.Random) -> Iterator[Json]:
    """What was done; now and then something no server can read."""
    if dice.random() < 0.9:
        yield {"item_code": "bath", "outcome": "done", "minutes": 20}
    if dice.random() < 0.5:
        yield {"item_code": "nails", "outcome": "done", "minutes": 20}
    if dice.random() < 0.1:
        yield {"item_code": "walk", "outcome": "extra", "minutes": 20, "consented": dice.random() < 0.5}
    if dice.random() < 0.1:
        yield {"item_code": "bath", "outcome": "unreadable"}


def stand_in(carer: Pen, visit: Planned) -> None:
    """Taps at a colleague's visit."""
    for kind, minutes in (("clock_in", 2), ("clock_out", 57)):
        instant = visit.begins_at + minutes * MINUTE
        carer.write(kind, instant, visit_id=visit.id, fix=carer.some_fix(instant))


def an_unplanned_visit(carer: Pen, other: Professional, begins: datetime) -> None:
    """Taps at a client, planned by nobody."""
    for kind, instant in (("in", begins), ("out", begins + 50 * MINUTE)):
        carer.write("clock_event", instant, kind=kind, client_id=str(other.client_id), fix=carer.some_fix(instant))


def a_care_day(pen: Pen, family: Family, begins: datetime, ends: datetime) -> None:
    """A family's day: both taps or one, and the day itself, now and then told twice."""
    client_id, ids = str(family.client_id), {}
    kinds: Sequence[tuple[str, datetime]] = (("in", begins), ("out", ends))
    for kind, instant in kinds if pen.dice.random() < 0.85 else kinds[:1]:
        fix = pen.some_fix(instant)
        ids[f"{kind}_event_id"] = pen.write("clock_event", instant, kind=kind, client_id=client_id, fix=fix)
    for minutes in (5, 9) if pen.dice.random() < 0.15 else (5,):
        items = [{"item_code": "bath", "minutes": 20}]
        day = begins.date().isoformat()
        pen.write("care_day", ends + minutes * MINUTE, client_id=client_id, day=day, items=items, **ids)
