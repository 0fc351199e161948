"""Complaints and their answers, facts that nobody changes; their words lie beside them, encrypted."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, enum_column, regional
from app.oversight.complaint_types import ComplaintKind, ComplaintOutcome, ComplaintTo


class Complaint(AppendOnly, Base):
    """A family complains to an agency or to the fund (投诉)."""

    __tablename__ = "complaint"
    __table_args__ = (
        CheckConstraint("addressee <> 'agency' OR agency_id IS NOT NULL", name="agency"),
        Index("ix_complaint_agency_id", "agency_id"),
        Index("ix_complaint_client_id", "client_id"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    addressee: Mapped[ComplaintTo] = enum_column(ComplaintTo)
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.agency.id"))
    kind: Mapped[ComplaintKind] = enum_column(ComplaintKind)
    occurred_at: Mapped[datetime]
    due_on: Mapped[date]
    policy_digest: Mapped[str]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class ComplaintDecision(AppendOnly, Base):
    """What came of a complaint; once."""

    __tablename__ = "complaint_decision"
    __table_args__ = (regional(),)

    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("region.complaint.id"), primary_key=True)
    outcome: Mapped[ComplaintOutcome] = enum_column(ComplaintOutcome)
    account_id: Mapped[UUID]


class ComplaintNote(Base):
    """The words of a complaint, and of its answer, encrypted; may be deleted."""

    __tablename__ = "complaint_note"
    __table_args__ = (regional(update=("text_enc", "answer_enc"), delete=True),)

    complaint_id: Mapped[UUID] = mapped_column(primary_key=True)
    text_enc: Mapped[bytes]
    answer_enc: Mapped[bytes | None]
