"""Two visits of one person, one after the other, farther apart than anybody gets in the time between them.

The distance is that of the clients' homes, less whatever the taps allow: how far from the home the phone was, and how
exact its fix. A wrong address is forgiven that way, and so is a phone indoors.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.oversight.sources import Places, RiskRule, Sources, stream, timed
from app.oversight.types import FindingKind, Hit, SubjectKind

FASTEST_M_PER_MINUTE = 1500  # 90 km/h from door to door (assumed)
GRACE = timedelta(minutes=1)  # taps are not to the second
ONE_MINUTE = timedelta(minutes=1)


def is_impossible(metres: float, *, gap: timedelta, slack_m: float = 0) -> bool:
    """Say whether nobody gets that far between leaving and coming; who left after he came, by his taps, had no time."""
    return metres - slack_m > FASTEST_M_PER_MINUTE * ((max(gap, timedelta(0)) + GRACE) / ONE_MINUTE)


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Both ends of each journey that cannot have been."""
    places = sources.places()
    far = _too_far(session, sources, places)
    if not far:
        return
    for row in stream(session, _journeys(sources, list(far))):
        metres = far[row.from_client, row.to_client]
        gap, slack_m = row.gap, int(row.slack_m)
        if is_impossible(metres, gap=gap, slack_m=slack_m):
            facts = {"metres": round(metres), "slack_m": slack_m, "minutes": gap // ONE_MINUTE}
            yield Hit(row.person_id, row.from_id, {**facts, "next_fact_id": str(row.to_id)})
            yield Hit(row.person_id, row.to_id, {**facts, "last_fact_id": str(row.from_id)})


def _too_far(session: Session, sources: Sources, places: Places) -> dict[tuple[UUID, UUID], float]:
    """The pairs of clients between which somebody was too fast if the homes are where they are said to be: few, found
    without a look at any tap."""
    legs = _legs(sources).subquery("legs")
    shortest = select(legs.c.from_client, legs.c.to_client, func.min(legs.c.gap).label("gap"))
    far = {}
    for row in stream(session, shortest.group_by(legs.c.from_client, legs.c.to_client)):
        metres = places.apart_m(row.from_client, row.to_client)
        if metres is not None and is_impossible(metres, gap=row.gap):
            far[row.from_client, row.to_client] = metres
    return far


def _legs(sources: Sources) -> Select[*tuple[Any, ...]]:
    """From each visit of a person to the next one, at another client."""
    visits = timed(sources.visits).subquery("visits")
    order: dict[str, Any] = {"partition_by": visits.c.person_id, "order_by": (visits.c.began_at, visits.c.id)}
    following = select(
        visits.c.person_id,
        visits.c.id.label("to_id"),
        visits.c.client_id.label("to_client"),
        func.lag(visits.c.id).over(**order).label("from_id"),
        func.lag(visits.c.client_id).over(**order).label("from_client"),
        (visits.c.began_at - func.lag(visits.c.ended_at).over(**order)).label("gap"),
    ).subquery("following")
    return select(following).where(following.c.from_client != following.c.to_client)


def _journeys(sources: Sources, pairs: list[tuple[UUID, UUID]]) -> Select[*tuple[Any, ...]]:
    """The journeys between these pairs of clients, with what the taps allow."""
    legs = _legs(sources).subquery("legs")
    asked = (
        func.unnest(
            literal([one for one, _ in pairs], ARRAY(Uuid())), literal([other for _, other in pairs], ARRAY(Uuid()))
        )
        .table_valued("from_client", "to_client", name="asked")
        .render_derived()
    )
    between = and_(asked.c.from_client == legs.c.from_client, asked.c.to_client == legs.c.to_client)
    of_leg = select(legs).join(asked, between).cte("journeys")
    slack = _allowed(sources, of_leg.c.from_id, "out") + _allowed(sources, of_leg.c.to_id, "in")
    return select(of_leg, slack.label("slack_m")).order_by(of_leg.c.person_id, of_leg.c.to_id)


def _allowed(sources: Sources, visit_id: ColumnElement[UUID], kind: str) -> ColumnElement[int]:
    """How far from the home a visit's tap may have been, in metres; none without a position."""
    taps = sources.taps.subquery("taps")
    metres = func.coalesce(taps.c.distance_m, 0) + func.coalesce(taps.c.accuracy_m, 0)
    farthest = select(func.max(metres)).where(taps.c.visit_id == visit_id, taps.c.kind == kind)
    return func.coalesce(farthest.scalar_subquery(), 0)


RULE = RiskRule(
    name="impossible_travel",
    version=1,
    kind=FindingKind.HARD,
    subject=SubjectKind.PERSON,
    chinese="两次服务之间的时间不足以从一家赶到另一家。",
    english="Two visits of one carer lie farther apart than anybody gets in the time between them.",
    find=find,
)
