"""Photos of care: what a phone said of them, for ever; and what may be deleted, where their bytes are and how alike."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.checkin.photos import MediaType, PhotoPurpose, PhotoState
from app.kernel.db import AppendOnly, Base, enum_column, regional


class PhotoTaken(AppendOnly, Base):
    """A photo of a visit or care day, as the phone told of it: which bytes they are, by their digest."""

    __tablename__ = "photo_taken"
    __table_args__ = (
        Index("ix_photo_taken_fact_id", "fact_id"),
        Index("ix_photo_taken_carer_id", "carer_id", "id"),
        Index("ix_photo_taken_sha256", "sha256"),
        regional(partitioned=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID]
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    purpose: Mapped[PhotoPurpose] = enum_column(PhotoPurpose)
    sha256: Mapped[bytes]
    size: Mapped[int]
    occurred_at: Mapped[datetime]
    account_id: Mapped[UUID]
    command_digest: Mapped[bytes]


class Photo(Base):
    """The bytes of a photo that was told of. The object in the store is named by the id; each has a row before it is
    written, and until it is deleted.

    `phash` is None where a picture has no features to compare. What may be alike is found by its four bands of 16 bits.
    """

    __tablename__ = "photo"
    __table_args__ = (
        *(Index(f"ix_photo_band_{band}", text(f"((phash >> {band * 16}) & 65535)")) for band in range(4)),
        Index("ix_photo_fact_id", "fact_id"),
        Index("ix_photo_received_at", "received_at", postgresql_where=text("state <> 'deleted'")),
        Index("ix_photo_stored", "received_at", postgresql_where=text("state = 'stored'")),
        CheckConstraint("state IN ('stored', 'compared') OR phash IS NULL", name="phash"),
        CheckConstraint("state <> 'described'", name="has_bytes"),
        regional(update=("state", "media_type", "phash", "received_at")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # that of what was told
    fact_id: Mapped[UUID]
    carer_id: Mapped[UUID] = mapped_column(ForeignKey("region.carer.id"))
    state: Mapped[PhotoState] = enum_column(PhotoState)
    media_type: Mapped[MediaType] = enum_column(MediaType)
    phash: Mapped[int | None]
    received_at: Mapped[datetime]  # of the last attempt to store it
