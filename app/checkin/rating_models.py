"""Ratings of visits by clients or their guardians; facts that nobody changes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, regional


class ServiceRating(AppendOnly, Base):
    """What the client or guardian thinks of a visit (满意度评价); once for each. No judgement and no sum reads it."""

    __tablename__ = "service_rating"
    __table_args__ = (
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        CheckConstraint("(score <= 2) = (cardinality(reasons) > 0)", name="reasons"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"), unique=True)
    score: Mapped[int]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]
