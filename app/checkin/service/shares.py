"""Whether the own shares of visits' months are confirmed, where policy asks for it."""

from collections.abc import Set
from datetime import date
from uuid import UUID

from app.checkin.shown import RecordView
from app.checkin.types import ExceptionCode, Found
from app.policies.types import Policy
from app.schedules.types import VisitView

Confirmed = Set[tuple[UUID, UUID, date]]  # of a client by an agency in a month
OF_SHARE = frozenset({ExceptionCode.SHARE_NOT_CONFIRMED})


def asks_for_share(visit: VisitView, policy: Policy) -> bool:
    """Whether a visit is paid only when the client's share of its month is confirmed."""
    return visit.agency_id is not None and policy.settlement.own_share_confirmed


def find_share(visit: VisitView, record: RecordView, *, confirmed: Confirmed) -> tuple[Found, ...]:
    """What lacks when the client's share of a visit's month is not confirmed."""
    month = record.service_on.replace(day=1)
    if (visit.client_id, visit.agency_id, month) in confirmed:
        return ()
    return (Found(ExceptionCode.SHARE_NOT_CONFIRMED, {"month": month.isoformat()}),)
