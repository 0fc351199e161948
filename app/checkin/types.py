"""Facts of care, their judgement, and what follows from it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class EventKind(StrEnum):
    """One tap."""

    IN = "in"
    OUT = "out"


class Verdict(StrEnum):
    """What a position says about being at the home; the last five are outcomes of their own."""

    INSIDE = "inside"
    UNCERTAIN = "uncertain"
    OUTSIDE = "outside"
    NO_POSITION = "no_position"
    NULL_ISLAND = "null_island"  # exactly (0, 0)
    STALE = "stale"
    FUTURE = "future"
    NO_HOME = "no_home"  # no approved place to judge by


class FactKind(StrEnum):
    """What can be graded, held and reviewed."""

    VISIT = "visit"
    CARE_DAY = "care_day"
    EVENT = "event"  # a clock event that belongs to no visit


class EvidenceKind(StrEnum):
    """A witness beside the position."""

    CONFIRMATION = "confirmation"


class ItemOutcome(StrEnum):
    """What became of an item of the plan, or of one beside it."""

    DONE = "done"
    REFUSED = "refused"
    NOT_DONE = "not_done"
    EXTRA = "extra"


class ExceptionCode(StrEnum):
    """待核实事项."""

    NO_LOCATION = "no_location"
    UNCERTAIN_LOCATION = "uncertain_location"
    OUTSIDE_FENCE = "outside_fence"
    STALE_FIX = "stale_fix"
    HOME_UNKNOWN = "home_unknown"
    CLOCK_SKEW = "clock_skew"
    LATE_SYNC = "late_sync"
    FUTURE_TIME = "future_time"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    EARLY_OUT = "early_out"
    SHORT = "short"
    OVER_LONG = "over_long"
    SWAPPED = "swapped"  # out before in
    UNSCHEDULED = "unscheduled"
    NOT_ASSIGNED = "not_assigned"
    CARER_CHANGED = "carer_changed"
    CERTIFICATE_EXPIRED = "certificate_expired"
    NOT_ENTITLED = "not_entitled"
    IN_HOSPITAL = "in_hospital"
    PLAN_MISSING = "plan_missing"
    ITEM_NOT_IN_PLAN = "item_not_in_plan"
    ITEM_MISSING = "item_missing"
    ITEM_NOT_FOR_STAFF = "item_not_for_staff"
    REPEATED_EVENT = "repeated_event"
    OVERLAP = "overlap"
    SECOND_CARE_DAY = "second_care_day"
    LATE_ENTRY = "late_entry"
    SIMULATED_LOCATION = "simulated_location"


class Severity(StrEnum):
    """Must be fixed before money moves, or only be acknowledged."""

    MUST_FIX = "must_fix"
    ACKNOWLEDGE = "acknowledge"


class DayStanding(StrEnum):
    """What a family carer's day is worth so far."""

    PAYABLE = "payable"
    IN_REVIEW = "in_review"
    REFUSED = "refused"
    SECOND = "second"  # another care day of the same client and day is the one that counts


@dataclass(frozen=True, slots=True)
class DayFact:
    """A family carer's day for a client and where it stands."""

    client_id: UUID
    carer_id: UUID
    day: date
    care_day_id: UUID
    standing: DayStanding


class ReviewStep(StrEnum):
    """Who looks: a machine may hold, only a person refuses."""

    MACHINE = "machine"
    AGENCY = "agency"
    OPERATOR = "operator"


class Decision(StrEnum):
    """What a review decided."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    ESCALATED = "escalated"  # to the next step


class LocationSource(StrEnum):
    """What gave the position: WeChat on a phone, or a simulation (demo, tests); refused in production."""

    WECHAT = "wechat"
    SIMULATED = "simulated"
