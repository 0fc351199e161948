"""Outgoing calls are written in the transaction that causes them and sent by the worker, outside any transaction."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, enum_column, regional


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
