"""A visit whose photo is a copy of another visit's or care day's, over all carers of the fund.

Photos are compared when they come, once; here only what that found is read, also where it no longer holds the visit.
"""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, stream
from app.oversight.types import FindingKind, Hit, SubjectKind


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Visits with copies, never those they were copied from."""
    visits, copies = sources.visits.subquery("visits"), sources.copies.subquery("copies")
    statement = (
        select(
            visits.c.person_id,
            visits.c.id,
            func.count(copies.c.photo_id.distinct()).label("photos"),
            func.array_agg(copies.c.copied_fact_id.distinct()).label("copied_fact_ids"),
        )
        .join(copies, copies.c.visit_id == visits.c.id)
        .where(copies.c.copied_fact_id != visits.c.id)
        .group_by(visits.c.person_id, visits.c.id)
    )
    for row in stream(session, statement.order_by(visits.c.person_id, visits.c.id)):
        copied = sorted(str(each) for each in row.copied_fact_ids)
        yield Hit(row.person_id, row.id, {"photos": row.photos, "copied_fact_ids": copied})


RULE = RiskRule(
    name="copied_photo",
    version=1,
    kind=FindingKind.HARD,
    subject=SubjectKind.PERSON,
    chinese="服务照片是另一次服务照片的翻版。",
    english="A photo of the visit is a copy of another visit's.",
    find=find,
)
