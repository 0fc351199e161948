"""Reviews of families' months."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, enum_column, regional
from app.payouts.review_types import MonthDecision, MonthReason


class MonthReview(AppendOnly, Base):
    """A reviewer's decision about one row of a month (月度审核), the last of its `seq` counts.

    A row never changes, so a month that is computed differently is another row, about which nobody has decided yet.
    """

    __tablename__ = "month_review"
    __table_args__ = (UniqueConstraint("subsidy_id", "seq"), CheckConstraint("seq > 0", name="seq"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subsidy_id: Mapped[UUID] = mapped_column(ForeignKey("region.subsidy.id"))
    seq: Mapped[int]
    decision: Mapped[MonthDecision] = enum_column(MonthDecision)
    reason: Mapped[MonthReason] = enum_column(MonthReason)
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text()))  # what the rules had noticed when it was decided
    actor_id: Mapped[UUID]
