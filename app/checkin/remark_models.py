"""Carers' words on what is looked into: that they were said is a fact, the words lie beside it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.remarks import RemarkKind
from app.kernel.db import AppendOnly, Base, enum_column, regional


class Remark(AppendOnly, Base):
    """A carer said something of his visit or care day (补充说明); all stay."""

    __tablename__ = "remark"
    __table_args__ = (
        Index("ix_remark_fact_id", "fact_id"),
        Index("ix_remark_account_id", "account_id", "id"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID]  # a visit or care day, of a visit also before it is judged
    kind: Mapped[RemarkKind] = enum_column(RemarkKind)
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class RemarkNote(Base):
    """The words of a remark, encrypted; may be deleted."""

    __tablename__ = "remark_note"
    __table_args__ = (regional(update=("text_enc",), delete=True),)

    remark_id: Mapped[UUID] = mapped_column(primary_key=True)
    text_enc: Mapped[bytes]
