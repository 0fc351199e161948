"""What becomes of a visit or care day that was found by a comparison with others: it waits for the operator. A machine
holds, only a person refuses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.queries import facts as queries
from app.checkin.service import facts
from app.checkin.service.paying import withdraw_day
from app.checkin.service.settling import policy_on, settle_visit
from app.checkin.service.turns import take_turn
from app.checkin.types import ExceptionCode, FactKind, Found, ReviewStep
from app.kernel import clock
from app.kernel.regions import zone_of
from app.schedules.queries import find_visits
from app.schedules.service import progress


def hold_for_finding(
    session: Session, *, fact_id: UUID, rule: str, finding_id: UUID, region: str, at: datetime
) -> bool:
    """Keep with a visit or care day that a risk rule found it, and let it wait; see `hold_found`. The caller asks once
    for each finding."""
    found = Found(ExceptionCode.RISK_FOUND, {"rule": rule, "finding_id": str(finding_id)})
    return hold_found(session, found, fact_id=fact_id, region=region, at=at)


def hold_found(session: Session, found: Found, *, fact_id: UUID, region: str, at: datetime) -> bool:
    """Keep what was found of a fact, and let it wait for the operator, whoever accepted it before.

    What a person refused stays refused, and a care day that waits already, or is not the one that counts, stays
    where it is. False for what is no fact.
    """
    subject = queries.find_subject(session, fact_id=fact_id)
    if subject is None:
        return False
    if subject.kind is FactKind.VISIT:
        progress.lock(session, visit_id=fact_id)
    else:
        take_turn(session, client_id=subject.client_id or fact_id)
    today = clock.local_date(at, zone_of(region))
    day = queries.find_service_day(session, subject=subject) or today
    policy = policy_on(day, region=region, district=subject.district_code, at=at)
    facts.add_exceptions(session, fact_id=fact_id, found=(found,), policy=policy, at=at)
    if subject.kind is FactKind.VISIT:
        settle_visit(session, find_visits(session, ids=[fact_id])[fact_id], region=region, at=at, news=(found,))
    elif withdraw_day(session, care_day_id=fact_id):
        facts.hold(session, fact_id=fact_id, step=ReviewStep.OPERATOR, today=today, policy=policy, at=at)
    return True
