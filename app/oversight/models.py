"""What the risk rules found. Findings and the visits they name are only added."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, enum_column, regional
from app.oversight.types import FindingKind, SubjectKind


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
    """A visit that a finding names."""

    __tablename__ = "finding_record"
    __table_args__ = (Index("ix_finding_record_fact_id", "fact_id"), regional())

    finding_id: Mapped[UUID] = mapped_column(ForeignKey("region.finding.id"), primary_key=True)
    fact_id: Mapped[UUID] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, object]] = mapped_column(JSONB())
