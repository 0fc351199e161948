"""A visit at home on a day on which the client was away; the days of leaving and of coming back are at home too."""

from collections.abc import Iterator

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, stream
from app.oversight.types import FindingKind, Hit, SubjectKind


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Visits within a stay, whenever it became known."""
    visits, away = sources.visits.subquery("visits"), sources.away.subquery("away")
    is_within = and_(
        visits.c.client_id == away.c.client_id,
        visits.c.day > away.c.gone_on,
        or_(away.c.back_on.is_(None), visits.c.day < away.c.back_on),
    )
    statement = select(visits.c.client_id, visits.c.id, away.c.stay_kind, away.c.gone_on).join(away, is_within)
    for row in stream(session, statement.order_by(visits.c.client_id, visits.c.id)):
        yield Hit(row.client_id, row.id, {"stay_kind": str(row.stay_kind), "gone_on": row.gone_on.isoformat()})


RULE = RiskRule(
    name="service_in_hospital",
    version=1,
    kind=FindingKind.HARD,
    subject=SubjectKind.CLIENT,
    chinese="服务对象住院、入住机构或外出期间有上门服务记录。",
    english="A visit at home is recorded while the client was in hospital, in an institution or away.",
    find=find,
)
