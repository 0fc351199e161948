"""Prompts at random times, and their answers. One that nobody answers leaves no row, and costs nothing."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.types import LocationSource, Verdict
from app.kernel.db import AppendOnly, Base, enum_column, regional


class Prompt(AppendOnly, Base):
    """A family carer is asked where he is (随机到岗确认). Written when its time has come: nobody reads it ahead."""

    __tablename__ = "prompt"
    __table_args__ = (
        UniqueConstraint("carer_id", "client_id", "opens_at"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("region.client.id"))
    day: Mapped[date]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    policy_digest: Mapped[str]


class PromptAnswer(AppendOnly, Base):
    """What a carer answered. The exact point of the phone is kept with those of taps."""

    __tablename__ = "prompt_answer"
    __table_args__ = (Index("ix_prompt_answer_prompt_id", "prompt_id"), regional())

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prompt_id: Mapped[UUID] = mapped_column(ForeignKey("region.prompt.id"))
    in_time: Mapped[bool]
    verdict: Mapped[Verdict] = enum_column(Verdict)
    distance_m: Mapped[int | None]
    location_source: Mapped[LocationSource | None] = enum_column(LocationSource)
    position_digest: Mapped[bytes | None]
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]
    policy_digest: Mapped[str]
