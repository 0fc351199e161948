"""Seals and their leaves. The runtime role inserts them and never changes one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, regional


class Seal(Base):
    """A closed day (当日封存): the root over its rows, signed, and the digest of the seal before it.

    `groups` are the roots of the tree's groups of leaves, one after the other, 32 bytes each.
    """

    __tablename__ = "seal"
    __table_args__ = (regional(),)

    day: Mapped[date] = mapped_column(primary_key=True)
    begin_at: Mapped[datetime]
    end_at: Mapped[datetime]
    size: Mapped[int]
    root: Mapped[bytes]
    previous: Mapped[bytes]
    groups: Mapped[bytes]
    key_id: Mapped[str]
    signature: Mapped[bytes]
    recorded_at: Mapped[datetime]


class SealLeaf(Base):
    """One row under a seal: which, its digest, and its place in the tree from 0."""

    __tablename__ = "seal_leaf"
    __table_args__ = (
        Index("ix_seal_leaf_day", "day", "position"),
        Index("ix_seal_leaf_row_key", "row_key"),
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date]
    position: Mapped[int]
    table_name: Mapped[str]
    row_key: Mapped[str]
    digest: Mapped[bytes]
