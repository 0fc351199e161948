"""One person at two visits at once, over all agencies."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import false
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, overlap_hits, overlapping
from app.oversight.types import FindingKind, Hit, SubjectKind

LONGER_THAN = timedelta(minutes=5)  # a late tap at the door is no second place (assumed)


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Visits of one person that overlap."""
    statement = overlapping(
        sources.visits, by="person_id", longer_than=LONGER_THAN, but=lambda _earlier, _later: false()
    )
    return overlap_hits(session, statement)


RULE = RiskRule(
    name="carer_overlap",
    version=1,
    kind=FindingKind.HARD,
    subject=SubjectKind.PERSON,
    chinese="同一名照护人员的服务时间重叠（含不同机构之间）。",
    english="Visits of one carer overlap in time, also across agencies.",
    find=find,
)
