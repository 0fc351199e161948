"""Prompts at random times for family carers (随机到岗确认): what a phone sends and is shown. Pure, as `types` is."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.checkin.types import Fix, Verdict


@dataclass(frozen=True, slots=True)
class DuePrompt:
    """Whom a prompt asks, and from when to when."""

    carer_id: UUID
    client_id: UUID
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class PromptView:
    """A prompt as its carer sees it; `day` is the care day it may be a witness of."""

    id: UUID
    client_id: UUID
    day: date
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class PromptTap:
    """Command: the carer answers a prompt, from where the phone is."""

    id: UUID
    occurred_at: datetime
    fix: Fix | None


@dataclass(frozen=True, slots=True)
class PromptAnswerView:
    """An answer as it was judged; it is a witness when it came in time from the home."""

    id: UUID
    prompt_id: UUID
    in_time: bool
    verdict: Verdict
    distance_m: int | None
    occurred_at: datetime
    received_at: datetime
