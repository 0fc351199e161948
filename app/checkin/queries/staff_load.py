"""Reads for staff load: a page of an agency's carers, and what their visits come to, added up by the database."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    FrameClause,
    FrameClauseType,
    and_,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, joinedload

from app.checkin.load import Held, LoadBy, Span, Worked
from app.checkin.models import PayableTime
from app.checkin.rules.staff_load import overlap
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.paging import DEFAULT_LIMIT, Page, fetch_page
from app.kernel.permissions import AnyActor, ScopeKind
from app.registry.conditions import touches
from app.registry.models import Agency, Assignment, Carer, Employment, Entitlement
from app.registry.queries import one_or_not_found, visible_agencies
from app.registry.types import Period, ServiceMode
from app.registry.views import masked_person
from app.schedules.models import STARTS_AT, Visit
from app.schedules.types import VisitState

# One frame for both: of two with parameters of their own the database would make two windows.
BEFORE = FrameClause(None, 1, FrameClauseType.UNBOUNDED, FrameClauseType.PRECEDING)
LONGEST_VISIT = timedelta(days=1)  # nearly: how far around the days other recorded times may meet one of theirs
Cells = dict[tuple[UUID, date], Worked]


@dataclass(frozen=True, slots=True)
class LoadFilter:
    """Query keys of staff load: local days, both included, widened to whole spans. An agency needs no `agency_id`."""

    day_from: date
    day_to: date
    by: LoadBy = LoadBy.DAY
    agency_id: UUID | None = None
    limit: int = DEFAULT_LIMIT
    after: UUID | None = None


def find_agency(session: Session, *, agency_id: UUID | None, actor: AnyActor) -> UUID:
    """The agency that is asked about: an agency's own, else the one named. NotFound outside the actor's scope."""
    if agency_id is None and actor.scope.kind is ScopeKind.AGENCY:
        agency_id = actor.scope.agency_id
    if agency_id is None:
        raise NotFound(kind="agency")
    return one_or_not_found(session, visible_agencies(actor).where(Agency.id == agency_id)).id


def page_of_carers(session: Session, *, agency_id: UUID, wanted: LoadFilter, around: Span) -> Page[tuple[UUID, str]]:
    """Ids and masked names of carers the agency employs on a day of the span; `agency_id` is checked."""
    employed = select(Employment.carer_id).where(
        Employment.agency_id == agency_id, touches(Employment, first=around.first, beyond=around.beyond)
    )
    statement = select(Carer).where(Carer.id.in_(employed)).options(joinedload(Carer.person))
    return fetch_page(
        session,
        statement,
        key=Carer.id,
        limit=wanted.limit,
        after=wanted.after,
        view=lambda row: (row.id, masked_person(row.person).name),
        key_of=lambda row: row.id,
    )


def sum_visits(
    session: Session, *, agency_id: UUID, carer_ids: Collection[UUID], around: Span, by: LoadBy, zone: ZoneInfo
) -> Cells:
    """What the agency's visits come to for each carer and span's first day; one statement. `agency_id` is checked."""
    times = _recorded_times(carer_ids, around=around, zone=zone)
    span = times.c.day if by is LoadBy.DAY else cast(func.date_trunc(by.value, cast(times.c.day, DateTime())), Date)
    statement = (
        select(
            times.c.carer_id,
            span,
            func.count(),  # from here on the fields of `Worked`, in their order
            func.count().filter(times.c.state == VisitState.MISSED),
            func.count(times.c.client_id.distinct()),
            _sum(times.c.planned_minutes),
            _sum(times.c.recorded_minutes),
            _sum(PayableTime.minutes),
            func.count().filter(or_(times.c.meets_before, times.c.meets_after)),
        )
        .outerjoin(PayableTime, PayableTime.visit_id == times.c.id)
        .where(times.c.agency_id == agency_id, times.c.day >= around.first, times.c.day < around.beyond)
        .group_by(times.c.carer_id, span)
    )
    return {(carer_id, first): Worked(*sums) for carer_id, first, *sums in session.execute(statement)}


def list_employments(
    session: Session, *, agency_id: UUID, carer_ids: Collection[UUID], around: Span
) -> dict[UUID, list[Period]]:
    """When the agency employs each carer, of the periods that meet the span; `agency_id` is checked."""
    statement = select(Employment.carer_id, Employment.valid_from, Employment.valid_to).where(
        Employment.agency_id == agency_id,
        Employment.carer_id.in_(carer_ids),
        touches(Employment, first=around.first, beyond=around.beyond),
    )
    found: defaultdict[UUID, list[Period]] = defaultdict(list)
    for carer_id, valid_from, valid_to in session.execute(statement):
        found[carer_id].append(Period(valid_from, valid_to))
    return found


def list_held_clients(session: Session, *, carer_ids: Collection[UUID], around: Span) -> dict[UUID, list[Held]]:
    """For each carer the clients in home care with a standing assignment, over all agencies.

    Unscoped: only their number is shown, which counts against the fund's bound.
    """
    statement = (
        select(
            Assignment.carer_id,
            Assignment.client_id,
            Assignment.valid_from,
            Assignment.valid_to,
            Entitlement.valid_from.label("granted_from"),
            Entitlement.valid_to.label("granted_to"),
            Entitlement.level,
        )
        .join(Entitlement, Entitlement.client_id == Assignment.client_id)
        .where(
            Assignment.carer_id.in_(carer_ids),
            Entitlement.mode == ServiceMode.HOME,
            touches(Assignment, first=around.first, beyond=around.beyond),
            touches(Entitlement, first=around.first, beyond=around.beyond),
        )
    )
    found: defaultdict[UUID, list[Held]] = defaultdict(list)
    for row in session.execute(statement):
        both = overlap(Period(row.valid_from, row.valid_to), Period(row.granted_from, row.granted_to))
        if both is not None:
            found[row.carer_id].append(Held(row.client_id, both, row.level))
    return found


def _recorded_times(carer_ids: Collection[UUID], *, around: Span, zone: ZoneInfo) -> CTE:
    """Visits of the carers in and around the span, with whole minutes, and whether a recorded time meets another's."""
    begin = clock.local_midnight(around.first, zone) - LONGEST_VISIT
    beyond = clock.local_midnight(around.beyond, zone) + LONGEST_VISIT
    began, ended = func.least(Visit.began_at, Visit.ended_at), func.greatest(Visit.began_at, Visit.ended_at)
    is_told = and_(Visit.began_at.is_not(None), Visit.ended_at.is_not(None))
    earlier: Any = {"partition_by": (Visit.carer_id, is_told), "order_by": (began, Visit.id), "rows": BEFORE}
    latest_end = func.max(ended).over(**earlier)
    next_begin = func.lead(began).over(**earlier)  # looks at no frame, but of one window all is found in one pass
    statement = select(
        Visit.id,
        Visit.carer_id,
        Visit.client_id,
        Visit.agency_id,
        Visit.state,
        cast(func.timezone(zone.key, STARTS_AT), Date).label("day"),
        _minutes(func.lower(Visit.planned), func.upper(Visit.planned)).label("planned_minutes"),
        _minutes(began, ended).label("recorded_minutes"),
        and_(is_told, began < latest_end).label("meets_before"),
        and_(is_told, next_begin < ended).label("meets_after"),
    ).where(
        Visit.carer_id.in_(carer_ids),
        begin <= STARTS_AT,
        beyond > STARTS_AT,
        Visit.state != VisitState.CANCELLED,
    )
    return statement.cte("times")


def _sum(minutes: Any) -> ColumnElement[int]:
    """Nought without any; whole, where the database would add whole numbers up to a decimal."""
    return cast(func.coalesce(func.sum(minutes), 0), BigInteger)


def _minutes(begin: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[int]:
    """Whole minutes between two instants, null where one is not known. `extract` would reckon in slower decimals."""
    return cast(func.floor(func.date_part("epoch", end - begin) / 60), BigInteger)
