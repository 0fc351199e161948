"""Care at home on a day on which the client was away; the days of leaving and of coming back are at home too.

A family carer may have gone on a journey with him: his day then is no finding, and by the month's rules not paid.
"""

from collections.abc import Iterator

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, days_of_care, stream
from app.oversight.types import FindingKind, Hit, SubjectKind
from app.registry.types import StayKind


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Visits and care days within a stay, whenever it became known."""
    cared, away = days_of_care(sources), sources.away.subquery("away")
    is_within = and_(
        cared.c.client_id == away.c.client_id,
        cared.c.day > away.c.gone_on,
        or_(away.c.back_on.is_(None), cared.c.day < away.c.back_on),
        or_(cared.c.is_visit, away.c.stay_kind != StayKind.TRAVEL.value),
    )
    statement = select(cared.c.client_id, cared.c.id, away.c.stay_kind, away.c.gone_on).join(away, is_within)
    for row in stream(session, statement.order_by(cared.c.client_id, cared.c.id)):
        yield Hit(row.client_id, row.id, {"stay_kind": str(row.stay_kind), "gone_on": row.gone_on.isoformat()})


RULE = RiskRule(
    name="service_in_hospital",
    version=2,
    kind=FindingKind.HARD,
    subject=SubjectKind.CLIENT,
    chinese="服务对象住院、入住机构或外出期间有上门服务或亲情照护记录。",
    english="A visit or a family carer's day is recorded while the client was in hospital, in an institution or away.",
    find=find,
)
