"""What phones and reviewers ask of check-in. Pure, as `types` is."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.checkin.reasons import AttemptReason, ReviewReason
from app.checkin.types import Decision, EventKind, Fix, ItemOutcome
from app.kernel.canonical import LATER


@dataclass(frozen=True, slots=True)
class ClockTap:
    """Command: clock in or out of a visit; `tag` is what the phone read from a home tag."""

    id: UUID
    occurred_at: datetime
    fix: Fix | None
    tag: str | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class AttemptTap:
    """Command: the carer is at the door and cannot start."""

    id: UUID
    reason: AttemptReason
    occurred_at: datetime
    fix: Fix | None


@dataclass(frozen=True, slots=True)
class FreeTap:
    """Command: a tap that names a client, not a visit: a family carer's, or an unscheduled visit of a professional."""

    id: UUID
    kind: EventKind
    client_id: UUID
    occurred_at: datetime
    fix: Fix | None
    tag: str | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """One line of a log: reason is a code, for refused and not done; the price is what was told of an extra before."""

    id: UUID
    item_code: str
    outcome: ItemOutcome
    occurred_at: datetime
    minutes: int | None = None
    reason: str | None = None
    consented: bool = False
    price_fen: int | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class ItemLog:
    """Command: what was done in a visit."""

    items: tuple[ItemEntry, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Command: the client or guardian says whether it was so."""

    id: UUID
    holds: bool
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """Command: a person's decision on a held fact. Who accepts a visit that lacks a tap may state its time."""

    id: UUID
    decision: Decision
    reason: ReviewReason
    note: str | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reopening:
    """Command: a decided fact is looked into again."""

    id: UUID
    reason: ReviewReason
    note: str | None = None
