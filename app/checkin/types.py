"""Facts of care, their judgement, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.checkin.tags import TagMedium
from app.kernel.geo import CoordinateSystem, Point


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
    FACE = "face"
    VOUCHER = "voucher"


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
    NO_CLOCK_IN = "no_clock_in"
    NO_CLOCK_OUT = "no_clock_out"  # forgotten: closed by the system
    NOT_EMPLOYED = "not_employed"
    VISIT_CANCELLED = "visit_cancelled"
    CLIENT_DENIES = "client_denies"  # client or guardian: "this was not so"
    CLIENT_DIED = "client_died"  # care told for a day after the day of death
    CARER_SUSPENDED = "carer_suspended"
    ENTITLEMENT_SUSPENDED = "entitlement_suspended"
    AGENCY_NOT_DESIGNATED = "agency_not_designated"  # no agreement with the fund for agency care on that day
    OUTSIDE_AREA = "outside_area"  # the client's district is not in the agency's agreement with the fund
    AGENCY_NOT_SERVING = "agency_not_serving"  # no agreement with the client on that day
    HOURS_USED_UP = "hours_used_up"  # over a limit of home care beside what is paid already
    SHARE_NOT_CONFIRMED = "share_not_confirmed"  # what the client bears himself of the month, where policy asks for it
    CHECKS_MISSING = "checks_missing"  # before service, where policy asks for them
    EXTRA_NOT_CONSENTED = "extra_not_consented"  # an extra item nobody agreed to before, where policy asks for that
    RISK_FOUND = "risk_found"  # by a risk rule that holds
    PHOTO_COPIED = "photo_copied"  # a photo of another visit or care day
    ITEMS_DENIED = "items_denied"  # client or guardian: the care was given, its items were not so
    CONFIRMED_ON_CARERS_PHONE = "confirmed_on_carers_phone"  # so it is no witness
    PAPER_ENTRY = "paper_entry"  # times entered by the agency, from paper or by telephone
    HAND_ENTRY = "hand_entry"  # corrected by hand; this stays
    HAND_ENTRY_IN_DOUBT = "hand_entry_in_doubt"  # corrected for a reason that is not acceptable, or not payable
    ADDRESS_DOUBTFUL = "address_doubtful"  # many good visits lie elsewhere: the approved place may be wrong
    NEW_DEVICE = "new_device"  # another phone than the carer's first, not confirmed yet
    DEVICE_OF_OTHER = "device_of_other"  # the phone of another carer
    TAG_NOT_VALID = "tag_not_valid"  # a scanned home tag that is no proof: revoked, another client's, not ours
    TAG_REPLAYED = "tag_replayed"  # its counter was seen before
    TAG_ELSEWHERE = "tag_elsewhere"  # the client's tag, scanned by a phone that was elsewhere
    TAG_TOO_FAST = "tag_too_fast"  # the tags of two homes, scanned faster than anybody gets there
    FACE_MISMATCH = "face_mismatch"  # the face is not the carer's
    VOUCHER_OF_OTHER = "voucher_of_other"  # the e-voucher last traced is not the client's
    POSITION_NOT_KEPT = "position_not_kept"  # sent by a carer who withdrew the consent to it


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
    MOVED = "moved"  # to another step, since a witness or a finding came
    REOPENED = "reopened"  # decided before; it waits for the operator again


class LocationSource(StrEnum):
    """What gave the position: WeChat on a phone, or a simulation (demo, tests); refused in production."""

    WECHAT = "wechat"
    SIMULATED = "simulated"


class Witness(StrEnum):
    """Who or what speaks for a fact. A phone's position counts once, however often it was taken."""

    POSITION = "position"
    CLIENT = "client"
    TAG = "tag"
    FACE = "face"
    VOUCHER = "voucher"


class Route(StrEnum):
    """What follows from a grade and the exceptions found."""

    PAYS = "pays"
    SAMPLED = "sampled"  # would pay, and was drawn: an operator looks first
    AGENCY = "agency"
    OPERATOR = "operator"


class Standing(StrEnum):
    """Where a fact stands."""

    OPEN = "open"  # not decided yet: the visit is not over
    HELD = "held"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Fix:
    """A position as the phone gave it, degrees in `system`, accuracy in metres; `fixed_at` is the phone's clock."""

    latitude: float
    longitude: float
    system: CoordinateSystem
    source: LocationSource
    accuracy_m: float | None = None
    fixed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """An approved place to be judged by: WGS-84, and its own radius in metres where it has one."""

    point: Point
    radius_m: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One exception with what it rests on: ids, minutes, metres and codes only."""

    code: ExceptionCode
    details: Mapping[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClockJudgement:
    """Which instant counts for a tap, how far the phone's clock was off, and what a person should know."""

    counted_at: datetime
    skew: timedelta
    exceptions: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class OpenException:
    """An exception that still holds, as it is stored."""

    id: UUID
    code: ExceptionCode
    severity: Severity
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Rights:
    """What held at the door on the service date. Of a family carer only the assignment is asked."""

    certified: bool
    employed: bool
    assigned: bool
    entitled: bool
    away: bool  # in hospital or an institution
    planned_care: bool  # a confirmed care plan is in force
    died: bool = False  # before the service date; on the day of death itself care may have come before
    suspended: bool = False  # the entitlement rests
    carer_suspended: bool = False
    designated: bool = True  # the agency, by the fund
    in_area: bool = True  # the client's district, by the fund's agreement with the agency
    served: bool = True  # the client, by the agency


@dataclass(frozen=True, slots=True)
class WorkedTime:
    """What a visit's taps come to."""

    began_at: datetime
    ended_at: datetime
    minutes: int
    exceptions: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class VisitTap:
    """A tap of a visit as it is judged with the others: when it counts, and what its position says."""

    id: UUID
    kind: EventKind
    counted_at: datetime
    verdict: Verdict
    is_doubted: bool = False  # by a phone that is not confirmed as the carer's own
    tag: TagMedium | None = None  # the client's home tag, genuine


@dataclass(frozen=True, slots=True)
class LoggedItem:
    """An item as logged: its newest outcome."""

    item_code: str
    outcome: ItemOutcome
    minutes: int | None = None
    consented: bool = False
    price_fen: int | None = None


@dataclass(frozen=True, slots=True)
class FactSubject:
    """Whom a fact is about; ids only."""

    id: UUID
    kind: FactKind
    carer_id: UUID
    client_id: UUID | None
    agency_id: UUID | None
    district_code: str | None
