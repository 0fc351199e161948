"""Reads the catalogue and the plans; plans are seen by whoever sees the client."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app.careplans.models import CarePlan, PlanAnswer, PlanConfirmation, PlanItem, ServiceItem
from app.careplans.types import (
    CarePlanView,
    CatalogueItem,
    Contraindication,
    ItemField,
    LivePlan,
    PlanAnswerView,
    PlanConfirmationView,
    PlanDraft,
    PlanLine,
    PlannedItem,
    ServiceItemView,
    StaffKind,
)
from app.kernel.paging import DEFAULT_LIMIT, Page, PageRequest, fetch_page
from app.kernel.permissions import Actor, AnyActor, ScopeKind
from app.policies.codes import ItemCategory
from app.registry.conditions import guards
from app.registry.models import Client
from app.registry.queries import one_or_not_found, visible_clients


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Query keys of the catalogue; `after` is the last code of the page before."""

    limit: int = DEFAULT_LIMIT
    after: str | None = None
    category: ItemCategory | None = None
    national_code: str | None = None


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Service items in order of their code."""

    items: tuple[ServiceItemView, ...]
    next_after: str | None


def find_live_plan(session: Session, *, client_id: UUID, on: date) -> LivePlan | None:
    """The confirmed plan in force on a day. Unscoped: the caller has found the client by his actor."""
    return next(iter(list_live_plans(session, client_ids=(client_id,), first=on, last=on)), None)


def list_live_plans(session: Session, *, client_ids: Collection[UUID], first: date, last: date) -> tuple[LivePlan, ...]:
    """The confirmed plans that are in force on some day of `[first, last]`; of one client never two on one day.
    Unscoped: the caller has found the clients by his actor."""
    wanted = select(CarePlan).where(CarePlan.client_id.in_(client_ids), _in_force(first, last=last))
    rows = session.scalars(wanted).all()
    items = _items(session, [row.id for row in rows]) if rows else {}
    return tuple(
        LivePlan(
            id=row.id,
            client_id=row.client_id,
            version=row.version,
            items=items[row.id],
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            agency_id=row.agency_id,
        )
        for row in rows
    )


def catalogue(session: Session, *, codes: Collection[str]) -> dict[str, CatalogueItem]:
    """The latest version of each known code, retired ones marked so. The catalogue is the whole region's: unscoped."""
    rows = session.scalars(_latest().where(ServiceItem.code.in_(codes)))
    return {
        row.code: CatalogueItem(
            row.code, row.version, row.name, row.category, _kinds(row), row.minutes, is_active=row.retired_at is None
        )
        for row in rows
    }


def list_items(session: Session, *, wanted: ItemFilter) -> ItemPage:
    """The catalogue as it is now, without retired items. Everybody of the region may read it: unscoped."""
    statement = _latest().where(ServiceItem.retired_at.is_(None))
    if wanted.category is not None:
        statement = statement.where(ServiceItem.category == wanted.category)
    if wanted.national_code is not None:
        statement = statement.where(ServiceItem.national_code == wanted.national_code)
    if wanted.after is not None:
        statement = statement.where(ServiceItem.code > wanted.after)
    rows = session.scalars(statement.order_by(ServiceItem.code).limit(wanted.limit + 1)).all()
    shown = rows[: wanted.limit]
    return ItemPage(tuple(item_view(row) for row in shown), shown[-1].code if len(rows) > wanted.limit else None)


def visible_plans(actor: AnyActor, *, on: date | None = None) -> Select[CarePlan]:
    """Plans of the clients in the actor's scope."""
    clients = visible_clients(actor, on=on).with_only_columns(Client.id)
    return select(CarePlan).where(CarePlan.client_id.in_(clients))


def confirmable_plans(actor: AnyActor, *, on: date) -> Select[CarePlan]:
    """Plans an actor may confirm: an agency those it is to carry out, a nurse those of her area, a guardian those of
    whom he is guardian that day, not of whom he only cares for; of any extent, for it agrees to no charge."""
    statement = visible_plans(actor, on=on)
    if actor.scope.kind in (ScopeKind.DISTRICT, ScopeKind.STREET):
        return statement
    if actor.scope.kind is ScopeKind.AGENCY:
        return statement.where(CarePlan.agency_id == actor.scope.agency_id)
    if isinstance(actor, Actor):
        return statement.where(guards(CarePlan.client_id, person_id=actor.person_id, on=on))
    return statement


def list_handed_over(session: Session, *, actor: AnyActor, page: PageRequest, on: date) -> Page[CarePlanView]:
    """The agency's work list: confirmed plans of which the nurse waits for an answer, oldest first."""
    statement = visible_plans(actor, on=on).where(
        CarePlan.agency_id == actor.scope.agency_id,
        CarePlan.confirmed_at.is_(None),
        exists().where(PlanConfirmation.plan_id == CarePlan.id),
        ~exists().where(PlanAnswer.plan_id == CarePlan.id),
    )
    found = fetch_page(session, statement, key=CarePlan.id, limit=page.limit, after=page.after, view=lambda row: row)
    return Page(plan_views(session, found.items), found.next_after)


def get_district(session: Session, *, client_id: UUID, actor: AnyActor, on: date) -> str:
    """The district of a client of the actor's scope; NotFound outside it."""
    return one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id)).district_code


def list_plans(
    session: Session, *, client_id: UUID, actor: AnyActor, page: PageRequest, on: date
) -> Page[CarePlanView]:
    """A client's plans, oldest first, drafts included; NotFound outside the actor's scope on the day `on`."""
    one_or_not_found(session, visible_clients(actor, on=on).where(Client.id == client_id))
    found = fetch_page(
        session,
        select(CarePlan).where(CarePlan.client_id == client_id),
        key=CarePlan.id,
        limit=page.limit,
        after=page.after,
        view=lambda row: row,
    )
    return Page(plan_views(session, found.items), found.next_after)


def get_plan(session: Session, *, plan_id: UUID, actor: AnyActor, on: date) -> CarePlanView:
    """A plan; NotFound outside the actor's scope on the day `on`."""
    row = one_or_not_found(session, visible_plans(actor, on=on).where(CarePlan.id == plan_id))
    return plan_views(session, (row,))[0]


def is_planned_so(session: Session, *, client_id: UUID, draft: PlanDraft) -> bool:
    """Whether the newest version of a client's plan says just this. Unscoped: asked about a client of the actor's."""
    newest = session.scalars(
        select(CarePlan).where(CarePlan.client_id == client_id).order_by(CarePlan.version.desc()).limit(1)
    ).one_or_none()
    if newest is None or newest.valid_from != draft.valid_from:
        return False
    return set(_items(session, (newest.id,))[newest.id]) == set(draft.items)


def plan_views(session: Session, rows: Sequence[CarePlan]) -> tuple[CarePlanView, ...]:
    """Plans found before, with their lines, confirmations and answers: three statements for all."""
    ids = [row.id for row in rows]
    items = _lines(session, ids)
    confirmations = {
        row.plan_id: PlanConfirmationView(row.way, row.document, row.recorded_at)
        for row in session.scalars(select(PlanConfirmation).where(PlanConfirmation.plan_id.in_(ids)))
    }
    answers = {
        row.plan_id: PlanAnswerView(row.outcome, row.reason, row.recorded_at)
        for row in session.scalars(select(PlanAnswer).where(PlanAnswer.plan_id.in_(ids)))
    }
    return tuple(
        CarePlanView(
            id=row.id,
            client_id=row.client_id,
            version=row.version,
            agency_id=row.agency_id,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            items=items[row.id],
            confirmation=confirmations.get(row.id),
            answer=answers.get(row.id),
            is_in_force=row.confirmed_at is not None,
            policy_digest=row.policy_digest,
        )
        for row in rows
    )


def item_view(row: ServiceItem) -> ServiceItemView:
    """A catalogue item with where it comes from."""
    return ServiceItemView(
        row.code,
        row.version,
        row.name,
        row.category,
        _kinds(row),
        row.minutes,
        row.national_code,
        row.source,
        _contraindications(row.contraindications),
        tuple(ItemField(name) for name in row.assumed or ()),
        is_active=row.retired_at is None,
    )


def _latest() -> Select[ServiceItem]:
    newest = select(ServiceItem.code, func.max(ServiceItem.version).label("version")).group_by(ServiceItem.code)
    chosen = newest.subquery()
    return select(ServiceItem).join(
        chosen, (ServiceItem.code == chosen.c.code) & (ServiceItem.version == chosen.c.version)
    )


def _in_force(first: date, *, last: date) -> ColumnElement[bool]:
    return (
        CarePlan.confirmed_at.is_not(None)
        & (CarePlan.valid_from <= last)
        & or_(CarePlan.valid_to.is_(None), CarePlan.valid_to > first)
    )


def _items(session: Session, plan_ids: Iterable[UUID]) -> defaultdict[UUID, tuple[PlannedItem, ...]]:
    rows = session.scalars(
        select(PlanItem).where(PlanItem.plan_id.in_(list(plan_ids))).order_by(PlanItem.plan_id, PlanItem.item_code)
    )
    found: defaultdict[UUID, tuple[PlannedItem, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.plan_id] += (PlannedItem(row.item_code, row.times_per_week, row.minutes),)
    return found


def _lines(session: Session, plan_ids: Collection[UUID]) -> defaultdict[UUID, tuple[PlanLine, ...]]:
    """Lines of plans with what the version of the item that was planned says against it."""
    rows = session.execute(
        select(PlanItem, ServiceItem.contraindications)
        .join(ServiceItem, (ServiceItem.code == PlanItem.item_code) & (ServiceItem.version == PlanItem.item_version))
        .where(PlanItem.plan_id.in_(plan_ids))
        .order_by(PlanItem.plan_id, PlanItem.item_code)
    )
    found: defaultdict[UUID, tuple[PlanLine, ...]] = defaultdict(tuple)
    for row, against in rows:
        found[row.plan_id] += (PlanLine(row.item_code, row.times_per_week, row.minutes, _contraindications(against)),)
    return found


def _contraindications(kept: Sequence[dict[str, str]] | None) -> tuple[Contraindication, ...]:
    return tuple(Contraindication(each["text"], each["source"]) for each in kept or ())


def _kinds(row: ServiceItem) -> tuple[StaffKind, ...]:
    return tuple(StaffKind(kind) for kind in row.staff_kinds)
