"""What a carer tells of the checks before service."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.checks import IdentityCheck, IdentityReason, VoucherCheck, VoucherReason
from app.kernel.db import AppendOnly, Base, enum_column, regional

LIMBS_CONTEXT = "limb_finding.limbs"


class VisitCheck(AppendOnly, Base):
    """Checks before a visit (服务前核验); of several the last told counts, and all stay."""

    __tablename__ = "visit_check"
    __table_args__ = (
        CheckConstraint("identity <> 'not_checked' OR identity_reason IS NOT NULL", name="identity_reason_given"),
        CheckConstraint("voucher <> 'not_shown' OR voucher_reason IS NOT NULL", name="voucher_reason_given"),
        Index("ix_visit_check_visit_id", "visit_id"),
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"))
    identity: Mapped[IdentityCheck] = enum_column(IdentityCheck)
    identity_reason: Mapped[IdentityReason | None] = enum_column(IdentityReason)
    limbs_checked: Mapped[bool]  # what was found is in a limb finding
    risks_told: Mapped[bool]
    voucher: Mapped[VoucherCheck | None] = enum_column(VoucherCheck)
    voucher_reason: Mapped[VoucherReason | None] = enum_column(VoucherReason)
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class LimbFinding(Base):
    """What was found of the client's limbs (肢体功能): a code, encrypted; may be deleted."""

    __tablename__ = "limb_finding"
    __table_args__ = (regional(update=("limbs_enc",), delete=True),)

    check_id: Mapped[UUID] = mapped_column(primary_key=True)
    limbs_enc: Mapped[bytes]
