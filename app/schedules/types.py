"""Visits from plan to done or missed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.policies.entry_codes import LimitPeriod
from app.policies.entry_terms import HomeLimit
from app.policies.terms import CarerTerms
from app.registry.hand_over_types import HandedClient
from app.registry.types import CarerKind, EntitlementView, Period

DEFAULT_LIMIT = 50


class VisitState(StrEnum):
    """Where a visit stands."""

    PLANNED = "planned"
    BEGUN = "begun"
    DONE = "done"
    ATTEMPTED = "attempted"  # the carer came and could not start
    MISSED = "missed"
    CANCELLED = "cancelled"


class VisitSource(StrEnum):
    """How a visit came to be."""

    PLANNED = "planned"
    UNSCHEDULED = "unscheduled"


ALLOWED: dict[VisitState, frozenset[VisitState]] = {
    VisitState.PLANNED: frozenset(
        {VisitState.BEGUN, VisitState.ATTEMPTED, VisitState.MISSED, VisitState.CANCELLED, VisitState.DONE}
    ),
    VisitState.BEGUN: frozenset({VisitState.DONE}),
    VisitState.ATTEMPTED: frozenset({VisitState.BEGUN, VisitState.DONE}),
    VisitState.MISSED: frozenset({VisitState.BEGUN, VisitState.DONE, VisitState.ATTEMPTED}),  # a phone may tell late
    VisitState.CANCELLED: frozenset(),
    VisitState.DONE: frozenset(),
}
FIRST_STATES = frozenset({VisitState.PLANNED, VisitState.BEGUN, VisitState.DONE})


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit as other packages see it; instants are UTC."""

    id: UUID
    client_id: UUID
    carer_id: UUID
    agency_id: UUID | None
    plan_id: UUID | None
    team_slot: int
    planned_from: datetime | None
    planned_to: datetime | None
    state: VisitState
    seq: int
    began_at: datetime | None
    ended_at: datetime | None
    source: VisitSource
    district_code: str
    street_code: str | None = None


class Refusal(StrEnum):
    """Why a visit may not be planned; stable codes."""

    PERIOD_INVALID = "period_invalid"  # ends before it begins, or longer than the policy's longest visit
    IN_PAST = "in_past"  # began longer ago than a carer may be late
    POLICY_EXPIRED = "policy_expired"
    NO_POLICY = "no_policy"
    CLIENT_UNKNOWN = "client_unknown"  # absent, or never this agency's
    CARER_UNKNOWN = "carer_unknown"
    AGENCY_NOT_DESIGNATED = "agency_not_designated"  # no agreement with the fund that day, or left
    OUTSIDE_AREA = "outside_area"  # the client's district is not in the agency's agreement with the fund
    AGENCY_NOT_SERVING = "agency_not_serving"  # no agreement with the client that day
    NOT_PROFESSIONAL = "not_professional"
    NOT_EMPLOYED = "not_employed"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CARER_SUSPENDED = "carer_suspended"
    NOT_ASSIGNED = "not_assigned"
    NOT_ENTITLED = "not_entitled"
    ENTITLEMENT_SUSPENDED = "entitlement_suspended"
    CLIENT_AWAY = "client_away"  # from the day after that of admission or departure, as at the door
    CLIENT_DIED = "client_died"
    PLAN_MISSING = "plan_missing"  # no confirmed care plan in force
    HOURS_USED_UP = "hours_used_up"  # over a limit of home care in its week, month or year
    ID_USED = "id_used"
    ID_REPEATED = "id_repeated"
    CARER_OVERLAP = "carer_overlap"
    CLIENT_OVERLAP = "client_overlap"


@dataclass(frozen=True, slots=True)
class VisitToPlan:
    """Command: one visit, `[planned_from, planned_to)`. Carers who come together have different team slots."""

    id: UUID
    client_id: UUID
    carer_id: UUID
    planned_from: datetime
    planned_to: datetime
    team_slot: int = 1


@dataclass(frozen=True, slots=True)
class VisitsToPlan:
    """Command: up to 200 visits, all or none."""

    visits: tuple[VisitToPlan, ...]


class CancellationReason(StrEnum):
    """Why a planned visit will not take place. A code, never a text: the history it stands in is kept for ever."""

    CLIENT_DECLINED = "client_declined"  # 家属说不用来
    RESCHEDULED = "rescheduled"  # 改期
    IN_HOSPITAL = "in_hospital"  # 住院
    CLIENT_AWAY = "client_away"  # 外出
    CLIENT_DIED = "client_died"  # 身故
    CARER_ABSENT = "carer_absent"  # 护理员不能来
    UNSAFE = "unsafe"  # 不安全
    PLANNED_WRONGLY = "planned_wrongly"  # 排错了
    AGENCY_CHANGED = "agency_changed"  # 换了机构


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Command: a planned visit will not take place."""

    reason: CancellationReason


@dataclass(frozen=True, slots=True)
class AgencyHandOver:
    """What became of each client whom an agency handed over, and how many visits planned with it were cancelled."""

    clients: tuple[HandedClient, ...]
    cancelled_visits: int


@dataclass(frozen=True, slots=True)
class ClientRights:
    """What a client has, as planning needs it: days of validity each."""

    id: UUID
    district_code: str
    street_code: str | None
    died_on: date | None
    served: tuple[Period, ...] = ()  # by the planning agency, for agency care
    entitled: tuple[EntitlementView, ...] = ()  # to agency care at home
    suspended: tuple[Period, ...] = ()
    away: tuple[Period, ...] = ()
    plans: tuple[tuple[UUID, Period], ...] = ()  # confirmed ones
    assigned: tuple[tuple[UUID, Period], ...] = ()  # carer id


@dataclass(frozen=True, slots=True)
class CarerRights:
    """What a carer has, as planning needs it."""

    id: UUID
    kind: CarerKind
    employed: tuple[Period, ...] = ()  # by the planning agency
    certified: tuple[Period, ...] = ()
    suspended: tuple[Period, ...] = ()
    employed_since: date | None = None  # by any agency


@dataclass(frozen=True, slots=True)
class Designation:
    """The fund's agreement with an agency for agency care; `districts` is None for the whole region."""

    period: Period
    districts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PlanningRules:
    """What the policy of a district says for a day; the two flags tell why there is none."""

    longest_visit: timedelta
    late_window: timedelta
    carer: CarerTerms
    home_limits: tuple[HomeLimit, ...] = ()
    is_expired: bool = False
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class UsedUp:
    """A limit of home care that one more visit goes over, and what is used of it since `starts_on`."""

    period: LimitPeriod
    starts_on: date
    visits: int | None
    minutes: int | None
    used_visits: int
    used_minutes: int

    def told(self) -> dict[str, str | int | None]:
        """As an error or an exception tells it."""
        return {
            "period": self.period.value,
            "starts_on": self.starts_on.isoformat(),
            "visits": self.visits,
            "minutes": self.minutes,
            "used_visits": self.used_visits,
            "used_minutes": self.used_minutes,
        }


@dataclass(frozen=True, slots=True)
class RefusedVisit:
    """A visit of the list, by its place from 0, with every reason found and the limits it goes over."""

    index: int
    codes: tuple[Refusal, ...]
    used_up: tuple[UsedUp, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """Visits whose planned start lies in the local days `[day_from, day_to]`; at most `limit` after id `after`,
    in one state or any."""

    day_from: date
    day_to: date
    limit: int = DEFAULT_LIMIT
    after: UUID | None = None
    state: VisitState | None = None
