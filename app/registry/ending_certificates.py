"""Whose certificate ends soon, for the job that tells it; the list is that of carers, filtered."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.registry.conditions import holds, lacks_certificate
from app.registry.models import Carer, Employment

TOLD_AHEAD = timedelta(days=30)  # assumed: the documents ask for a reminder and give no time for it


def count_ending_certificates(session: Session, *, on: date) -> dict[str, int]:
    """How many carers hold no certificate thirty days later, by agency. Unscoped: for the job that tells them."""
    then = on + TOLD_AHEAD
    statement = (
        select(Employment.agency_id, func.count(Carer.id.distinct()))
        .join(Carer, Carer.id == Employment.carer_id)
        .where(holds(Employment, on=then), lacks_certificate(on=then))
    )
    rows = session.execute(statement.group_by(Employment.agency_id).order_by(Employment.agency_id))
    return {str(agency_id): count for agency_id, count in rows}
