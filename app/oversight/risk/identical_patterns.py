"""Visits that are the same to the minute, day after day: begun, ended and logged alike, against the plan."""

from collections.abc import Iterator

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, minutes, stream, timed
from app.oversight.types import FindingKind, Hit, SubjectKind

# Nobody comes to the same minute that often (assumed).
LEAST_VISITS = 8  # of a carer at a client in the month
LEAST_PERCENT = 80  # of which so many are alike


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Visits of a carer at a client of which most are alike."""
    visits, items = timed(sources.visits).subquery("visits"), sources.items.subquery("items")
    form = (
        minutes(visits.c.began_at - visits.c.planned_from),
        minutes(visits.c.ended_at - visits.c.began_at),
        items.c.pattern,
    )
    pair = (visits.c.person_id, visits.c.client_id)
    counted = (
        select(
            visits.c.person_id,
            visits.c.id,
            form[0].label("offset"),
            form[1].label("length"),
            func.count().over(partition_by=pair).label("visits"),
            func.count().over(partition_by=(*pair, *form)).label("alike"),
        )
        .outerjoin(items, items.c.visit_id == visits.c.id)
        .where(visits.c.planned_from.is_not(None))
        .subquery("counted")
    )
    is_alike = and_(counted.c.visits >= LEAST_VISITS, 100 * counted.c.alike >= LEAST_PERCENT * counted.c.visits)
    for row in stream(session, select(counted).where(is_alike).order_by(counted.c.person_id, counted.c.id)):
        facts = {"minutes_after_plan": int(row.offset), "minutes": int(row.length), "alike": row.alike}
        yield Hit(row.person_id, row.id, {**facts, "visits": row.visits})


RULE = RiskRule(
    name="identical_patterns",
    version=1,
    kind=FindingKind.PERSONAL,
    subject=SubjectKind.PERSON,
    chinese="对同一服务对象的服务记录每天几乎一模一样（时间、时长、项目）。",
    english="Records of one carer at one client are alike to the minute, day after day.",
    find=find,
)
