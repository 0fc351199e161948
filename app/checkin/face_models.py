"""Face checks and their results: trace ids of the provider, never a face."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.faces import FaceState
from app.kernel.db import AppendOnly, Base, enum_column, regional


class FaceCheck(AppendOnly, Base):
    """A carer asked to be checked at a visit; kept before the provider is asked. Without a result nobody was."""

    __tablename__ = "face_check"
    __table_args__ = (Index("ix_face_check_visit_id", "visit_id", "id"), regional(partitioned=True))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"))
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class FaceResult(AppendOnly, Base):
    """How a check ended, by the provider's word."""

    __tablename__ = "face_result"
    __table_args__ = (
        CheckConstraint("outcome IN ('matched', 'not_matched')", name="final"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # the check's id
    outcome: Mapped[FaceState] = enum_column(FaceState)
    score: Mapped[int]
    trace_id: Mapped[str]
