"""Whether the own share of a visit's month is confirmed, where policy asks for it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.checkin.queries import shares as queries
from app.checkin.queries.facts import find_payable_record
from app.checkin.service import facts
from app.checkin.shown import RecordView
from app.checkin.types import ExceptionCode, Found
from app.policies.types import Policy
from app.registry.queries import lock_client
from app.schedules.types import VisitView

OF_SHARE = frozenset({ExceptionCode.SHARE_NOT_CONFIRMED})


def tell_share(session: Session, visit: VisitView, *, record: RecordView, policy: Policy, at: datetime) -> None:
    """Keep whether the client's share of a visit's month is confirmed; not asked of what is paid by this record.

    Of a visit under its lock. The client is locked too, so that a confirmation at this moment finds the visit, or is
    found.
    """
    if visit.agency_id is None or not policy.settlement.own_share_confirmed:
        return
    lock_client(session, client_id=visit.client_id)
    if find_payable_record(session, visit_id=visit.id) == record.id:
        return
    month = record.service_on.replace(day=1)
    confirmed = queries.is_confirmed(session, client_id=visit.client_id, agency_id=visit.agency_id, month=month)
    found = () if confirmed else (Found(ExceptionCode.SHARE_NOT_CONFIRMED, {"month": month.isoformat()}),)
    facts.find_again(session, fact_id=visit.id, codes=OF_SHARE, found=found, policy=policy, at=at)
