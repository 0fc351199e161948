"""Free text beside facts that are sealed: encrypted, and may be deleted."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, regional


class CareNote(Base):
    """Free text of a record or day, encrypted; may be deleted."""

    __tablename__ = "care_note"
    __table_args__ = (regional(update=("text_enc",), delete=True),)

    fact_id: Mapped[UUID] = mapped_column(primary_key=True)
    text_enc: Mapped[bytes]


class ReviewNote(Base):
    """Free text of a review, encrypted; may be deleted."""

    __tablename__ = "review_note"
    __table_args__ = (regional(update=("text_enc",), delete=True),)

    review_id: Mapped[UUID] = mapped_column(primary_key=True)
    text_enc: Mapped[bytes]
