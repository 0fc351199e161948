"""What a carer tells at the door beside taps: which case a tap away from the home was, a home tag
scanned later. Pure, as `types` is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.checkin.tags import TagOutcome
from app.checkin.types import Verdict


class AwayCase(StrEnum):
    """Why a tap was away from every approved place, as the carer says. It decides nothing: a person looks."""

    AT_DOOR = "at_door"  # 我在门口，定位不准
    ADDRESS_WRONG = "address_wrong"  # 搬家了或地址不对
    ELSEWHERE = "elsewhere"  # 今天不在家里服务
    NOT_THERE_YET = "not_there_yet"  # 我还没到


@dataclass(frozen=True, slots=True)
class AwayTold:
    """Command: which case the tap `event_id` was."""

    id: UUID
    event_id: UUID
    case: AwayCase
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayView(AwayTold):
    """The carer's word as it was told, and when that was received."""

    received_at: datetime


@dataclass(frozen=True, slots=True)
class TagScanned:
    """Command: a home tag scanned after the tap `event_id`, as the phone read it."""

    id: UUID
    event_id: UUID
    tag: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class TagScanView:
    """What a scan proved, and what the tap's position says with it; the distance in metres."""

    id: UUID
    event_id: UUID
    outcome: TagOutcome
    verdict: Verdict
    distance_m: int | None
