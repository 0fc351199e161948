"""Selects about ratings of visits. No select that a carer reaches joins them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, and_, cast, exists, false, func, select
from sqlalchemy.orm import Session

from app.checkin.rating_models import ServiceRating
from app.checkin.ratings import GivenOn, RatingReason, RatingView, ScoreGiven, Unrated, UnratedCount
from app.checkin.rules.ratings import last_day
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.paging import DEFAULT_LIMIT, Page, PageRequest, fetch_page
from app.kernel.permissions import Actor, Role
from app.kernel.regions import zone_of
from app.registry.models import Agency, Carer, Employment, Guardian
from app.registry.queries import one_or_not_found, visible_agencies, visible_carers
from app.schedules.models import STARTS_AT, Visit
from app.schedules.queries import view_of, visible_visits
from app.schedules.types import VisitState, VisitView

DAY = timedelta(days=1)
IS_RATED = exists().where(ServiceRating.visit_id == Visit.id)
GIVEN_ON = func.coalesce(ServiceRating.given_on, GivenOn.OWN_PHONE)
IS_RATED_ON_OWN_PHONE = exists().where(ServiceRating.visit_id == Visit.id, GIVEN_ON == GivenOn.OWN_PHONE)


@dataclass(frozen=True, slots=True)
class MonthPage:
    """Query keys: a page, and a month named by its first day."""

    month: date
    limit: int = DEFAULT_LIMIT
    after: UUID | None = None


def find_rating_ids(session: Session, *, visit_id: UUID) -> dict[GivenOn, UUID]:
    """The ratings a visit has. Unscoped: the caller has found the visit by his actor."""
    rows = session.execute(select(GIVEN_ON, ServiceRating.id).where(ServiceRating.visit_id == visit_id))
    return {GivenOn(row[0]): row[1] for row in rows}


def get_rating(session: Session, *, visit_id: UUID, actor: Actor) -> RatingView:
    """The rating of a visit in the actor's scope that counts, of a guardian the one he gave; NotFound without one."""
    visible = visible_visits(actor).with_only_columns(Visit.id)
    statement = select(ServiceRating).where(ServiceRating.visit_id == visit_id, ServiceRating.visit_id.in_(visible))
    if actor.role is Role.GUARDIAN:
        statement = statement.where(ServiceRating.account_id == actor.account_id)
    rows = {row.given_on or GivenOn.OWN_PHONE: row for row in session.scalars(statement)}
    own, handed_over = (rows.get(each) for each in (GivenOn.OWN_PHONE, GivenOn.CARER_PHONE))
    counts = own or handed_over
    if counts is None:
        raise NotFound(kind="rating")
    return _view(counts, replaced=_view(handed_over) if own and handed_over else None)


def _view(row: ServiceRating, *, replaced: RatingView | None = None) -> RatingView:
    reasons = tuple(RatingReason(each) for each in row.reasons)
    return RatingView(row.id, row.score, row.occurred_at, reasons, row.given_on or GivenOn.OWN_PHONE, replaced)


def list_unrated(session: Session, *, actor: Actor, page: PageRequest, days: Collection[date]) -> Page[Unrated]:
    """Done visits of local days, but his own as a carer, that a guardian may rate and nobody has rated on an own
    phone."""
    zone = zone_of(actor.region)
    statement = visible_visits(actor).where(
        Visit.client_id.in_(select(Guardian.client_id).where(Guardian.person_id == actor.person_id)),
        Visit.carer_id.not_in(select(Carer.id).where(Carer.person_id == actor.person_id)),
        _done_on(days, zone=zone),
        ~IS_RATED_ON_OWN_PHONE,
    )

    def view(row: Visit) -> Unrated:
        until = last_day(day_of(view_of(row), zone=zone, at=row.created_at))
        return Unrated(row.id, row.client_id, row.began_at, row.ended_at, until, on_carers_phone=False)

    found = fetch_page(session, statement, key=Visit.id, limit=page.limit, after=page.after, view=view)
    visit_ids = [each.visit_id for each in found.items]
    rated = set(session.scalars(select(ServiceRating.visit_id).where(ServiceRating.visit_id.in_(visit_ids))))
    items = tuple(replace(each, on_carers_phone=each.visit_id in rated) for each in found.items)
    return Page(items, found.next_after)


def count_unrated(session: Session, *, actor: Actor, wanted: MonthPage, days: Collection[date]) -> Page[UnratedCount]:
    """Of each agency in scope its done visits of local days, those nobody rated, and those rated on carers' phones
    only; two statements a page."""
    found = fetch_page(
        session,
        visible_agencies(actor),
        key=Agency.id,
        limit=wanted.limit,
        after=wanted.after,
        view=lambda row: row.id,
        key_of=lambda row: row.id,
    )
    carers = select(Employment.carer_id).where(Employment.agency_id.in_(found.items))
    statement = (
        visible_visits(actor)
        .with_only_columns(
            Visit.agency_id,
            func.count(),
            func.count().filter(~IS_RATED),
            func.count().filter(IS_RATED, ~IS_RATED_ON_OWN_PHONE),
        )
        .where(Visit.agency_id.in_(found.items), Visit.carer_id.in_(carers), _done_on(days, zone=zone_of(actor.region)))
        .group_by(Visit.agency_id)
    )
    counts = {row[0]: (row[1], row[2], row[3]) for row in session.execute(statement)}
    items = tuple(UnratedCount(agency_id, *counts.get(agency_id, (0, 0, 0))) for agency_id in found.items)
    return Page(items, found.next_after)


def list_scores(session: Session, *, carer_id: UUID, actor: Actor, first: date, beyond: date) -> list[ScoreGiven]:
    """All ratings of a carer's visits on local days `[first, beyond)`; of an agency its own visits.

    NotFound for a carer outside the actor's scope.
    """
    one_or_not_found(session, visible_carers(actor).where(Carer.id == carer_id))
    zone = zone_of(actor.region)
    statement = (
        visible_visits(actor)
        .join(ServiceRating, ServiceRating.visit_id == Visit.id)
        .with_only_columns(Visit.id, Visit.client_id, ServiceRating.score, GIVEN_ON)
        .where(Visit.carer_id == carer_id, _starts_in(first, beyond, zone=zone))
    )
    return [ScoreGiven(row[0], row[1], row[2], GivenOn(row[3])) for row in session.execute(statement)]


def day_of(visit: VisitView, *, zone: ZoneInfo, at: datetime) -> date:
    """A visit's local day: of its beginning as planned or else as told; that of `at` when it has neither."""
    return clock.local_date(visit.planned_from or visit.began_at or visit.ended_at or at, zone)


def _done_on(days: Collection[date], *, zone: ZoneInfo) -> ColumnElement[bool]:
    if not days:
        return false()
    around = _starts_in(min(days), max(days) + DAY, zone=zone)  # what the index knows
    return and_(Visit.state == VisitState.DONE, around, cast(func.timezone(zone.key, STARTS_AT), Date).in_(days))


def _starts_in(first: date, beyond: date, *, zone: ZoneInfo) -> ColumnElement[bool]:
    return and_(clock.local_midnight(first, zone) <= STARTS_AT, clock.local_midnight(beyond, zone) > STARTS_AT)
