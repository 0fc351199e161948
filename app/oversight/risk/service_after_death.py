"""A visit or care day on a day after the client's death; on the day itself care may have come before."""

from collections.abc import Iterator

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, days_of_care, stream
from app.oversight.types import FindingKind, Hit, SubjectKind


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Visits and care days after death, whenever it became known."""
    cared, died = days_of_care(sources), sources.died.subquery("died")
    is_after = and_(cared.c.client_id == died.c.client_id, cared.c.day > died.c.died_on)
    statement = select(cared.c.client_id, cared.c.id, (cared.c.day - died.c.died_on).label("days"))
    for row in stream(session, statement.join(died, is_after).order_by(cared.c.client_id, cared.c.id)):
        yield Hit(row.client_id, row.id, {"days_after": row.days})


RULE = RiskRule(
    name="service_after_death",
    version=2,
    kind=FindingKind.HARD,
    subject=SubjectKind.CLIENT,
    chinese="服务对象去世之后仍有上门服务或亲情照护记录。",
    english="A visit or a family carer's day is recorded on a day after the client's death.",
    find=find,
)
