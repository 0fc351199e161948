"""What the risk rules found, and what people decided of it: all of that is only added."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, enum_column, regional
from app.oversight.types import FindingKind, FindingOutcome, FindingReason, SubjectKind


class Finding(AppendOnly, Base):
    """That a rule found something about somebody in a month (风险线索); what more it finds are further visits of it."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("rule", "subject_id", "month"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rule: Mapped[str]
    version: Mapped[int]
    kind: Mapped[FindingKind] = enum_column(FindingKind)
    subject_kind: Mapped[SubjectKind] = enum_column(SubjectKind)
    subject_id: Mapped[UUID]
    month: Mapped[date]
    facts: Mapped[dict[str, object]] = mapped_column(JSONB())


class FindingRecord(AppendOnly, Base):
    """A visit or care day that a finding names."""

    __tablename__ = "finding_record"
    __table_args__ = (Index("ix_finding_record_fact_id", "fact_id"), regional())

    finding_id: Mapped[UUID] = mapped_column(ForeignKey("region.finding.id"), primary_key=True)
    fact_id: Mapped[UUID] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, object]] = mapped_column(JSONB())


class FindingDecision(AppendOnly, Base):
    """A person's decision about a finding as it was then, with so many records; the last of its `seq` counts."""

    __tablename__ = "finding_decision"
    __table_args__ = (UniqueConstraint("finding_id", "seq"), CheckConstraint("seq > 0", name="seq"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("region.finding.id"))
    seq: Mapped[int]
    outcome: Mapped[FindingOutcome] = enum_column(FindingOutcome)
    reason: Mapped[FindingReason] = enum_column(FindingReason)
    records: Mapped[int]
    account_id: Mapped[UUID]


class FindingNote(Base):
    """Free text of a decision, encrypted; may be deleted."""

    __tablename__ = "finding_note"
    __table_args__ = (regional(update=("text_enc",), delete=True),)

    decision_id: Mapped[UUID] = mapped_column(primary_key=True)
    text_enc: Mapped[bytes]
