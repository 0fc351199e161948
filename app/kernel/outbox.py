"""Outgoing calls are written in the transaction that causes them and sent by the worker, outside any transaction.

A message is sent at least once: killed between sending and marking, it goes out again under the same id, by which its
receiver can tell. Attempts are counted before the call, so that a message which kills its sender ends too.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from flask import Flask, current_app
from sqlalchemy import Index, Update, delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel import clock
from app.kernel.crypto import KeyRing
from app.kernel.db import Base, enum_column, regional, session, transaction
from app.kernel.ids import new_id

EXTENSION = "anhu.channels"
CONTEXT = "outbox_message.payload"
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
SMS = "sms"
URGENT = frozenset({SMS})  # channels whose messages wait for no others: somebody may be in danger
URGENT_FIRST_WAIT = timedelta(seconds=5)
URGENT_LEASE = timedelta(seconds=30)
KEEP_SENT = timedelta(days=30)

log = structlog.get_logger()


class OutboxState(StrEnum):
    """Where a message stands; `given_up` waits for a person."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


class OutboxMessage(Base):
    """One call to make. `payload_enc` holds its content; one cause, template and recipient make one message only."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("uq_outbox_message_cause", "cause_id", "template", "recipient_id", unique=True),
        Index("ix_outbox_message_due", "due_at", postgresql_where=text("state = 'waiting'")),
        regional(update=("due_at", "attempts", "state", "lease_until", "last_error", "payload_enc"), delete=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str]
    cause_id: Mapped[UUID]
    template: Mapped[str]
    recipient_id: Mapped[UUID]
    payload_enc: Mapped[bytes]
    due_at: Mapped[datetime]
    attempts: Mapped[int]
    state: Mapped[OutboxState] = enum_column(OutboxState)
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a channel sends. `id` is the same at each attempt: the receiver is told it, to know a repetition."""

    id: UUID
    template: str
    recipient_id: UUID
    payload: Mapping[str, Any] = field(repr=False)


class SendRefused(Exception):
    """The receiver will never take this message; `code` says why, without personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


Channel = Callable[[Outgoing], None]


def use_channel(app: Flask, name: str, channel: Channel) -> None:
    """Install the sender of a channel's messages; it raises SendRefused or, to be asked again later, anything else."""
    app.extensions.setdefault(EXTENSION, {})[name] = channel


def enqueue(
    session: Session,
    *,
    channel: str,
    cause_id: UUID,
    template: str,
    recipient_id: UUID,
    payload: Mapping[str, Any],
    at: datetime,
    keys: KeyRing,
    due_at: datetime | None = None,
) -> UUID | None:
    """Write a message in the caller's transaction; returns its id, or None when this cause has written it before."""
    content = json.dumps(dict(payload), default=str, sort_keys=True, ensure_ascii=False)
    statement = insert(OutboxMessage).values(
        id=new_id(at=at),
        channel=channel,
        cause_id=cause_id,
        template=template,
        recipient_id=recipient_id,
        payload_enc=keys.encrypt(content, context=CONTEXT),
        due_at=due_at or at,
        attempts=0,
        state=OutboxState.WAITING,
        created_at=at,
    )
    once = statement.on_conflict_do_nothing(index_elements=["cause_id", "template", "recipient_id"])
    return session.scalar(once.returning(OutboxMessage.id))


def try_again(session: Session, *, channel: str, at: datetime) -> None:
    """Let what was given up on a channel be sent anew, as if never tried; its last error stays to be read."""
    again = {"state": OutboxState.WAITING, "attempts": 0, "due_at": at, "lease_until": None}
    given_up = (OutboxMessage.channel == channel, OutboxMessage.state == OutboxState.GIVEN_UP)
    session.execute(update(OutboxMessage).where(*given_up).values(**again).execution_options(synchronize_session=False))


def send_due(
    *, at: datetime, keys: KeyRing, most: int = 200, lease: timedelta = LEASE, are_urgent: bool = False
) -> int:
    """Send what is due in the bound region, one after another, by urgent channels or by all others; returns how many
    were sent. For jobs: it commits."""
    channels: Mapping[str, Channel] = current_app.extensions.get(EXTENSION, {})
    sent = 0
    for _ in range(most):
        message = _claim(at=at, lease=lease, are_urgent=are_urgent)
        if message is None:
            break
        sent += _attempt(message, channels, at=at, keys=keys)
    return sent


def clear_sent(*, at: datetime) -> None:
    """Delete messages sent long ago. For jobs: it commits."""
    with transaction() as current:
        current.execute(
            delete(OutboxMessage).where(
                OutboxMessage.state == OutboxState.SENT, OutboxMessage.created_at < at - KEEP_SENT
            )
        )


def forget_ended(session: Session, *, channel: str, before: datetime) -> None:
    """Delete a channel's messages of before that were sent, or given up and not for a person to look at."""
    ended = (OutboxMessage.state != OutboxState.WAITING, OutboxMessage.created_at < before)
    statement = delete(OutboxMessage).where(OutboxMessage.channel == channel, *ended)
    session.execute(statement.execution_options(synchronize_session=False))


def wait_after(attempts: int, *, first: timedelta = FIRST_WAIT) -> timedelta:
    """How long to wait after that many attempts: at first 30 s, then twice as long each time, at most six hours."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(first * (1 << doublings), LONGEST_WAIT)


def _claim(*, at: datetime, lease: timedelta, are_urgent: bool) -> OutboxMessage | None:
    """Lease the message that is due longest and count the attempt; two senders never get the same one."""
    now, is_urgent = clock.machine_now(), OutboxMessage.channel.in_(URGENT)
    due = (
        select(OutboxMessage.id)
        .where(OutboxMessage.state == OutboxState.WAITING, OutboxMessage.due_at <= at)
        .where(or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now))
        .where(is_urgent if are_urgent else ~is_urgent)
        .order_by(OutboxMessage.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    leased = (
        update(OutboxMessage)
        .where(OutboxMessage.id == due)
        .values(lease_until=now + lease, attempts=OutboxMessage.attempts + 1)
        .returning(OutboxMessage)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    with transaction() as current:
        return current.scalars(leased).one_or_none()


def _attempt(message: OutboxMessage, channels: Mapping[str, Channel], *, at: datetime, keys: KeyRing) -> bool:
    if message.attempts > MOST_ATTEMPTS:  # each attempt ended with its sender: no answer will come
        _mark(message, state=OutboxState.GIVEN_UP, last_error="sender_died")
        return False
    try:
        payload = json.loads(keys.decrypt(message.payload_enc, context=CONTEXT))
        channels[message.channel](Outgoing(message.id, message.template, message.recipient_id, payload))
    except SendRefused as refusal:
        _mark(message, state=OutboxState.GIVEN_UP, last_error=refusal.code)
        return False
    except Exception as error:  # whatever a channel raises, the message is tried again later
        _postpone(message, reason=type(error).__name__, at=at)
        return False
    _mark(message, state=OutboxState.SENT, last_error=None)
    return True


def _postpone(message: OutboxMessage, *, reason: str, at: datetime) -> None:
    if message.attempts >= MOST_ATTEMPTS:
        _mark(message, state=OutboxState.GIVEN_UP, last_error=reason)
        return
    first = URGENT_FIRST_WAIT if message.channel in URGENT else FIRST_WAIT
    due_at = at + wait_after(message.attempts, first=first)
    with transaction() as current:
        current.execute(_own(message).values(due_at=due_at, lease_until=None, last_error=reason))


def _mark(message: OutboxMessage, *, state: OutboxState, last_error: str | None) -> None:
    with transaction() as current:
        current.execute(_own(message).values(state=state, lease_until=None, last_error=last_error))
    if state is OutboxState.GIVEN_UP:
        log.warning(
            "message_given_up",
            message=str(message.id),
            channel=message.channel,
            reason=last_error,
            region=session().region,
        )


def _own(message: OutboxMessage) -> Update:
    """The message as this sender claimed it: one that took it over later counts one attempt more."""
    return update(OutboxMessage).where(
        OutboxMessage.id == message.id,
        OutboxMessage.state == OutboxState.WAITING,
        OutboxMessage.attempts == message.attempts,
    )
