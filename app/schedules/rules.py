"""May this visit be planned, and which visits of one list collide?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from app.policies.codes import HomeType
from app.policies.entry_codes import LimitPeriod
from app.policies.entry_terms import HomeLimit
from app.registry.rules import may_work_uncertified
from app.registry.types import CarerKind, EntitlementView, Period
from app.schedules.types import (
    CarerRights,
    ClientRights,
    Designation,
    PlanningRules,
    Refusal,
    UsedUp,
    VisitToPlan,
    VisitView,
)

MINUTE = timedelta(minutes=1)


def refuse_visit(
    visit: VisitToPlan,
    *,
    on: date,
    at: datetime,
    client: ClientRights | None,
    carer: CarerRights | None,
    designations: Sequence[Designation],
    rules: PlanningRules,
) -> tuple[Refusal, ...]:
    """Give every reason why a visit may not be planned for its local day `on`; empty when it may.

    `client` and `carer` are None for those the planning agency never had. `at` is now.
    """
    found = [*_refuse_times(visit, at, rules)]
    held = [each for each in designations if each.period.covers(on)]
    if not held:
        found.append(Refusal.AGENCY_NOT_DESIGNATED)
    elif client is not None and not any(_serves(each, client.district_code) for each in held):
        found.append(Refusal.OUTSIDE_AREA)
    found += [Refusal.CLIENT_UNKNOWN] if client is None else _refuse_client(client, on)
    found += [Refusal.CARER_UNKNOWN] if carer is None else _refuse_carer(carer, on, rules)
    if client is not None and carer is not None and not covers(assignments(client, carer.id), on):
        found.append(Refusal.NOT_ASSIGNED)
    return tuple(found)


def may_cancel(visit: VisitView, *, at: datetime) -> bool:
    """A planned visit is cancelled before it is to begin; afterwards who did not come has missed it."""
    return visit.planned_from is None or at < visit.planned_from


def find_collisions(visits: Sequence[VisitToPlan]) -> dict[int, list[Refusal]]:
    """Find the visits of one list that repeat an id or overlap for a carer, or for a client and team slot.

    Half-open: visits that touch do not overlap. The later one of two is named, by its place.
    """
    found: dict[int, list[Refusal]] = {}
    seen: set[UUID] = set()
    for index, visit in enumerate(visits):
        if visit.id in seen:
            found.setdefault(index, []).append(Refusal.ID_REPEATED)
        seen.add(visit.id)
    for index in _overlapping([(visit.carer_id, visit) for visit in visits]):
        found.setdefault(index, []).append(Refusal.CARER_OVERLAP)
    for index in _overlapping([((visit.client_id, visit.team_slot), visit) for visit in visits]):
        found.setdefault(index, []).append(Refusal.CLIENT_OVERLAP)
    return found


def find_overlaps(
    visit: VisitToPlan, *, others: Iterable[tuple[UUID, UUID, int, datetime, datetime]]
) -> tuple[Refusal, ...]:
    """Say with what a visit collides; `others` take their time: carer, client, slot, from, to."""
    found: set[Refusal] = set()
    for carer_id, client_id, slot, start, end in others:
        if start < visit.planned_to and visit.planned_from < end:
            if carer_id == visit.carer_id:
                found.add(Refusal.CARER_OVERLAP)
            if (client_id, slot) == (visit.client_id, visit.team_slot):
                found.add(Refusal.CLIENT_OVERLAP)
    return tuple(sorted(found))


def plan_on(client: ClientRights, on: date) -> UUID | None:
    """The confirmed care plan in force on a day."""
    return next((plan_id for plan_id, period in client.plans if period.covers(on)), None)


def covers(periods: Iterable[Period], on: date) -> bool:
    """True when one of the periods holds the day."""
    return any(period.covers(on) for period in periods)


def assignments(client: ClientRights, carer_id: UUID) -> list[Period]:
    """The periods in which a carer is assigned to the client."""
    return [period for assigned, period in client.assigned if assigned == carer_id]


def limits_on(
    limits: Iterable[HomeLimit], *, home_type: HomeType, entitled: Iterable[EntitlementView], on: date
) -> tuple[HomeLimit, ...]:
    """The limits of a type of home care by what somebody is entitled to on a day, as far as care is judged by them
    before it is paid; none without an entitlement."""
    return tuple(filter(is_judged, rows_on(limits, home_type=home_type, entitled=entitled, on=on)))


def rows_on(
    limits: Iterable[HomeLimit], *, home_type: HomeType, entitled: Iterable[EntitlementView], on: date
) -> tuple[HomeLimit, ...]:
    """As `limits_on`, with those that care is not judged by."""
    held = next((each for each in entitled if each.period.covers(on)), None)
    return () if held is None else rows_for(limits, home_type=home_type, level=held.level, held=held.home_types)


def limits_for(
    limits: Iterable[HomeLimit], *, home_type: HomeType, level: str, held: Iterable[HomeType]
) -> tuple[HomeLimit, ...]:
    """The limits of a type of home care for who has this level and holds these types, as far as they are judged."""
    return tuple(filter(is_judged, rows_for(limits, home_type=home_type, level=level, held=held)))


def rows_for(
    limits: Iterable[HomeLimit], *, home_type: HomeType, level: str, held: Iterable[HomeType]
) -> tuple[HomeLimit, ...]:
    """The rows that say anything of a type of home care for who has this level and holds these types."""
    types = frozenset(held)
    return tuple(
        each
        for each in limits
        if each.home_type is home_type
        and (each.combination is None or frozenset(each.combination) == types)
        and _is_for_level(each, level)
    )


def is_judged(limit: HomeLimit) -> bool:
    """Whether care is judged by it before it is paid: a limit in fen alone is not, and only splits what care costs."""
    return limit.visits is not None or limit.minutes is not None


def days_of(period: LimitPeriod, *, on: date) -> tuple[date, date]:
    """The calendar week from Monday, month or year that holds a local day: its first day, and the first one after."""
    if period is LimitPeriod.WEEK:
        monday = on - timedelta(days=on.weekday())
        return monday, monday + timedelta(days=7)
    if period is LimitPeriod.MONTH:
        first = on.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1)
    return date(on.year, 1, 1), date(on.year + 1, 1, 1)


def days_to_count(limits: Iterable[tuple[date, Iterable[HomeLimit]]]) -> tuple[date, date]:
    """From which day on, and before which one, care counts for the limits of some days; there must be a limit."""
    spans = [days_of(limit.period, on=day) for day, held in limits for limit in held]
    return min(first for first, _ in spans), max(beyond for _, beyond in spans)


def find_used_up(
    limits: Iterable[HomeLimit], *, on: date, asked: int, taken: Sequence[tuple[date, int]]
) -> tuple[UsedUp, ...]:
    """The limits that one more visit of `asked` minutes on a day goes over; `taken` are the others: day and minutes."""
    found = []
    for limit in limits:
        first, beyond = days_of(limit.period, on=on)
        used = [minutes for day, minutes in taken if first <= day < beyond]
        if goes_over(limit, visits=len(used), minutes=sum(used), asked=asked):
            found.append(UsedUp(limit.period, first, limit.visits, limit.minutes, len(used), sum(used)))
    return tuple(found)


def goes_over(limit: HomeLimit, *, visits: int, minutes: int, asked: int) -> bool:
    """Say whether one more visit of `asked` minutes goes over a limit of which so much is used in its period.

    Just at the limit is within it.
    """
    too_many = limit.visits is not None and visits + 1 > limit.visits
    return too_many or (limit.minutes is not None and minutes + asked > limit.minutes)


def minutes_of(visit: VisitToPlan) -> int:
    """How long a visit is planned to last, in whole minutes."""
    return (visit.planned_to - visit.planned_from) // MINUTE


def _refuse_times(visit: VisitToPlan, at: datetime, rules: PlanningRules) -> list[Refusal]:
    length = visit.planned_to - visit.planned_from
    cases: Mapping[Refusal, bool] = {
        Refusal.PERIOD_INVALID: visit.planned_to <= visit.planned_from or length > rules.longest_visit,
        Refusal.IN_PAST: visit.planned_from < at - rules.late_window,
        Refusal.POLICY_EXPIRED: rules.is_expired,
        Refusal.NO_POLICY: rules.is_unknown,
    }
    return [code for code, applies in cases.items() if applies]


def _refuse_client(client: ClientRights, on: date) -> list[Refusal]:
    cases: Mapping[Refusal, bool] = {
        Refusal.AGENCY_NOT_SERVING: not covers(client.served, on),
        Refusal.NOT_ENTITLED: not covers((each.period for each in client.entitled), on),
        Refusal.ENTITLEMENT_SUSPENDED: covers(client.suspended, on),
        Refusal.CLIENT_AWAY: any(stay.valid_from < on and stay.covers(on) for stay in client.away),
        Refusal.CLIENT_DIED: client.died_on is not None and client.died_on <= on,
        Refusal.PLAN_MISSING: plan_on(client, on) is None,
    }
    return [code for code, applies in cases.items() if applies]


def _refuse_carer(carer: CarerRights, on: date, rules: PlanningRules) -> list[Refusal]:
    excused = may_work_uncertified(rules.carer, on=on, employed_since=carer.employed_since)
    cases: Mapping[Refusal, bool] = {
        Refusal.NOT_PROFESSIONAL: carer.kind is not CarerKind.PROFESSIONAL,
        Refusal.NOT_EMPLOYED: not covers(carer.employed, on),
        Refusal.CERTIFICATE_EXPIRED: not excused and not covers(carer.certified, on),
        Refusal.CARER_SUSPENDED: covers(carer.suspended, on),
    }
    return [code for code, applies in cases.items() if applies]


def _serves(designation: Designation, district_code: str) -> bool:
    return designation.districts is None or district_code in designation.districts


def _overlapping(keyed: Sequence[tuple[object, VisitToPlan]]) -> list[int]:
    """Give the places of visits that begin before an earlier one of the same key has ended."""
    order = sorted(range(len(keyed)), key=lambda place: (keyed[place][1].planned_from, place))
    busy_until: dict[object, datetime] = {}
    late: list[int] = []
    for place in order:
        key, visit = keyed[place]
        if key in busy_until and visit.planned_from < busy_until[key]:
            late.append(place)
        busy_until[key] = max(busy_until.get(key, visit.planned_to), visit.planned_to)
    return late


def _is_for_level(limit: HomeLimit, level: str) -> bool:
    """Levels are counted where a limit names them; another word for a level meets the limits of every level only."""
    if limit.level_from is None and limit.level_to is None:
        return True
    if not level.isdecimal():
        return False
    at_least, at_most = limit.level_from, limit.level_to
    return (at_least is None or at_least <= int(level)) and (at_most is None or int(level) <= at_most)
