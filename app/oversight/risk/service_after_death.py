"""A visit on a day after the client's death; on the day itself care may have come before."""

from collections.abc import Iterator

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, stream
from app.oversight.types import FindingKind, Hit, SubjectKind


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Visits after death, whenever it became known."""
    visits, died = sources.visits.subquery("visits"), sources.died.subquery("died")
    is_after = and_(visits.c.client_id == died.c.client_id, visits.c.day > died.c.died_on)
    statement = select(visits.c.client_id, visits.c.id, (visits.c.day - died.c.died_on).label("days"))
    for row in stream(session, statement.join(died, is_after).order_by(visits.c.client_id, visits.c.id)):
        yield Hit(row.client_id, row.id, {"days_after": row.days})


RULE = RiskRule(
    name="service_after_death",
    version=1,
    kind=FindingKind.HARD,
    subject=SubjectKind.CLIENT,
    chinese="服务对象去世之后仍有上门服务记录。",
    english="A visit is recorded on a day after the client's death.",
    find=find,
)
