"""Histories: of the ends of dated rights, of the states of homes as chained rows, of who approved a guardian."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, regional


class HomeStep(Base):
    """The legal changes of a home's state; filled by the migrations from `ALLOWED`."""

    __tablename__ = "home_step"
    __table_args__ = (regional(),)

    from_state: Mapped[str] = mapped_column(primary_key=True)
    to_state: Mapped[str] = mapped_column(primary_key=True)


class HomeChange(AppendOnly, Base):
    """One step of a home's life; the chain allows no gap and no step that is not in `HomeStep`."""

    __tablename__ = "home_change"
    __table_args__ = (
        UniqueConstraint("home_id", "seq", "to_state"),
        ForeignKeyConstraint(["from_state", "to_state"], ["region.home_step.from_state", "region.home_step.to_state"]),
        ForeignKeyConstraint(
            ["home_id", "prev_seq", "from_state"],
            ["region.home_change.home_id", "region.home_change.seq", "region.home_change.to_state"],
        ),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("(seq = 1) = (from_state = 'new')", name="first"),
        regional(),
    )

    home_id: Mapped[UUID] = mapped_column(ForeignKey("region.home_place.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    from_state: Mapped[str]
    to_state: Mapped[str]
    prev_seq: Mapped[int | None] = mapped_column(Computed("nullif(seq - 1, 0)", persisted=True))
    actor_id: Mapped[UUID | None]  # account; None for a job


class GuardianApproval(AppendOnly, Base):
    """The fund's word that a guardian is one: without it he sees, confirms and chooses nothing."""

    __tablename__ = "guardian_approval"
    __table_args__ = (regional(),)

    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("region.guardian.id"), primary_key=True)
    actor_id: Mapped[UUID | None]  # account; None for a job


class PeriodChange(AppendOnly, Base):
    """History of the one change a dated right allows: its end."""

    __tablename__ = "period_change"
    __table_args__ = (regional(),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    right_kind: Mapped[str]
    right_id: Mapped[UUID] = mapped_column(index=True)
    old_valid_to: Mapped[date | None]
    new_valid_to: Mapped[date | None]
    reason: Mapped[str]
    actor_id: Mapped[UUID | None]  # account; None for a job
