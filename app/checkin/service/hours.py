"""Whether a client's limits of home care leave room for one more paid visit."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.checkin.queries import facts as queries
from app.checkin.service import facts
from app.checkin.shown import RecordView
from app.checkin.types import ExceptionCode, Found
from app.policies.codes import HomeType
from app.policies.types import Policy
from app.registry.queries import list_entitlements, lock_client
from app.schedules.rules import days_to_count, find_used_up, is_judged, limits_on
from app.schedules.types import UsedUp, VisitView

OF_HOURS = frozenset({ExceptionCode.HOURS_USED_UP})


def tell_hours(session: Session, visit: VisitView, *, record: RecordView, policy: Policy, at: datetime) -> bool:
    """Keep whether a visit goes over a limit of its client's beside those that are paid; True when it does.

    What is paid by this record stays so, whatever was paid after it. Of a visit under its lock, before it is paid: the
    client is locked too, else two visits settled at one moment would each find room.
    """
    if not any(is_judged(each) for each in policy.entitlement.home_limits):
        return False
    lock_client(session, client_id=visit.client_id)
    if queries.find_payable_record(session, visit_id=visit.id) == record.id:
        return False
    used_up = _find_used_up(session, visit, record=record, policy=policy)
    found = [Found(ExceptionCode.HOURS_USED_UP, each.told()) for each in used_up]
    facts.find_again(session, fact_id=visit.id, codes=OF_HOURS, found=found, policy=policy, at=at)
    return bool(found)


def _find_used_up(session: Session, visit: VisitView, *, record: RecordView, policy: Policy) -> tuple[UsedUp, ...]:
    day, client_id = record.service_on, visit.client_id
    entitled = list_entitlements(session, client_ids=(client_id,), first=day, last=day).get(client_id, ())
    limits = limits_on(policy.entitlement.home_limits, home_type=HomeType.AGENCY_CARE, entitled=entitled, on=day)
    if not limits:
        return ()
    first, beyond = days_to_count([(day, limits)])
    paid = queries.list_paid_days(session, client_id=client_id, first=first, beyond=beyond, but=visit.id)
    return find_used_up(limits, on=day, asked=record.minutes, taken=paid)
