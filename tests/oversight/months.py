"""A month's records written down by hand, as the risk rules look at them: no table is filled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Text, Uuid, cast, column, false, literal, select, values
from sqlalchemy.orm import Session

from app.kernel.geo import Point
from app.oversight.sources import Places, RiskRule, Sources
from app.oversight.types import Hit

FIRST = date(2026, 11, 1)
EIGHT = datetime(2026, 11, 1, 0, tzinfo=UTC)  # by the clock of Tianjin
INSTANT, NUMBER = DateTime(timezone=True), BigInteger()
VISITS = {
    "id": Uuid(), "person_id": Uuid(), "client_id": Uuid(), "slot": NUMBER, "planned_from": INSTANT,
    "planned_to": INSTANT, "began_at": INSTANT, "ended_at": INSTANT, "day": Date(),
}  # fmt: skip
TAPS = {"visit_id": Uuid(), "kind": Text(), "phone": Uuid(), "distance_m": NUMBER, "accuracy_m": NUMBER}
ITEMS = {"visit_id": Uuid(), "pattern": NUMBER, "logged": NUMBER, "undone": NUMBER}
SAID = {"visit_id": Uuid(), "person_id": Uuid(), "phone": Uuid()}
CARE_DAYS = {"id": Uuid(), "client_id": Uuid(), "day": Date()}
AWAY = {"client_id": Uuid(), "stay_kind": Text(), "gone_on": Date(), "back_on": Date()}
DIED = {"client_id": Uuid(), "died_on": Date()}
COPIES = {"visit_id": Uuid(), "photo_id": Uuid(), "copied_photo_id": Uuid(), "copied_fact_id": Uuid()}


def uid(number: int | None) -> UUID | None:
    """A small number stands for an id."""
    return None if number is None else UUID(int=number)


@dataclass(frozen=True)
class V:
    """A visit: `carer` at `client` from `begin` to `end`, minutes after eight on `day` of November.

    Planned for the hour from `plan` on, by default from its beginning; None is unplanned. `phone` tapped both ends,
    `off` metres from the home and exact to `accuracy`. `items` is what was logged: pattern, how many, how many undone.
    """

    id: int
    carer: int
    client: int
    begin: int
    end: int | None
    day: int = 2
    slot: int = 1
    plan: int | str | None = "begin"
    phone: int | None = None
    off: int | None = 10
    accuracy: int | None = 20
    items: tuple[int, int, int] | None = None
    said_by: int | None = None  # the phone of whoever confirmed

    @property
    def midnight(self) -> datetime:
        return EIGHT + timedelta(days=self.day - 1)

    def at(self, minute: int) -> datetime:
        return self.midnight + timedelta(minutes=minute)

    def row(self) -> tuple[Any, ...]:
        plan = self.begin if self.plan == "begin" else self.plan
        planned = (None, None) if plan is None else (self.at(int(plan)), self.at(int(plan) + 60))
        day = FIRST + timedelta(days=self.day - 1)
        ids = (uid(self.id), uid(self.carer), uid(self.client))
        return (*ids, self.slot, *planned, self.at(self.begin), None if self.end is None else self.at(self.end), day)

    def taps(self) -> list[tuple[Any, ...]]:
        return [(uid(self.id), kind, uid(self.phone), self.off, self.accuracy) for kind in ("in", "out")]


@dataclass(frozen=True)
class Month:
    """Visits, stays (client, kind, days of November), deaths (client, day), how far north each client lives (km),
    copies (visit, photo, the fact it is copied from), and family carers' days (id, client, day)."""

    visits: Iterable[V]
    away: Iterable[tuple[int, str, int, int | None]] = ()
    died: Iterable[tuple[int, int]] = ()
    homes: Mapping[int, float] = field(default_factory=dict)
    copies: Iterable[tuple[int, int, int]] = ()
    care_days: Iterable[tuple[int, int, int]] = ()

    def sources(self) -> Sources:
        visits = list(self.visits)
        away = [(uid(c), kind, _day(gone), None if back is None else _day(back)) for c, kind, gone, back in self.away]
        said = [(uid(v.id), uid(9999), uid(v.said_by)) for v in visits if v.said_by]
        places = {uid(client): [Point(39 + km / 111.03, 117)] for client, km in self.homes.items()}
        return Sources(
            visits=_select(VISITS, [v.row() for v in visits]),
            taps=_select(TAPS, [tap for v in visits for tap in v.taps()]),
            items=_select(ITEMS, [(uid(v.id), *v.items) for v in visits if v.items]),
            care_days=_select(CARE_DAYS, [(uid(id), uid(client), _day(day)) for id, client, day in self.care_days]),
            said=_select(SAID, said),
            away=_select(AWAY, away),
            died=_select(DIED, [(uid(client), _day(day)) for client, day in self.died]),
            copies=_select(COPIES, [(uid(v), uid(photo), uid(9998), uid(fact)) for v, photo, fact in self.copies]),
            places=lambda: Places(places),  # type: ignore[arg-type]  # ids that are there
        )


def find(session: Session, rule: RiskRule, month: Month) -> list[Hit]:
    """What a rule finds, checked to come subject by subject."""
    hits = list(rule.find(session, month.sources()))
    subjects = [hit.subject_id for hit in hits]
    assert sorted(subjects) == subjects
    return hits


def found(session: Session, rule: RiskRule, month: Month) -> set[int]:
    """The numbers of the visits that a rule finds."""
    return {hit.fact_id.int for hit in find(session, rule, month)}


def subjects(session: Session, rule: RiskRule, month: Month) -> set[int]:
    """The numbers of whom a rule finds."""
    return {hit.subject_id.int for hit in find(session, rule, month)}


def _day(day: int) -> date:
    return FIRST + timedelta(days=day - 1)


def _select(columns: Mapping[str, Any], rows: list[tuple[Any, ...]]) -> Any:
    if not rows:
        return select(*(cast(None, kind).label(name) for name, kind in columns.items())).where(false())
    typed = [tuple(cast(literal(v, k), k) for v, k in zip(row, columns.values(), strict=True)) for row in rows[:1]]
    table = values(*(column(name, kind) for name, kind in columns.items()), name="given").data([*typed, *rows[1:]])
    return select(table)
