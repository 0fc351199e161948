"""What families tell and ask for: stays away from home, another mode of care. Pure, as `types` is."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class NoticeKind(StrEnum):
    """What is told (家属告知); the last three ask for another mode of care."""

    HOSPITAL_IN = "hospital_in"  # 住院了
    HOSPITAL_OUT = "hospital_out"  # 出院了
    TRAVEL_OUT = "travel_out"  # 外出
    TRAVEL_BACK = "travel_back"  # 回来了
    INSTITUTION_IN = "institution_in"  # 入住机构
    INSTITUTION_OUT = "institution_out"  # 离开机构
    WANTS_HOME = "wants_home"  # 想改为居家护理
    WANTS_COMMUNITY = "wants_community"  # 想改为社区护理
    WANTS_INSTITUTION = "wants_institution"  # 想改为机构护理


OF_MODE = frozenset({NoticeKind.WANTS_HOME, NoticeKind.WANTS_COMMUNITY, NoticeKind.WANTS_INSTITUTION})


class NoticeState(StrEnum):
    """Where a notice stands."""

    OPEN = "open"
    ENTERED = "entered"  # the stay, or the change, stands in the registry now
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class NoticeEntry:
    """Command: what a family tells or asks for, and for which day."""

    id: UUID
    client_id: UUID
    kind: NoticeKind
    day: date
    occurred_at: datetime


class NoticeDecline(StrEnum):
    """Why nothing is entered."""

    NOT_SO = "not_so"  # 核实不符
    KNOWN_ALREADY = "known_already"  # 已登记
    NOT_ENTITLED = "not_entitled"  # 不符合条件
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NoticeAnswer:
    """Command: what was told is entered, or why not."""

    entered: bool
    decline_reason: NoticeDecline | None = None


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as family, agency and operator see it."""

    id: UUID
    client_id: UUID
    kind: NoticeKind
    day: date
    told_by: UUID
    occurred_at: datetime
    received_at: datetime
    state: NoticeState
    decline_reason: NoticeDecline | None
    answered_at: datetime | None
