"""Whether clients' limits of home care leave room for more paid visits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.queries import facts as queries
from app.checkin.service import facts
from app.checkin.shown import RecordView
from app.checkin.types import ExceptionCode, Found
from app.policies.codes import HomeType
from app.policies.entry_terms import HomeLimit
from app.policies.types import Policy
from app.registry.queries import list_entitlements, lock_client
from app.schedules.rules import days_to_count, find_used_up, is_judged, limits_on
from app.schedules.types import VisitView

OF_HOURS = frozenset({ExceptionCode.HOURS_USED_UP})


@dataclass(frozen=True, slots=True)
class Room:
    """The limits by which visits are judged, and what is paid of their clients' care: visit, day and minutes."""

    limits: Mapping[UUID, tuple[HomeLimit, ...]]
    paid: defaultdict[UUID, list[tuple[UUID, date, int]]]

    def find_over(self, visit: VisitView, record: RecordView) -> list[Found]:
        """The limits that a visit goes over beside those that are paid."""
        limits = self.limits.get(visit.id, ())
        taken = [(day, minutes) for visit_id, day, minutes in self.paid[visit.client_id] if visit_id != visit.id]
        used_up = find_used_up(limits, on=record.service_on, asked=record.minutes, taken=taken)
        return [Found(ExceptionCode.HOURS_USED_UP, each.told()) for each in used_up]

    def take(self, visit: VisitView, record: RecordView) -> None:
        """Count a visit that is to be paid, for those that are judged after it."""
        self.paid[visit.client_id].append((visit.id, record.service_on, record.minutes))


def judges_hours(policy: Policy) -> bool:
    """Whether any limit of home care is judged by visits or minutes."""
    return any(is_judged(each) for each in policy.entitlement.home_limits)


def load_room(session: Session, visits: Sequence[tuple[VisitView, RecordView, Policy]]) -> Room:
    """What the limits leave for visits whose policies judge hours, and whose clients are locked."""
    room = Room({}, defaultdict(list))
    if not visits:
        return room
    days = [record.service_on for _, record, _ in visits]
    clients = {visit.client_id for visit, _, _ in visits}
    entitled = list_entitlements(session, client_ids=clients, first=min(days), last=max(days))
    limits = {
        visit.id: limits_on(
            policy.entitlement.home_limits,
            home_type=HomeType.AGENCY_CARE,
            entitled=entitled.get(visit.client_id, ()),
            on=record.service_on,
        )
        for visit, record, policy in visits
    }
    if not any(limits.values()):
        return room
    first, beyond = days_to_count([(record.service_on, limits[visit.id]) for visit, record, _ in visits])
    room = Room(limits, room.paid)
    paid = queries.list_paid_days(session, client_ids=clients, first=first, beyond=beyond)
    for client_id, visit_id, day, minutes in paid:
        room.paid[client_id].append((visit_id, day, minutes))
    return room


def tell_hours(session: Session, visit: VisitView, *, record: RecordView, policy: Policy, at: datetime) -> bool:
    """Keep whether a visit goes over a limit of its client's beside those that are paid; True when it does.

    What is paid by this record stays so, whatever was paid after it. Of a visit under its lock, before it is paid: the
    client is locked too, else two visits settled at one moment would each find room.
    """
    if not judges_hours(policy):
        return False
    lock_client(session, client_id=visit.client_id)
    if queries.find_payable_record(session, visit_id=visit.id) == record.id:
        return False
    found = load_room(session, [(visit, record, policy)]).find_over(visit, record)
    facts.find_again(session, fact_id=visit.id, codes=OF_HOURS, found=found, policy=policy, at=at)
    return bool(found)
