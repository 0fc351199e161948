"""A client's choices: of an agency with what became of it, and of cash in place of more hours. Nobody changes them."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.db import AppendOnly, Base, enum_column, regional
from app.policies.codes import HomeType
from app.registry.choice_types import ChoiceOutcome
from app.registry.models import Client


class AgencyChoice(AppendOnly, Base):
    """Which agency a client chose for a home type (登记确认); without one he waits for any (轮候)."""

    __tablename__ = "agency_choice"
    __table_args__ = (
        CheckConstraint("agency_id IS NOT NULL OR reason IS NOT NULL", name="waits_for_a_reason"),
        Index("ix_agency_choice_client_id", "client_id"),
        Index("ix_agency_choice_agency_id", "agency_id"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.agency.id"))
    home_type: Mapped[HomeType] = enum_column(HomeType)
    wanted_from: Mapped[date]
    reason: Mapped[str | None]
    entered_by: Mapped[UUID | None]  # account; None for a job

    client: Mapped[Client] = relationship()
    answer: Mapped["AgencyChoiceAnswer | None"] = relationship(viewonly=True)


class AgencyChoiceAnswer(AppendOnly, Base):
    """How a choice ended: accepted with an agreement, declined or withdrawn for a reason. Without one it is open."""

    __tablename__ = "agency_choice_answer"
    __table_args__ = (
        CheckConstraint("(outcome = 'accepted') = (reason IS NULL)", name="reason"),
        CheckConstraint("(outcome = 'accepted') = (agreement_id IS NOT NULL)", name="agreement"),
        CheckConstraint("(outcome = 'withdrawn') = (agency_id IS NULL)", name="agency"),
        regional(),
    )

    choice_id: Mapped[UUID] = mapped_column(ForeignKey("region.agency_choice.id"), primary_key=True)
    outcome: Mapped[ChoiceOutcome] = enum_column(ChoiceOutcome)
    reason: Mapped[str | None]
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.agency.id"))
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.service_agreement.id"))
    actor_id: Mapped[UUID | None]  # account; None for a job


class CashChoice(AppendOnly, Base):
    """Whether a client takes cash in place of more hours (增补时长或现金) from a day on; the last that began holds."""

    __tablename__ = "cash_choice"
    __table_args__ = (Index("ix_cash_choice_client_id", "client_id", "valid_from"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    takes_cash: Mapped[bool]
    chosen_on: Mapped[date]
    valid_from: Mapped[date]
    entered_by: Mapped[UUID | None]  # account; None for a job
