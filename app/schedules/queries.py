"""Reads of visits, always from what the actor may see, and the facts that planning asks for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Select, and_, cast, false, func, or_, select, text, true
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.careplans.models import CarePlan
from app.kernel.errors import NotFound
from app.kernel.paging import Page, fetch_page
from app.kernel.permissions import AnyActor, Role, ScopeKind, SystemActor
from app.kernel.regions import zone_of
from app.policies.codes import HomeType
from app.registry.conditions import guards, happened
from app.registry.models import (
    Agency,
    AgencyAgreement,
    Assignment,
    Carer,
    CarerSuspension,
    Certificate,
    Client,
    Employment,
    Person,
    ServiceAgreement,
    Stay,
    Suspension,
)
from app.registry.queries import list_entitlements
from app.registry.types import AgencyState, EntitlementView, Period, ServiceMode
from app.schedules.models import STARTS_AT, Visit
from app.schedules.rules import MINUTE
from app.schedules.types import CarerRights, ClientRights, Designation, VisitState, VisitView

SNAPSHOT_LIMIT = 500
TAKING = (VisitState.PLANNED, VisitState.BEGUN, VisitState.DONE)  # what uses up a limit
Dated = tuple[UUID, Period]
Taken = tuple[UUID, UUID, int, datetime, datetime]


def visible_visits(actor: AnyActor) -> Select[Visit]:
    """Select the visits an actor may see: a carer his own, a guardian those of days on which he is guardian."""
    return select(Visit).where(_visible(actor))


def _visible(actor: AnyActor) -> ColumnElement[bool]:
    scope = actor.scope
    if scope.kind is ScopeKind.FUND:
        return true()
    if scope.kind is ScopeKind.DISTRICT:
        return Visit.district_code == scope.key
    if scope.kind is ScopeKind.STREET:
        return Visit.street_code == scope.key
    if scope.kind is ScopeKind.AGENCY:
        return Visit.agency_id == scope.agency_id
    if isinstance(actor, SystemActor) or actor.person_id is None:
        return false()
    if actor.role is Role.GUARDIAN:
        return _guarded_by(actor.person_id, zone=zone_of(actor.region))
    return Visit.carer_id.in_(select(Carer.id).where(Carer.person_id == actor.person_id))


def _guarded_by(person_id: UUID, *, zone: ZoneInfo) -> ColumnElement[bool]:
    begins_at = func.coalesce(func.lower(Visit.planned), Visit.began_at, Visit.created_at)
    day = cast(func.timezone(zone.key, begins_at), Date)
    return guards(Visit.client_id, person_id=person_id, on=day)


def get_visit(session: Session, *, visit_id: UUID, actor: AnyActor) -> VisitView:
    """One visit; NotFound when it is absent or not the actor's to see."""
    row = session.scalars(visible_visits(actor).where(Visit.id == visit_id)).one_or_none()
    if row is None:
        raise NotFound(kind="visit")
    return view_of(row)


def list_visits(
    session: Session,
    *,
    actor: AnyActor,
    begin: datetime,
    beyond: datetime,
    state: VisitState | None = None,
    limit: int,
    after: UUID | None,
) -> Page[VisitView]:
    """Visits that overlap `[begin, beyond)`, planned or, when unscheduled, begun in it; in one state, or any."""
    inside = or_(
        Visit.planned.op("&&")(Range(begin, beyond)),
        and_(Visit.planned.is_(None), Visit.began_at >= begin, Visit.began_at < beyond),
    )
    statement = visible_visits(actor).where(inside)
    if state is not None:
        statement = statement.where(Visit.state == state)
    return fetch_page(session, statement, key=Visit.id, limit=limit, after=after, view=view_of)


def list_snapshot(
    session: Session, *, actor: AnyActor, begin: datetime, beyond: datetime
) -> tuple[tuple[VisitView, ...], bool]:
    """What a phone keeps: open visits that overlap `[begin, beyond)`, and those begun and not over, the first to begin
    in front. At most `SNAPSHOT_LIMIT`, and whether these are all."""
    wanted = or_(
        Visit.state == VisitState.BEGUN,
        and_(Visit.state == VisitState.PLANNED, Visit.planned.op("&&")(Range(begin, beyond))),
    )
    begins_at = func.coalesce(func.lower(Visit.planned), Visit.began_at)
    statement = visible_visits(actor).where(wanted).order_by(begins_at, Visit.id).limit(SNAPSHOT_LIMIT + 1)
    rows = session.scalars(statement).all()
    return tuple(view_of(row) for row in rows[:SNAPSHOT_LIMIT]), len(rows) <= SNAPSHOT_LIMIT


def find_visits(session: Session, *, ids: Collection[UUID]) -> dict[UUID, VisitView]:
    """Visits by id, unscoped: for planning's resends and for check-in, which look at ids the caller made."""
    rows = session.scalars(select(Visit).where(Visit.id.in_(ids)))
    return {row.id: view_of(row) for row in rows}


def list_planned_before(session: Session, *, before: datetime, limit: int) -> list[tuple[UUID, str, datetime]]:
    """Planned visits whose planned end lies before `before` (id, district, planned end), the longest over first; for
    the job, unscoped. The state is written out, not bound, so that the partial index may be used."""
    ends_at = func.upper(Visit.planned)
    statement = (
        select(Visit.id, Visit.district_code, ends_at)
        .where(text("state = 'planned'"), ends_at < before)
        .order_by(ends_at, Visit.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def list_taken_times(
    session: Session,
    *,
    state: VisitState,
    carer_ids: Collection[UUID],
    client_ids: Collection[UUID],
    within: Range[datetime],
) -> list[Taken]:
    """Carer, client, slot, from and to of planned visits in a state that meet a time; unscoped, names collisions.

    The state is written out, not bound, so that the partial indexes may be used."""
    statement = select(
        Visit.carer_id, Visit.client_id, Visit.team_slot, func.lower(Visit.planned), func.upper(Visit.planned)
    ).where(
        text(f"state = '{state.value}'"),
        or_(Visit.carer_id.in_(carer_ids), Visit.client_id.in_(client_ids)),
        Visit.planned.op("&&")(within),
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(statement)]


def list_taken_days(
    session: Session, *, client_ids: Collection[UUID], begin: datetime, beyond: datetime
) -> list[tuple[UUID, datetime, int]]:
    """Client, beginning and minutes of visits planned, begun or done that begin in `[begin, beyond)`, with any agency;
    unscoped, for limits. Minutes as planned; of a visit nobody planned those it lasted."""
    starts_at, ends_at = STARTS_AT, func.coalesce(func.upper(Visit.planned), Visit.ended_at, Visit.began_at)
    statement = select(Visit.client_id, starts_at, ends_at).where(
        Visit.client_id.in_(client_ids), Visit.state.in_(TAKING), starts_at >= begin, starts_at < beyond
    )
    return [(row[0], row[1], abs(row[2] - row[1]) // MINUTE) for row in session.execute(statement)]


def load_client_rights(
    session: Session, *, client_ids: Collection[UUID], agency_id: UUID, first: date, last: date
) -> dict[UUID, ClientRights]:
    """Rights of clients the agency serves or served, over the days asked for; seven statements whatever the number."""
    by_agency = (ServiceAgreement.agency_id == agency_id, ServiceAgreement.home_type == HomeType.AGENCY_CARE)
    served = _dated(session, ServiceAgreement, client_ids, extra=by_agency)
    entitled = list_entitlements(session, client_ids=list(served), first=first, last=last)
    suspended = _dated(session, Suspension, served, first=first, last=last)
    away = _dated(session, Stay, served, first=first, last=last)
    plans = _dated(
        session, CarePlan, served, first=first, last=last, name=CarePlan.id, extra=(CarePlan.confirmed_at.is_not(None),)
    )
    assigned = _dated(session, Assignment, served, first=first, last=last, name=Assignment.carer_id)
    people = select(Client.id, Client.district_code, Client.street_code, Person.died_on).join(
        Person, Person.id == Client.person_id
    )
    return {
        row.id: ClientRights(
            row.id,
            row.district_code,
            row.street_code,
            row.died_on,
            served=_periods(served[row.id]),
            entitled=tuple(each for each in entitled.get(row.id, ()) if _is_to_agency_care(each)),
            suspended=_periods(suspended[row.id]),
            away=_periods(away[row.id]),
            plans=tuple(plans[row.id]),
            assigned=tuple(assigned[row.id]),
        )
        for row in session.execute(people.where(Client.id.in_(list(served))))
    }


def load_carer_rights(session: Session, *, carer_ids: Collection[UUID], agency_id: UUID) -> dict[UUID, CarerRights]:
    """Rights of carers the agency employs or employed; four statements whatever the number."""
    by_agency = (Employment.agency_id == agency_id,)
    employed = _dated(session, Employment, carer_ids, owner=Employment.carer_id, extra=by_agency)
    certified = _dated(session, Certificate, employed, owner=Certificate.carer_id)
    suspended = _dated(session, CarerSuspension, employed, owner=CarerSuspension.carer_id)
    since = func.min(Employment.valid_from).filter(happened(Employment))
    rows = session.execute(
        select(Carer.id, Carer.kind, since.label("since"))
        .join(Employment, Employment.carer_id == Carer.id)
        .where(Carer.id.in_(list(employed)))
        .group_by(Carer.id)
    )
    return {
        row.id: CarerRights(
            row.id,
            row.kind,
            employed=_periods(employed[row.id]),
            certified=_periods(certified[row.id]),
            suspended=_periods(suspended[row.id]),
            employed_since=row.since,
        )
        for row in rows
    }


def load_designations(session: Session, *, agency_id: UUID) -> tuple[Designation, ...]:
    """The fund's agreements for agency care with an agency that has not left."""
    statement = (
        select(AgencyAgreement)
        .join(Agency, Agency.id == AgencyAgreement.agency_id)
        .where(
            Agency.id == agency_id,
            Agency.state != AgencyState.LEFT,
            AgencyAgreement.home_types.is_(None) | AgencyAgreement.home_types.contains([HomeType.AGENCY_CARE.value]),
        )
    )
    return tuple(
        Designation(
            Period(row.valid_from, row.valid_to), None if row.district_codes is None else tuple(row.district_codes)
        )
        for row in session.scalars(statement)
    )


def _is_to_agency_care(held: EntitlementView) -> bool:
    return held.mode is ServiceMode.HOME and HomeType.AGENCY_CARE in held.home_types


def _dated(
    session: Session,
    model: Any,
    owners: Iterable[UUID],
    *,
    owner: Any = None,
    name: Any = None,
    first: date | None = None,
    last: date | None = None,
    extra: Sequence[ColumnElement[bool]] = (),
) -> defaultdict[UUID, list[Dated]]:
    """Periods of dated rights by owner, each with the id `name` stands for; only those that meet `[first, last]`."""
    owner = model.client_id if owner is None else owner
    statement = select(owner, model.id if name is None else name, model.valid_from, model.valid_to)
    statement = statement.where(owner.in_(list(owners)), *extra)
    if first is not None and last is not None:
        statement = statement.where(model.valid_from <= last, or_(model.valid_to.is_(None), first < model.valid_to))
    found: defaultdict[UUID, list[Dated]] = defaultdict(list)
    for row in session.execute(statement):
        found[row[0]].append((row[1], Period(row[2], row[3])))
    return found


def _periods(dated: Iterable[Dated]) -> tuple[Period, ...]:
    return tuple(period for _, period in dated)


def view_of(row: Visit) -> VisitView:
    """A visit's row as others see it."""
    return VisitView(
        id=row.id,
        client_id=row.client_id,
        carer_id=row.carer_id,
        agency_id=row.agency_id,
        plan_id=row.plan_id,
        team_slot=row.team_slot,
        planned_from=row.planned.lower if row.planned else None,
        planned_to=row.planned.upper if row.planned else None,
        state=row.state,
        seq=row.seq,
        began_at=row.began_at,
        ended_at=row.ended_at,
        source=row.source,
        district_code=row.district_code,
        street_code=row.street_code,
    )
