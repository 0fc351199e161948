"""Scans of e-vouchers and what the provider said: trace ids and whose they are as a hash, never a code or a number."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.vouchers import VoucherState
from app.kernel.db import AppendOnly, Base, enum_column, regional


class VoucherScan(AppendOnly, Base):
    """A carer scanned an e-voucher at a visit; kept before the provider is asked. Without a trace it was only shown."""

    __tablename__ = "voucher_scan"
    __table_args__ = (Index("ix_voucher_scan_visit_id", "visit_id", "id"), regional(partitioned=True))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"))
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class VoucherTrace(AppendOnly, Base):
    """What the provider said of a scan."""

    __tablename__ = "voucher_trace"
    __table_args__ = (
        CheckConstraint("outcome <> 'not_traced'", name="told"),
        CheckConstraint("(outcome IN ('traced', 'other_person')) = (identity_hash IS NOT NULL)", name="whose"),
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # the scan's id
    outcome: Mapped[VoucherState] = enum_column(VoucherState)
    identity_hash: Mapped[bytes | None]  # as the registry finds people by
    trace_id: Mapped[str]
