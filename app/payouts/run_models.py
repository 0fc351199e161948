"""Runs that compute a fund's month: asked for by a person or by night, done by the worker."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Index,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, regional


class MonthRun(Base):
    """One computation of a month, asked for by a person or, where `requested_by` is None, by the night's job.

    The worker does it client by client in the order of their ids; `done_to` is the last one that is done. `pairs` is
    how many there were when it began, None before.
    """

    __tablename__ = "month_run"
    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint("failure_code IS NULL OR finished_at IS NOT NULL", name="failure"),
        Index("uq_month_run_open", "month", unique=True, postgresql_where=text("finished_at IS NULL")),
        regional(
            update=(
                *("finished_at", "failure_code", "done_to", "pairs"),
                *("computed", "unchanged", "payable_fen", "recovery_fen"),
            )
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date]
    requested_by: Mapped[UUID | None]
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    failure_code: Mapped[str | None]
    done_to: Mapped[UUID | None]
    pairs: Mapped[int | None]
    computed: Mapped[int]
    unchanged: Mapped[int]
    payable_fen: Mapped[int]
    recovery_fen: Mapped[int]
