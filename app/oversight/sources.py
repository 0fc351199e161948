"""What risk rules look at: selects over a month's visits and care days with what belongs to them, and clients' places.

A rule is one file in `risk`; it takes from here what it needs. Nothing here names a table: in the rules' cases the same
columns are written down by hand.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Interval,
    Select,
    Subquery,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from app.kernel.geo import Point, distance_m
from app.oversight.types import FindingKind, Hit, SubjectKind

AT_ONCE = 1000
NEAR_M = 300  # one home, or one yard: who cares for a couple is at both of them at once (assumed)


class Places:
    """The approved places of clients; the distance of two clients is that of their nearest two."""

    def __init__(self, known: Mapping[UUID, Sequence[Point]]) -> None:
        self._known = known
        self._apart: dict[tuple[UUID, UUID], float | None] = {}

    def apart_m(self, one: UUID, other: UUID) -> float | None:
        """Metres between the places of two clients; None where one has no known place."""
        pair = (one, other) if one < other else (other, one)
        if pair not in self._apart:
            all_of_them = (distance_m(a, b) for a in self._known.get(one, ()) for b in self._known.get(other, ()))
            self._apart[pair] = min(all_of_them, default=None)
        return self._apart[pair]

    def are_near(self, one: UUID, other: UUID) -> bool:
        """Whether one may be at both; not of places that nobody knows."""
        metres = 0.0 if one == other else self.apart_m(one, other)
        return metres is not None and metres <= NEAR_M


@dataclass(frozen=True, slots=True)
class Sources:
    """A month's recorded visits and family carers' days, and what belongs to them.

    `visits`: id, person_id, client_id, slot, planned_from, planned_to, began_at, ended_at, day; began or ended is None
    where nobody knows it, see `timed`. `taps`: visit_id, kind, phone, distance_m, accuracy_m. `items`: visit_id,
    pattern, logged, undone. `care_days`: id, client_id, day. `said`, who confirmed: visit_id, person_id, phone.
    `away`: client_id, stay_kind, gone_on, back_on. `died`: client_id, died_on. `copies`, photos that were found to be
    copies: visit_id, photo_id, copied_photo_id, copied_fact_id.
    """

    visits: Select[*tuple[Any, ...]]
    taps: Select[*tuple[Any, ...]]
    items: Select[*tuple[Any, ...]]
    care_days: Select[*tuple[Any, ...]]
    said: Select[*tuple[Any, ...]]
    away: Select[*tuple[Any, ...]]
    died: Select[*tuple[Any, ...]]
    copies: Select[*tuple[Any, ...]]
    places: Callable[[], Places]


@dataclass(frozen=True, slots=True)
class RiskRule:
    """A risk rule: `find` gives what it finds in order of subjects. A change of what it finds is a new version."""

    name: str
    version: int
    kind: FindingKind
    subject: SubjectKind
    chinese: str
    english: str
    find: Callable[[Session, Sources], Iterator[Hit]]


def stream(session: Session, statement: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """The rows of a statement, never all in memory."""
    yield from session.execute(statement.execution_options(yield_per=AT_ONCE))


def timed(visits: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Those of the visits whose beginning and end are known."""
    told = visits.subquery("told")
    return select(told).where(told.c.ended_at > told.c.began_at)


def days_of_care(sources: Sources) -> Subquery:
    """Visits and care days alike: id, client_id, day, is_visit. What holds of a day is asked of both."""
    parts = ((sources.visits.subquery(), true()), (sources.care_days.subquery(), false()))
    columns = (select(each.c.id, each.c.client_id, each.c.day, is_visit.label("is_visit")) for each, is_visit in parts)
    return union_all(*columns).subquery("cared")


def minutes(span: ColumnElement[Any]) -> ColumnElement[int]:
    """Whole minutes of a span of time."""
    return func.floor(func.extract("epoch", span) / 60)


def overlapping(
    visits: Select[*tuple[Any, ...]], *, by: str, longer_than: timedelta, but: Callable[[Any, Any], ColumnElement[bool]]
) -> Select[*tuple[Any, ...]]:
    """Visits with the same `by` that overlap by `longer_than` or more, each with those it overlaps: subject_id,
    fact_id, minutes, others; `but` names pairs that are as they should be.

    Half-open: touching visits do not overlap. Few overlap, so pairs are made only of who begins before all earlier ones
    of his have ended.
    """
    every = timed(visits).cte("visits")
    ended_before = func.max(every.c.ended_at).over(
        partition_by=every.c[by], order_by=(every.c.began_at, every.c.id), rows=(None, -1)
    )
    marked = select(every, ended_before.label("ended_before")).cte("marked")
    bound = literal(longer_than, Interval())
    later = select(marked).where(marked.c.ended_before >= marked.c.began_at + bound).cte("later")
    earlier = every.alias("earlier")
    shared = func.least(later.c.ended_at, earlier.c.ended_at) - later.c.began_at
    is_earlier = or_(
        earlier.c.began_at < later.c.began_at,
        and_(earlier.c.began_at == later.c.began_at, earlier.c.id < later.c.id),
    )
    pairs = (
        select(
            later.c[by].label("subject_id"),
            later.c.id.label("one_id"),
            earlier.c.id.label("other_id"),
            minutes(shared).label("minutes"),
        )
        .join(earlier, and_(earlier.c[by] == later.c[by], is_earlier))
        .where(shared >= bound, ~but(earlier, later))
        .cte("pairs")
    )
    sides = union_all(
        select(pairs.c.subject_id, pairs.c.one_id.label("fact_id"), pairs.c.other_id, pairs.c.minutes),
        select(pairs.c.subject_id, pairs.c.other_id.label("fact_id"), pairs.c.one_id, pairs.c.minutes),
    ).subquery("sides")
    others = func.array_agg(sides.c.other_id).label("others")
    return (
        select(sides.c.subject_id, sides.c.fact_id, func.max(sides.c.minutes).label("minutes"), others)
        .group_by(sides.c.subject_id, sides.c.fact_id)
        .order_by(sides.c.subject_id, sides.c.fact_id)
    )


def overlap_hits(session: Session, statement: Select[*tuple[Any, ...]]) -> Iterator[Hit]:
    """What `overlapping` finds."""
    for row in stream(session, statement):
        others = sorted(str(each) for each in row.others)
        yield Hit(row.subject_id, row.fact_id, {"minutes": int(row.minutes), "overlaps": others})
