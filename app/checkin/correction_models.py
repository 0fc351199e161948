"""Corrections asked for and answered; facts that nobody changes. What is said in words lies beside them, encrypted."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.corrections import CorrectionKind, CorrectionReason, DeclineReason, Resolution
from app.checkin.types import ReviewStep
from app.kernel.db import AppendOnly, Base, enum_column, regional


class CorrectionRequest(AppendOnly, Base):
    """A carer asks that the record of a visit be corrected (更正申请). The items are codes, as in the log."""

    __tablename__ = "correction_request"
    __table_args__ = (Index("ix_correction_request_visit_id", "visit_id"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"))
    kind: Mapped[CorrectionKind] = enum_column(CorrectionKind)
    reason: Mapped[CorrectionReason] = enum_column(CorrectionReason)
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB())
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class CorrectionNote(Base):
    """What a carer adds to the reason's code, encrypted; may be deleted."""

    __tablename__ = "correction_note"
    __table_args__ = (regional(update=("text_enc",), delete=True),)

    correction_id: Mapped[UUID] = mapped_column(primary_key=True)
    text_enc: Mapped[bytes]


class CorrectionDecision(AppendOnly, Base):
    """A request granted, with what was done about it, or declined; once."""

    __tablename__ = "correction_decision"
    __table_args__ = (
        CheckConstraint("granted = (resolution IS NOT NULL)", name="granted_with_resolution"),
        CheckConstraint("granted = (decline_reason IS NULL)", name="declined_with_reason"),
        regional(),
    )

    correction_id: Mapped[UUID] = mapped_column(ForeignKey("region.correction_request.id"), primary_key=True)
    granted: Mapped[bool]
    step: Mapped[ReviewStep] = enum_column(ReviewStep)
    resolution: Mapped[Resolution | None] = enum_column(Resolution)
    decline_reason: Mapped[DeclineReason | None] = enum_column(DeclineReason)
    account_id: Mapped[UUID]
    policy_digest: Mapped[str]


class UnlockRequest(AppendOnly, Base):
    """An agency asks that a locked record may be corrected (解锁申请)."""

    __tablename__ = "unlock_request"
    __table_args__ = (Index("ix_unlock_request_visit_id", "visit_id"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"))
    reason: Mapped[CorrectionReason] = enum_column(CorrectionReason)
    account_id: Mapped[UUID]


class UnlockDecision(AppendOnly, Base):
    """The operator's answer, once: until the end of which local day; without one the record stays locked."""

    __tablename__ = "unlock_decision"
    __table_args__ = (regional(),)

    unlock_id: Mapped[UUID] = mapped_column(ForeignKey("region.unlock_request.id"), primary_key=True)
    unlocked_until: Mapped[date | None]
    account_id: Mapped[UUID]
