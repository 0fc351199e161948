"""Which messages somebody has read; may be deleted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, regional


class MessageRead(Base):
    """An account has read a message."""

    __tablename__ = "message_read"
    __table_args__ = (regional(delete=True),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    read_at: Mapped[datetime]
