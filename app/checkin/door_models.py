"""What carers tell at the door beside taps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.door_words import AwayCase
from app.kernel.db import AppendOnly, Base, enum_column, regional


class AwayWord(AppendOnly, Base):
    """A carer's word on a tap away from the home (离家说明); all stay."""

    __tablename__ = "away_word"
    __table_args__ = (
        Index("ix_away_word_fact_id", "fact_id"),
        Index("ix_away_word_account_id", "account_id", "id"),
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID]  # the tap's visit, or the tap itself where it belongs to none
    event_id: Mapped[UUID]  # the tap, which may arrive later
    case: Mapped[AwayCase] = enum_column(AwayCase)
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]
