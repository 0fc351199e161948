"""What is due is computed from the clock and claimed by one leased row per job and due time.

Any number of workers is safe: a crashed run is taken over when its lease ends, a missed one is caught up.
"""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, regional


class JobRun(Base):
    """One run of a job that was due at `due_at`; `finished_at` is None while it runs or after a crash."""

    __tablename__ = "job_run"
    __table_args__ = (regional(update=("started_at", "lease_until", "finished_at"), delete=True),)

    job: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    finished_at: Mapped[datetime | None]
