"""Rules that are stopped and let go again; facts that nobody changes."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.rule_stops import RuleReason
from app.kernel.db import AppendOnly, Base, enum_column, regional


class RuleStanding(AppendOnly, Base):
    """Whether a rule may hold money; the last of its `seq` counts. Without an account the nightly job wrote it, by the
    outcomes it counted."""

    __tablename__ = "rule_standing"
    __table_args__ = (
        UniqueConstraint("code", "seq"),
        CheckConstraint("(account_id IS NULL) = (reason IS NULL)", name="reason"),
        CheckConstraint("(account_id IS NULL) = (overturned IS NOT NULL AND upheld IS NOT NULL)", name="counts"),
        CheckConstraint("stopped OR account_id IS NOT NULL", name="only_a_person_lets_go"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]  # an exception's; without a list of them, so that a new rule needs no change here
    seq: Mapped[int]
    stopped: Mapped[bool]
    overturned: Mapped[int | None]
    upheld: Mapped[int | None]
    reason: Mapped[RuleReason | None] = enum_column(RuleReason)
    account_id: Mapped[UUID | None]
    policy_digest: Mapped[str]
