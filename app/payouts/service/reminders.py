"""Tells family carers by WeChat that the bank sent a subsidy back; each payout once."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.kernel.permissions import SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.messaging.rules import is_quiet
from app.messaging.service.reminding import remind
from app.payouts.queries.reminders import list_returned

LOOKED_BACK = timedelta(days=1)


def remind_of_returns(session: Session, *, actor: SystemActor, at: datetime) -> int:
    """Write the messages that are due; returns how many. At night nobody is disturbed for it."""
    zone = zone_of(actor.region)
    if not current_settings().wechat.templates or is_quiet(at.astimezone(zone).time()):
        return 0
    return remind(session, list_returned(session, since=at - LOOKED_BACK), zone=zone, at=at)
