"""Asks of visits to plan whether they go over the limits of home care of their clients."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.kernel import clock
from app.policies.codes import HomeType
from app.policies.entry_terms import HomeLimit
from app.registry.queries import lock_clients
from app.schedules import queries
from app.schedules.rules import days_to_count, find_used_up, limits_on, minutes_of
from app.schedules.types import ClientRights, PlanningRules, UsedUp, VisitToPlan


def find_visits_over(
    session: Session,
    visits: Sequence[VisitToPlan],
    *,
    days: Sequence[date],
    clients: Mapping[UUID, ClientRights],
    rules: Sequence[PlanningRules],
    zone: ZoneInfo,
) -> list[tuple[UsedUp, ...]]:
    """Find for each visit the limits it goes over beside what its client has and the visits before it in the list.

    The clients who have limits are locked, else two lists planned at one moment would each find room.
    """
    limits = [_limits(clients.get(visit.client_id), on=days[n], rules=rules[n]) for n, visit in enumerate(visits)]
    limited = {visit.client_id for visit, held in zip(visits, limits, strict=True) if held}
    if not limited:
        return [()] * len(visits)
    lock_clients(session, client_ids=limited)
    first, beyond = days_to_count(zip(days, limits, strict=True))
    begin, end = clock.local_midnight(first, zone), clock.local_midnight(beyond, zone)
    taken = defaultdict[UUID, list[tuple[date, int]]](list)
    for client_id, starts_at, minutes in queries.list_taken_days(session, client_ids=limited, begin=begin, beyond=end):
        taken[client_id].append((clock.local_date(starts_at, zone), minutes))
    found = []
    for visit, day, held in zip(visits, days, limits, strict=True):
        asked, others = minutes_of(visit), taken[visit.client_id]
        found.append(find_used_up(held, on=day, asked=asked, taken=others))
        others.append((day, asked))
    return found


def _limits(client: ClientRights | None, *, on: date, rules: PlanningRules) -> tuple[HomeLimit, ...]:
    entitled = () if client is None else client.entitled
    return limits_on(rules.home_limits, home_type=HomeType.AGENCY_CARE, entitled=entitled, on=on)
