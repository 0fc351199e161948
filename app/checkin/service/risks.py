"""What becomes of a visit that a risk rule found: it waits for the operator. A machine holds, only a person refuses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.queries import events
from app.checkin.service import facts
from app.checkin.service.settling import policy_on, settle_visit
from app.checkin.types import ExceptionCode, Found
from app.schedules.queries import find_visits
from app.schedules.service import progress


def hold_for_finding(
    session: Session, *, visit_id: UUID, rule: str, finding_id: UUID, region: str, at: datetime
) -> bool:
    """Keep with a recorded visit that a rule found it, and let it wait for the operator, whoever accepted it before.

    What a person refused stays refused. False for what is no recorded visit. The caller asks once for each finding.
    """
    visit = find_visits(session, ids=[visit_id]).get(visit_id)
    if visit is None:
        return False
    progress.lock(session, visit_id=visit_id)
    record = events.find_record(session, visit_id=visit_id)
    if record is None:
        return False
    policy = policy_on(record.service_on, region=region, district=visit.district_code, at=at)
    found = Found(ExceptionCode.RISK_FOUND, {"rule": rule, "finding_id": str(finding_id)})
    facts.add_exceptions(session, fact_id=visit_id, found=(found,), policy=policy, at=at)
    settle_visit(session, visit, region=region, at=at, news=(found,))
    return True
