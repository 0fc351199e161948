"""What families tell and ask for, and what became of it; facts that nobody changes."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, enum_column, regional
from app.registry.notice_types import NoticeDecline, NoticeKind


class ClientNotice(AppendOnly, Base):
    """A family carer or guardian tells of a stay or its end, or asks for another mode (家属告知); no right changes."""

    __tablename__ = "client_notice"
    __table_args__ = (Index("ix_client_notice_client_id", "client_id", "id"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    kind: Mapped[NoticeKind] = enum_column(NoticeKind)
    day: Mapped[date]
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class ClientNoticeAnswer(AppendOnly, Base):
    """What was told is entered, or not and why; once."""

    __tablename__ = "client_notice_answer"
    __table_args__ = (CheckConstraint("entered = (decline_reason IS NULL)", name="declined_with_reason"), regional())

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("region.client_notice.id"), primary_key=True)
    entered: Mapped[bool]
    decline_reason: Mapped[NoticeDecline | None] = enum_column(NoticeDecline)
    account_id: Mapped[UUID]
