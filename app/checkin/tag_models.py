"""Home tags that carers' phones read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.tags import TagMedium, TagOutcome
from app.kernel.db import AppendOnly, Base, enum_column, regional


class TagScan(AppendOnly, Base):
    """What was read with one tap or for it later, and what it proves. What is no code of ours is not kept: it may be
    anything."""

    __tablename__ = "tag_scan"
    __table_args__ = (
        Index("ix_tag_scan_tag_id", "tag_id", "counter"),
        Index("ix_tag_scan_carer_id", "carer_id", "counted_at"),
        Index("ix_tag_scan_event_id", "event_id", postgresql_where=text("event_id IS NOT NULL")),
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # the clock event's id, or its own where it came later
    carer_id: Mapped[UUID]
    tag_id: Mapped[UUID | None]  # as it was read
    medium: Mapped[TagMedium | None] = enum_column(TagMedium)
    counter: Mapped[int | None]
    outcome: Mapped[TagOutcome] = enum_column(TagOutcome)
    counted_at: Mapped[datetime]
    event_id: Mapped[UUID | None]  # the tap that it came after
    occurred_at: Mapped[datetime | None]  # of one that came after its tap
    command_digest: Mapped[bytes | None]  # of one with its tap the tap's tells
