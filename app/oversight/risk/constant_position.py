"""A phone that is at the same metre for weeks: positions that somebody has set.

One tap of a visit is looked at, since WeChat may give the same fix twice within half a minute. In some
homes a phone's fix comes from one router and stands still honestly; not in most homes of a carer.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, stream
from app.oversight.types import FindingKind, Hit, SubjectKind

LEAST_TAPS = 10  # of a carer at a client (assumed, as what follows)
LEAST_PERCENT = 90
LEAST_SPAN = timedelta(days=14)
LEAST_PERCENT_OF_ALL = 50  # of the carer's taps, over all clients


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
    is_alike = and_(
        counted.c.taps >= LEAST_TAPS,
        100 * counted.c.alike >= LEAST_PERCENT * counted.c.taps,
        counted.c.last - counted.c.first >= LEAST_SPAN.days,
    )
    everywhere = select(
        counted,
        is_alike.label("is_alike"),
        func.count().over(partition_by=counted.c.person_id).label("of_person"),
        func.count().filter(is_alike).over(partition_by=counted.c.person_id).label("alike_of_person"),
    ).subquery("everywhere")
    mostly = select(everywhere).where(
        everywhere.c.is_alike, 100 * everywhere.c.alike_of_person >= LEAST_PERCENT_OF_ALL * everywhere.c.of_person
    )
    for row in stream(session, mostly.order_by(everywhere.c.person_id, everywhere.c.id)):
        facts = {"distance_m": row.distance_m, "accuracy_m": row.accuracy_m, "alike": row.alike, "taps": row.taps}
        yield Hit(row.person_id, row.id, facts)


RULE = RiskRule(
    name="constant_position",
    version=1,
    kind=FindingKind.PERSONAL,
    subject=SubjectKind.PERSON,
    chinese="几周内打卡位置始终一样，精确到米：可能用了虚拟定位。",
    english="For weeks the position of the taps was the same to the metre: it may have been set.",
    find=find,
)
