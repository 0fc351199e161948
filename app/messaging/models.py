"""What users answered to WeChat's dialogs, what was sent for it, and where WeChat delivers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, enum_column, regional
from app.messaging.types import DialogAnswer, ReminderKind


class WeChatAddress(Base):
    """The openid of an account's WeChat user, encrypted; kept only while a message may be sent to it."""

    __tablename__ = "wechat_address"
    __table_args__ = (regional(update=("identity_id", "openid_enc", "kept_at"), delete=True),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("region.account.id"), primary_key=True)
    identity_id: Mapped[UUID]
    openid_enc: Mapped[bytes]
    kept_at: Mapped[datetime]


class ReminderAnswer(AppendOnly, Base):
    """What a dialog said of one template; each `accept` allows one message to the WeChat user who gave it."""

    __tablename__ = "reminder_answer"
    __table_args__ = (Index("ix_reminder_answer_account_id", "account_id", "kind"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("region.account.id"))
    identity_id: Mapped[UUID]
    kind: Mapped[ReminderKind] = enum_column(ReminderKind)
    template_id: Mapped[str]
    answer: Mapped[DialogAnswer] = enum_column(DialogAnswer)
    command_digest: Mapped[bytes]


class ReminderSent(AppendOnly, Base):
    """An `accept` used up by a message: each once, and each cause told an account once."""

    __tablename__ = "reminder_sent"
    __table_args__ = (UniqueConstraint("cause_id", "account_id", "kind"), regional())

    answer_id: Mapped[UUID] = mapped_column(ForeignKey("region.reminder_answer.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("region.account.id"))
    kind: Mapped[ReminderKind] = enum_column(ReminderKind)
    cause_id: Mapped[UUID]
