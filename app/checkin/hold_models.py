"""What keeps exact positions beyond their term, and the positions that are kept so."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.evidence_holds import HeldSubject, HoldCause, PeriodKind
from app.kernel.db import AppendOnly, Base, enum_column, regional
from app.kernel.geo import CoordinateSystem


class EvidenceHold(AppendOnly, Base):
    """Evidence about a subject is kept (证据保全) until the hold ends: by a paper, or for a case of oversight."""

    __tablename__ = "evidence_hold"
    __table_args__ = (
        Index("ix_evidence_hold_cause_id", "cause_id"),
        Index("ix_evidence_hold_subject_id", "subject_id"),
        CheckConstraint("(subject = 'everything') = (subject_id IS NULL)", name="subject_id"),
        CheckConstraint(
            "subject <> 'everything' OR (first_on IS NOT NULL AND beyond_on IS NOT NULL)", name="everything_of_a_span"
        ),
        CheckConstraint("first_on < beyond_on", name="span"),
        CheckConstraint("(cause = 'legal') = (document IS NOT NULL)", name="document"),
        CheckConstraint("(cause = 'case') = (cause_id IS NOT NULL)", name="cause_id"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cause: Mapped[HoldCause] = enum_column(HoldCause)
    cause_id: Mapped[UUID | None]  # the case's
    document: Mapped[str | None]  # file number of the paper
    subject: Mapped[HeldSubject] = enum_column(HeldSubject)
    subject_id: Mapped[UUID | None]
    first_on: Mapped[date | None]
    beyond_on: Mapped[date | None]
    account_id: Mapped[UUID | None]  # None for a job


class EvidenceHoldEnd(AppendOnly, Base):
    """The end of a hold; once."""

    __tablename__ = "evidence_hold_end"
    __table_args__ = (regional(),)

    hold_id: Mapped[UUID] = mapped_column(ForeignKey("region.evidence_hold.id"), primary_key=True)
    document: Mapped[str | None]
    account_id: Mapped[UUID | None]


class PeriodClose(AppendOnly, Base):
    """A statement of the operator: a month's money is settled, or an agency's yearly inspection is closed."""

    __tablename__ = "period_close"
    __table_args__ = (
        Index("uq_period_close_month", "first_on", unique=True, postgresql_where=text("kind = 'month'")),
        Index(
            "uq_period_close_inspection",
            "agency_id",
            "first_on",
            unique=True,
            postgresql_where=text("kind = 'inspection'"),
        ),
        CheckConstraint("(kind = 'month') = (agency_id IS NULL)", name="agency"),
        CheckConstraint("first_on < beyond_on", name="span"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[PeriodKind] = enum_column(PeriodKind)
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.agency.id"))
    first_on: Mapped[date]
    beyond_on: Mapped[date]
    document: Mapped[str]
    account_id: Mapped[UUID]


class PositionHeld(Base):
    """A position whose month has faded and whose case is open: as it was; it goes when nothing stands against it.

    The owner alone puts rows here, in the transaction that drops their month.
    """

    __tablename__ = "position_held"
    __table_args__ = (regional(insert=False, delete=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point_enc: Mapped[bytes]
    system: Mapped[CoordinateSystem] = enum_column(CoordinateSystem)
    accuracy_m: Mapped[int | None]
    fixed_at: Mapped[datetime | None]
    salt: Mapped[bytes]
