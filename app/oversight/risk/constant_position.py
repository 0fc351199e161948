"""A phone that is at the same metre for weeks: positions that somebody has set.

One tap of a visit is looked at, since WeChat may give the same fix twice within half a minute. Indoors a phone's fix
may come from one router and stand still honestly: it is a sign, and holds nothing.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, stream
from app.oversight.types import FindingKind, Hit, SubjectKind

LEAST_TAPS = 10  # of a carer at a client (assumed, as what follows)
LEAST_PERCENT = 90
LEAST_SPAN = timedelta(days=14)


def is_constant(*, taps: int, alike: int, first: date, last: date) -> bool:
    """Say whether that many equal positions among all of some weeks are no accident."""
    return taps >= LEAST_TAPS and 100 * alike >= LEAST_PERCENT * taps and last - first >= LEAST_SPAN


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Visits of a carer at a client with the position that nearly all have."""
    visits, taps = sources.visits.subquery("visits"), sources.taps.subquery("taps")
    pair = (visits.c.person_id, visits.c.client_id)
    alike = (*pair, taps.c.distance_m, taps.c.accuracy_m)
    counted = (
        select(
            *pair,
            visits.c.id,
            taps.c.distance_m,
            taps.c.accuracy_m,
            func.count().over(partition_by=pair).label("taps"),
            func.count().over(partition_by=alike).label("alike"),
            func.min(visits.c.day).over(partition_by=alike).label("first"),
            func.max(visits.c.day).over(partition_by=alike).label("last"),
        )
        .join(taps, taps.c.visit_id == visits.c.id)
        .where(taps.c.kind == "in", taps.c.distance_m.is_not(None))
        .subquery("counted")
    )
    enough = select(counted).where(
        counted.c.taps >= LEAST_TAPS, 100 * counted.c.alike >= LEAST_PERCENT * counted.c.taps
    )
    for row in stream(session, enough.order_by(counted.c.person_id, counted.c.id)):
        if is_constant(taps=row.taps, alike=row.alike, first=row.first, last=row.last):
            facts = {"distance_m": row.distance_m, "accuracy_m": row.accuracy_m, "alike": row.alike}
            yield Hit(row.person_id, row.id, {**facts, "taps": row.taps})


RULE = RiskRule(
    name="constant_position",
    version=1,
    kind=FindingKind.PERSONAL,
    subject=SubjectKind.PERSON,
    chinese="几周内打卡位置始终一样，精确到米：可能用了虚拟定位。",
    english="For weeks the position of the taps was the same to the metre: it may have been set.",
    find=find,
)
