"""What a carer tells who came and could not start."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.reasons import AttemptReason
from app.checkin.types import LocationSource, Verdict
from app.kernel.db import AppendOnly, Base, enum_column, regional


class VisitAttempt(AppendOnly, Base):
    """A carer at the door of a visit that cannot take place (今天做不了), with where the phone was; its exact point is
    kept with those of taps."""

    __tablename__ = "visit_attempt"
    __table_args__ = (Index("ix_visit_attempt_visit_id", "visit_id"), regional(partitioned=True))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"))
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    reason: Mapped[AttemptReason] = enum_column(AttemptReason)
    occurred_at: Mapped[datetime]
    counted_at: Mapped[datetime]
    skew_ms: Mapped[int]
    verdict: Mapped[Verdict] = enum_column(Verdict)
    distance_m: Mapped[int | None]
    location_source: Mapped[LocationSource | None] = enum_column(LocationSource)
    command_digest: Mapped[bytes]
    position_digest: Mapped[bytes | None]
    account_id: Mapped[UUID]
    policy_digest: Mapped[str]
