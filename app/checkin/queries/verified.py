"""Counts visits that are verified without hand edits."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, select
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
    zone = zone_of(actor.region)
    first, beyond = (clock.local_midnight(each, zone) for each in days_of(LimitPeriod.MONTH, on=wanted.month))
    since = first_id_at(first - DAY)  # no record is made before its visit: older months rest
    visits, by_hand = _recorded(actor, first, beyond, since=since).subquery(), _by_hand().subquery()
    is_accepted, is_by_hand = PayableTime.visit_id.is_not(None), by_hand.c.visit_id.is_not(None)
    counts = (
        func.count(),
        func.count().filter(is_accepted),
        func.count().filter(is_by_hand),
        func.count().filter(is_accepted, ~is_by_hand),
    )
    paid = and_(PayableTime.visit_id == visits.c.id, PayableTime.record_id >= since)
    joined = visits.outerjoin(PayableTime, paid).outerjoin(by_hand, by_hand.c.visit_id == visits.c.id)
    if wanted.by is ShareBy.REGION:
        return Page((VerifiedShare(None, *session.execute(select(*counts).select_from(joined)).one()),), None)
    key = visits.c.carer_id if wanted.by is ShareBy.CARER else visits.c.agency_id
    statement: Any = select(key, *counts).select_from(joined).where(key.is_not(None)).group_by(key).order_by(key)
    if wanted.after is not None:
        statement = statement.where(key > wanted.after)
    rows = [VerifiedShare(*row) for row in session.execute(statement.limit(wanted.limit + 1))]
    shown = tuple(rows[: wanted.limit])
    return Page(shown, shown[-1].of_id if len(rows) > wanted.limit else None)


def _recorded(actor: AnyActor, first: datetime, beyond: datetime, *, since: UUID) -> Any:
    """Visits of a month that have a record."""
    is_recorded = exists().where(ServiceRecord.visit_id == Visit.id, ServiceRecord.id >= since)
    return (
        visible_visits(actor)
        .with_only_columns(Visit.id, Visit.carer_id, Visit.agency_id)
        .where(first <= STARTS_AT, beyond > STARTS_AT, is_recorded)
    )


def _by_hand() -> Any:
    """Of any month, visits of which a person wrote a record, or had the items corrected: few among all, found by
    an index of their own, each once."""
    written = select(ServiceRecord.visit_id).where(ServiceRecord.author_id.is_not(None))
    corrected = select(CorrectionRequest.visit_id).join(
        CorrectionDecision, CorrectionDecision.correction_id == CorrectionRequest.id
    )
    return written.union(corrected.where(CorrectionDecision.granted))
