"""Corrections that carers ask for, their answers, and records that are unlocked for a while. Pure, as `types` is."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.checkin.commands import ItemEntry


class CorrectionKind(StrEnum):
    """What is asked for."""

    TIMES = "times"
    ITEMS = "items"
    SWAPPED = "swapped"  # the carer tapped in when leaving, or out when coming


class CorrectionReason(StrEnum):
    """Why a record is not as it was (更正原因)."""

    NO_NETWORK = "no_network"
    PHONE_FAILED = "phone_failed"
    FORGOT = "forgot"
    LOCATION_REFUSED = "location_refused"
    SERVICE_ELSEWHERE = "service_elsewhere"
    ADDRESS_WRONG = "address_wrong"
    CLIENT_IN_HOSPITAL = "client_in_hospital"
    CLIENT_DIED = "client_died"
    CLIENT_AWAY = "client_away"
    DOOR_LOCKED = "door_locked"
    REFUSED_BY_FAMILY = "refused_by_family"
    UNSAFE_PLACE = "unsafe_place"
    DISASTER = "disaster"
    RETROACTIVE_ENTITLEMENT = "retroactive_entitlement"
    SCHEDULE_CHANGED = "schedule_changed"
    CARER_REPLACED = "carer_replaced"
    SPLIT_VISIT = "split_visit"
    GROUP_VISIT = "group_visit"
    IN_OUT_SWAPPED = "in_out_swapped"
    ENTRY_ERROR = "entry_error"
    OTHER = "other"  # with a note


# What the carer or the agency could have done otherwise: such a correction is looked at by the fund too.
NOT_ACCEPTABLE = frozenset(
    {
        CorrectionReason.FORGOT,
        CorrectionReason.LOCATION_REFUSED,
        CorrectionReason.IN_OUT_SWAPPED,
        CorrectionReason.ENTRY_ERROR,
        CorrectionReason.OTHER,
    }
)


class Resolution(StrEnum):
    """What was done about it (处理方式)."""

    CONFIRMED_BY_FAMILY = "confirmed_by_family"  # with the client or the family
    CONFIRMED_BY_SECOND_PERSON = "confirmed_by_second_person"
    PAPER_KEPT = "paper_kept"
    RESCHEDULED = "rescheduled"
    NOT_PAYABLE = "not_payable"


class DeclineReason(StrEnum):
    """Why a correction is not granted."""

    NOT_PROVEN = "not_proven"
    RECORD_IS_RIGHT = "record_is_right"
    CLIENT_DISAGREES = "client_disagrees"
    OTHER = "other"


class CorrectionState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"


class CorrectionRefusal(StrEnum):
    """Why a request is not granted at this step."""

    EDIT_LOCKED = "edit_locked"
    VISIT_REFUSED = "visit_refused"


@dataclass(frozen=True, slots=True)
class CorrectionAsked:
    """Command: a carer asks that the record of a visit of his be corrected."""

    id: UUID
    visit_id: UUID
    kind: CorrectionKind
    reason: CorrectionReason
    began_at: datetime | None = None
    ended_at: datetime | None = None
    items: tuple[ItemEntry, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class CorrectionAnswer:
    """Command: a request is granted, with what was done about it, or declined with a reason."""

    granted: bool
    resolution: Resolution | None = None
    decline_reason: DeclineReason | None = None


@dataclass(frozen=True, slots=True)
class UnlockAsked:
    """Command: an agency asks that the record of a visit may be corrected though it is locked."""

    reason: CorrectionReason


@dataclass(frozen=True, slots=True)
class UnlockAnswer:
    """Command: until the end of which local day the record is unlocked; None: it stays locked."""

    unlocked_until: date | None


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A request as carer, agency and fund see it."""

    id: UUID
    visit_id: UUID
    kind: CorrectionKind
    reason: CorrectionReason
    began_at: datetime | None
    ended_at: datetime | None
    items: tuple[ItemEntry, ...]
    note: str | None
    asked_by: UUID
    asked_at: datetime
    state: CorrectionState
    resolution: Resolution | None
    decline_reason: DeclineReason | None
    answered_by: UUID | None
    answered_at: datetime | None

    @property
    def is_acceptable(self) -> bool:
        """Whether the reason is one that nobody could help."""
        return self.reason not in NOT_ACCEPTABLE


@dataclass(frozen=True, slots=True)
class UnlockView:
    """A request to unlock, and its answer."""

    id: UUID
    visit_id: UUID
    reason: CorrectionReason
    asked_by: UUID
    asked_at: datetime
    answered_at: datetime | None
    unlocked_until: date | None
