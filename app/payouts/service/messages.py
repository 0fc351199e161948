"""What is told to carers and families, and what of it they have read."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.permissions import Actor
from app.kernel.regions import zone_of
from app.payouts.message_models import MessageRead
from app.payouts.messages import Message, MessagesRead
from app.payouts.queries import messages as queries

TOLD_FOR = timedelta(days=60)
MOST = 100


def list_messages(session: Session, *, actor: Actor, at: datetime) -> tuple[Message, ...]:
    """The newest of the last sixty days, at most a hundred, newest first; at most six statements."""
    zone = zone_of(actor.region)
    today = clock.local_date(at, zone)
    told = queries.list_messages(session, actor=actor, since=at - TOLD_FOR, today=today, zone=zone)
    newest = sorted(told, key=lambda each: (each.told_at, each.id), reverse=True)[:MOST]
    read = queries.find_read(session, actor=actor, ids=[each.id for each in newest])
    return tuple(replace(each, is_read=each.id in read) for each in newest)


def mark_read(session: Session, command: MessagesRead, *, actor: Actor, at: datetime) -> tuple[Message, ...]:
    """Keep that the actor has read some of what is told to him; others are no messages of his, and left alone."""
    told = list_messages(session, actor=actor, at=at)
    new = [each.id for each in told if each.id in command.ids and not each.is_read]
    if new:
        rows = [{"account_id": actor.account_id, "message_id": each, "read_at": at} for each in new]
        session.execute(insert(MessageRead).on_conflict_do_nothing(), rows)
    return tuple(replace(each, is_read=True) if each.id in new else each for each in told)
