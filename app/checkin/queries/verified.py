"""Counts visits that are verified without hand edits."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.checkin.correction_models import CorrectionDecision, CorrectionRequest
from app.checkin.models import PayableTime, ServiceRecord
from app.checkin.verified import ShareBy, VerifiedShare
from app.kernel import clock
from app.kernel.ids import first_id_at
from app.kernel.paging import DEFAULT_LIMIT, Page
from app.kernel.permissions import AnyActor
from app.kernel.regions import zone_of
from app.policies.entry_codes import LimitPeriod
from app.schedules.models import STARTS_AT, Visit
from app.schedules.queries import visible_visits
from app.schedules.rules import days_of

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ShareAsked:
    """Query keys: a month named by its first day, of whom, and the page."""

    month: date
    by: ShareBy
    limit: int = DEFAULT_LIMIT
    after: UUID | None = None


def list_verified_shares(session: Session, *, actor: AnyActor, wanted: ShareAsked) -> Page[VerifiedShare]:
    """Of each carer or agency, or of all in one, the recorded visits of a month in the actor's scope, and how many are
    verified without hand edits; one statement whatever their number."""
    visits = _recorded(actor, wanted.month).subquery()
    corrected = (
        select(CorrectionRequest.visit_id)
        .join(CorrectionDecision, CorrectionDecision.correction_id == CorrectionRequest.id)
        .where(CorrectionDecision.granted)
        .distinct()
        .subquery()
    )
    is_accepted = PayableTime.visit_id.is_not(None)
    by_hand = visits.c.by_hand | corrected.c.visit_id.is_not(None)
    counts = (
        func.count(),
        func.count().filter(is_accepted),
        func.count().filter(by_hand),
        func.count().filter(is_accepted, ~by_hand),
    )
    joined = visits.outerjoin(PayableTime, PayableTime.visit_id == visits.c.id)
    joined = joined.outerjoin(corrected, corrected.c.visit_id == visits.c.id)
    if wanted.by is ShareBy.REGION:
        return Page((VerifiedShare(None, *session.execute(select(*counts).select_from(joined)).one()),), None)
    key = visits.c.carer_id if wanted.by is ShareBy.CARER else visits.c.agency_id
    statement: Any = select(key, *counts).select_from(joined).where(key.is_not(None)).group_by(key).order_by(key)
    if wanted.after is not None:
        statement = statement.where(key > wanted.after)
    rows = [VerifiedShare(*row) for row in session.execute(statement.limit(wanted.limit + 1))]
    shown = tuple(rows[: wanted.limit])
    return Page(shown, shown[-1].of_id if len(rows) > wanted.limit else None)


def _recorded(actor: AnyActor, month: date) -> Any:
    """Visits of a month that have a record, and whether a person wrote any of its records."""
    zone = zone_of(actor.region)
    first, beyond = (clock.local_midnight(each, zone) for each in days_of(LimitPeriod.MONTH, on=month))
    return (
        visible_visits(actor)
        .join(ServiceRecord, ServiceRecord.visit_id == Visit.id)
        .with_only_columns(
            Visit.id,
            Visit.carer_id,
            Visit.agency_id,
            func.bool_or(ServiceRecord.author_id.is_not(None)).label("by_hand"),
        )
        .where(first <= STARTS_AT, beyond > STARTS_AT)
        .where(ServiceRecord.id >= first_id_at(first - DAY))  # no record is made before its visit: older months rest
        .group_by(Visit.id)
    )
