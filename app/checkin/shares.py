"""What is told and shown of a confirmation of a client's own share (个人负担)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.careplans.types import ConfirmationWay


@dataclass(frozen=True, slots=True)
class ShareEntry:
    """Command: what a client bears himself of an agency's care in a month, named by its first day, is confirmed."""

    agency_id: UUID
    month: date
    share_fen: int
    way: ConfirmationWay = ConfirmationWay.OWN_PHONE
    document: str | None = None  # file number of the signed paper


@dataclass(frozen=True, slots=True)
class ShareView:
    """A confirmed share."""

    id: UUID
    client_id: UUID
    agency_id: UUID
    month: date
    share_fen: int
    way: ConfirmationWay
    document: str | None
    confirmed_at: datetime
