"""Face checks (人脸核验): asked of a provider, which keeps no picture with us. Pure, as `types` is."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class FaceState(StrEnum):
    """Where a check stands. Without an answer the carer goes on as if none had been asked for."""

    WAITING = "waiting"
    MATCHED = "matched"
    NOT_MATCHED = "not_matched"
    UNAVAILABLE = "unavailable"  # the provider is down, not set up, or knows no face of the carer


FINAL = (FaceState.MATCHED, FaceState.NOT_MATCHED)


@dataclass(frozen=True, slots=True)
class NewFaceCheck:
    """Command: the carer of a visit wants his face checked."""

    id: UUID
    visit_id: UUID
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class FaceIntent:
    """A check that is kept: what the provider is asked by, and how it ended if it has."""

    id: UUID
    visit_id: UUID
    subject: str = field(repr=False)
    state: FaceState = FaceState.WAITING
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class FaceAnswer:
    """What the provider said of a check, or that it said nothing."""

    state: FaceState
    trace_id: str | None = None
    score: int | None = None


@dataclass(frozen=True, slots=True)
class FaceCheckView:
    """A check as the phone sees it; the token starts it there."""

    id: UUID
    visit_id: UUID
    state: FaceState
    trace_id: str | None = None
    token: str | None = field(default=None, repr=False)
    expires_in_s: int | None = None
