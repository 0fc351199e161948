"""Photos of care (照片): what a phone tells of them and what is shown. Pure, as `types` is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class PhotoPurpose(StrEnum):
    """What a photo is to show."""

    CARE = "care"  # 服务过程
    PLACE = "place"  # 到达现场
    PAPER = "paper"  # 纸质单据
    EXPLANATION = "explanation"  # 补充说明


class PhotoState(StrEnum):
    """Where a photo's bytes stand. `described`: told of, and nothing has come; no row says so."""

    DESCRIBED = "described"
    RECEIVING = "receiving"  # an object may be in the store from here on
    STORED = "stored"  # and not yet compared with those of others
    COMPARED = "compared"
    DELETING = "deleting"  # the object may still be in the store
    DELETED = "deleted"


class MediaType(StrEnum):
    """The formats that are taken."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


@dataclass(frozen=True, slots=True)
class PhotoDescription:
    """Command and answer: a photo that was taken. Its bytes come later, and must have this digest and size."""

    id: UUID
    fact_id: UUID
    purpose: PhotoPurpose
    sha256: bytes
    size: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes that fit what was told of them. `is_stored`: they came before."""

    photo_id: UUID
    fact_id: UUID
    phash: int | None
    is_stored: bool


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo of a fact as reviewers see it."""

    id: UUID
    purpose: PhotoPurpose
    size: int
    occurred_at: datetime
    received_at: datetime
    state: PhotoState
