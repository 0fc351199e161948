"""When family carers are asked where they are. Nobody can tell ahead without the key; a missed prompt means nothing."""

import hashlib
import hmac
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.checkin.prompts import DuePrompt
from app.policies.terms import FamilyTerms

DRAWING = b"anhu.checkin.prompt:"
FIRST_HOUR, HOURS = 8, 12  # nobody is asked at night
MINUTES_A_DAY, MINUTES_A_WEEK = HOURS * 60, 7 * HOURS * 60


def draw_prompts(
    *, carer_id: UUID, client_id: UUID, on: date, zone: ZoneInfo, terms: FamilyTerms, key: bytes
) -> tuple[DuePrompt, ...]:
    """Draw the prompts that a carer gets for a client on a day: those of its week (Monday to Sunday) that fall on it.

    The week's are drawn together, so that a day which had one may have another.
    """
    monday = on - timedelta(days=on.weekday())
    moments = {
        _draw(carer_id, client_id, monday, number, key=key, zone=zone) for number in range(terms.prompts_per_week)
    }
    return tuple(
        DuePrompt(carer_id, client_id, moment, moment + terms.prompt_open)
        for moment in sorted(moments)
        if moment.date() == on
    )


def is_open(prompt: DuePrompt, *, at: datetime) -> bool:
    """Say whether a prompt may be answered now."""
    return prompt.opens_at <= at < prompt.closes_at


def is_in_time(prompt: DuePrompt, *, occurred_at: datetime, at: datetime, tolerance: timedelta) -> bool:
    """Say whether an answer is one to this prompt: received while it was open, and given then by the phone's clock,
    which may be off by as much as is not flagged. Else a place of an earlier day could be sent."""
    return is_open(prompt, at=at) and prompt.opens_at - tolerance <= occurred_at <= prompt.closes_at + tolerance


def _draw(carer_id: UUID, client_id: UUID, monday: date, number: int, *, key: bytes, zone: ZoneInfo) -> datetime:
    content = DRAWING + carer_id.bytes + client_id.bytes + f"{monday.isoformat()}/{number}".encode()
    drawn = int.from_bytes(hmac.digest(key, content, hashlib.sha256)[:8], "big") % MINUTES_A_WEEK
    day, minute = divmod(drawn, MINUTES_A_DAY)
    begins = datetime.combine(monday + timedelta(days=day), time(FIRST_HOUR), tzinfo=zone)
    return begins + timedelta(minutes=minute)
