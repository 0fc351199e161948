"""A family carer's month while it goes on: each day paid or not, and why, as it would be computed now."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.permissions import Actor, Role
from app.payouts.family_types import RunningMonth
from app.payouts.queries import families as queries
from app.payouts.service.compute import preview
from app.payouts.types import SubsidyComputation


def read_family_month(
    session: Session, *, client_id: UUID, month: date, actor: Actor, today: date
) -> tuple[RunningMonth, ...]:
    """The days up to today of a client's month, for each family carer; a family carer sees his own. Nothing is stored
    and nothing promised: what is paid is computed once the month is over. Raises NotFound."""
    queries.check_client(session, client_id=client_id, actor=actor, on=today)
    months = preview(session, client_id=client_id, month=month, region=actor.region)
    if actor.role is Role.FAMILY_CARER:
        own = queries.find_own_carer(session, actor=actor)
        months = [each for each in months if each.carer_id == own]
    return tuple(_up_to(each, today=today) for each in months)


def _up_to(month: SubsidyComputation, *, today: date) -> RunningMonth:
    days = tuple(line for line in month.days if line.day <= today)
    return RunningMonth(month.carer_id, sum(line.is_paid for line in days), days)
