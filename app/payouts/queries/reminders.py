"""Subsidies that the bank sent back, of family carers to whom a message may be sent. Unscoped: for jobs."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.messaging.queries import granted_people
from app.messaging.types import Reminder, ReminderKind
from app.payouts.models import Payout, PayoutEvent, Subsidy
from app.payouts.types import PayoutState
from app.registry.models import Carer


def list_returned(session: Session, *, since: datetime) -> list[Reminder]:
    """What came back since; a payout comes back once at most."""
    statement = (
        select(Payout.id, PayoutEvent.recorded_at, Carer.person_id)
        .join(PayoutEvent, PayoutEvent.payout_id == Payout.id)
        .join(Subsidy, Subsidy.id == Payout.subsidy_id)
        .join(Carer, Carer.id == Subsidy.carer_id)
        .where(
            PayoutEvent.recorded_at >= since,
            PayoutEvent.to_state == PayoutState.RETURNED.value,
            Carer.person_id.in_(granted_people(ReminderKind.PAYOUT_RETURNED)),
        )
    )
    return [
        Reminder(
            kind=ReminderKind.PAYOUT_RETURNED, person_id=person_id, cause_id=payout_id, subject_id=payout_id, at=at
        )
        for payout_id, at, person_id in session.execute(statement)
    ]
