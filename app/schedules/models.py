"""Visits and their chained history.

Overlaps are forbidden for what is planned. What a phone reports is never refused: no change leads into `planned`, so no
tap can meet an exclusion constraint.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, enum_column, no_overlap, regional
from app.schedules.types import VisitSource, VisitState

UNFINISHED = "state = 'begun' OR state = 'done' AND began_at IS NULL"  # lacks a tap
PLANNED = "state = 'planned'"
STARTS = "coalesce(lower(planned), began_at)"  # the local day of this instant is the visit's


class VisitStep(Base):
    """The legal changes of a visit's state; filled by the migrations from `ALLOWED`."""

    __tablename__ = "visit_step"
    __table_args__ = (regional(insert=False),)

    from_state: Mapped[str] = mapped_column(primary_key=True)
    to_state: Mapped[str] = mapped_column(primary_key=True)


class Visit(Base):
    """One planned or unscheduled coming of one carer to one client (工单)."""

    __tablename__ = "visit"
    __table_args__ = (
        ForeignKeyConstraint(
            ["id", "seq", "state"],
            ["region.visit_change.visit_id", "region.visit_change.seq", "region.visit_change.to_state"],
            deferrable=True,
            initially="DEFERRED",
            name="fk_visit_history",
            use_alter=True,
        ),
        CheckConstraint("(source = 'unscheduled') = (planned IS NULL)", name="planned"),
        CheckConstraint("began_at IS NOT NULL OR state <> 'begun'", name="begun"),
        no_overlap("carer_id", span="planned", where=PLANNED),
        no_overlap("client_id", "team_slot", span="planned", where=PLANNED),
        Index("ix_visit_carer_id_id", "carer_id", "id"),
        Index("ix_visit_client_id_id", "client_id", "id"),
        Index("ix_visit_carer_starts", "carer_id", text(STARTS)),
        Index("ix_visit_agency_id_id", "agency_id", "id"),
        # What the jobs look for among all visits there ever were.
        Index("ix_visit_planned_end", text("upper(planned)"), postgresql_where=text(PLANNED)),
        Index("ix_visit_unfinished", text("coalesce(began_at, ended_at)"), postgresql_where=text(UNFINISHED)),
        regional(update=("state", "seq", "began_at", "ended_at")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.agency.id"))
    district_code: Mapped[str]
    street_code: Mapped[str | None]
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.care_plan.id"))
    team_slot: Mapped[int]
    planned: Mapped[Range[datetime] | None] = mapped_column(TSTZRANGE())
    state: Mapped[VisitState] = enum_column(VisitState)
    seq: Mapped[int]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    source: Mapped[VisitSource] = enum_column(VisitSource)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]


STARTS_AT = func.coalesce(func.lower(Visit.planned), Visit.began_at)  # as in `STARTS`


class VisitChange(AppendOnly, Base):
    """One step of a visit's life; the chain allows no gap and no step that is not in `VisitStep`."""

    __tablename__ = "visit_change"
    __table_args__ = (
        UniqueConstraint("visit_id", "seq", "to_state"),
        ForeignKeyConstraint(
            ["from_state", "to_state"], ["region.visit_step.from_state", "region.visit_step.to_state"]
        ),
        ForeignKeyConstraint(
            ["visit_id", "prev_seq", "from_state"],
            ["region.visit_change.visit_id", "region.visit_change.seq", "region.visit_change.to_state"],
        ),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("(seq = 1) = (from_state = 'new')", name="first"),
        regional(),
    )

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    from_state: Mapped[str]
    to_state: Mapped[str]
    prev_seq: Mapped[int | None] = mapped_column(Computed("nullif(seq - 1, 0)", persisted=True))
    reason: Mapped[str | None]
    actor_id: Mapped[UUID | None]
    cause_id: Mapped[UUID | None]  # the clock event
