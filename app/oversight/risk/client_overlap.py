"""More carers at one client at once than were planned."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from app.oversight.sources import RiskRule, Sources, overlap_hits, overlapping
from app.oversight.types import FindingKind, Hit, SubjectKind

LONGER_THAN = timedelta(minutes=10)  # who leaves hands over to who comes (assumed)


def find(session: Session, sources: Sources) -> Iterator[Hit]:
    """Visits of one client that overlap, but for teams."""
    return overlap_hits(
        session, overlapping(sources.visits, by="client_id", longer_than=LONGER_THAN, but=_are_planned_together)
    )


def _are_planned_together(earlier: Any, later: Any) -> ColumnElement[bool]:
    """Two slots whose planned times overlap: two carers for one client. What nobody planned is not."""
    is_team = and_(
        earlier.c.slot != later.c.slot,
        earlier.c.person_id != later.c.person_id,
        earlier.c.planned_from < later.c.planned_to,
        later.c.planned_from < earlier.c.planned_to,
    )
    return is_team.is_(True)  # null where one is not planned


RULE = RiskRule(
    name="client_overlap",
    version=1,
    kind=FindingKind.HARD,
    subject=SubjectKind.CLIENT,
    chinese="同一服务对象的服务时间重叠，且不是计划内的多人服务。",
    english="Visits to one client overlap in time, and were not planned as a team's.",
    find=find,
)
