"""Confirmations of what clients bear themselves; facts that nobody changes."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.careplans.types import ConfirmationWay
from app.kernel.db import AppendOnly, Base, enum_column, regional


class ShareConfirmation(AppendOnly, Base):
    """The own share of an agency's care in a month, confirmed by the client or his guardian; once for each."""

    __tablename__ = "share_confirmation"
    __table_args__ = (
        UniqueConstraint("client_id", "agency_id", "month"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("share_fen >= 0", name="share"),
        CheckConstraint("(way = 'paper') = (document IS NOT NULL)", name="paper"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("region.agency.id"))
    month: Mapped[date]
    share_fen: Mapped[int]
    way: Mapped[ConfirmationWay] = enum_column(ConfirmationWay)
    document: Mapped[str | None]  # file number of the signed paper
    account_id: Mapped[UUID]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.person.id"))
