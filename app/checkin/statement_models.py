"""What is said of visits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.statements import Signature, Speaker, StatementReason
from app.kernel.db import AppendOnly, Base, enum_column, regional


class VisitStatement(AppendOnly, Base):
    """What client, carer or agency says of a visit; all stay. One that is a witness or a denial is evidence besides."""

    __tablename__ = "visit_statement"
    __table_args__ = (
        CheckConstraint("num_nonnulls(times, items, service, reason, began_at, ended_at) > 0", name="says_something"),
        Index("ix_visit_statement_visit_id", "visit_id"),
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("region.visit.id"))
    speaker: Mapped[Speaker] = enum_column(Speaker)
    times: Mapped[bool | None]
    items: Mapped[bool | None]
    service: Mapped[bool | None]
    signature: Mapped[Signature] = enum_column(Signature)
    reason: Mapped[StatementReason | None] = enum_column(StatementReason)
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    holds: Mapped[bool | None]  # a witness, a denial, or neither, by the rules of the moment
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]
