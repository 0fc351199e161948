"""Confirmations of fee lists; facts that nobody changes."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, regional


class FeeConfirmation(AppendOnly, Base):
    """That a guardian confirmed the personal share of a month's list, named by its digest; once for each list."""

    __tablename__ = "fee_confirmation"
    __table_args__ = (
        UniqueConstraint("client_id", "month", "list_digest"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("personal_fen >= 0 AND extra_fen >= 0", name="amounts"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    month: Mapped[date]
    list_digest: Mapped[str]
    personal_fen: Mapped[int]
    extra_fen: Mapped[int | None]  # None: the price of an extra was not kept
    policy_digests: Mapped[list[str]] = mapped_column(ARRAY(Text()))  # by which the list was reckoned
    account_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("region.person.id"))
