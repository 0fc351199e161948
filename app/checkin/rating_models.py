"""Ratings of visits by clients or their guardians; facts that nobody changes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.ratings import GivenOn
from app.kernel.db import AppendOnly, Base, enum_column, regional


class ServiceRating(AppendOnly, Base):
    """What the client or guardian thinks of a visit (满意度评价); once on an own phone and once on the carer's. No
    judgement and no payment reads it."""

    __tablename__ = "service_rating"
    __table_args__ = (
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        CheckConstraint("(score <= 2) = (cardinality(reasons) > 0)", name="reasons"),
        Index("uq_service_rating_visit_id_given_on", "visit_id", text("coalesce(given_on, 'own_phone')"), unique=True),
        Index("ix_service_rating_account_id", "account_id", "id"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"))
    score: Mapped[int]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    given_on: Mapped[GivenOn | None] = enum_column(GivenOn)  # None: an own one, from before they were told apart
    command_digest: Mapped[bytes]
