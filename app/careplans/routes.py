"""The catalogue of service items, and care plans from draft to confirmation."""

from datetime import date
from typing import Any
from uuid import UUID

from app.careplans import queries
from app.careplans.schemas import (
    CarePlanPageSchema,
    CarePlanSchema,
    ConfirmPlanSchema,
    ItemFilterSchema,
    PlanDraftSchema,
    PlanReturnSchema,
    ServiceItemEntrySchema,
    ServiceItemListSchema,
    ServiceItemPageSchema,
    ServiceItemSchema,
)
from app.careplans.service import catalogue, handing_over, plans
from app.careplans.types import CarePlanView, ConfirmPlan, PlanDraft, PlanReturn, ServiceItemEntry, ServiceItemView
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page, PageRequest, PageRequestSchema
from app.kernel.permissions import AnyActor, Permission
from app.kernel.regions import zone_of
from app.kernel.resend import idempotent

bp = AnhuBlueprint("careplans", __name__, description="Service item catalogue and care plans (护理计划)")


@bp.get("/service-items")
@requires(Permission.READ_CATALOGUE)
@bp.arguments(ItemFilterSchema, location="query")
@bp.response(200, ServiceItemPageSchema)
def list_items(wanted: queries.ItemFilter) -> queries.ItemPage:
    """The region's catalogue as it is now."""
    return queries.list_items(session(), wanted=wanted)


@bp.post("/service-items")
@requires(Permission.WRITE_CATALOGUE)
@idempotent
@bp.arguments(ServiceItemEntrySchema)
@bp.response(201, ServiceItemSchema)
def add_item(command: ServiceItemEntry) -> ServiceItemView:
    """Add an item, or a new version of it."""
    with transaction() as current:
        return catalogue.add_item(current, command, actor=current_actor(), at=clock.now())


@bp.post("/service-items/starter-list")
@requires(Permission.WRITE_CATALOGUE)
@idempotent
@bp.response(201, ServiceItemListSchema)
def add_starter_items() -> dict[str, Any]:
    """Add the shipped list of names to start from; its minutes wait for the region's own."""
    with transaction() as current:
        return {"items": catalogue.add_starter_items(current, actor=current_actor(), at=clock.now())}


@bp.post("/clients/<uuid:client_id>/care-plans")
@requires(Permission.WRITE_PLANS)
@idempotent
@bp.arguments(PlanDraftSchema)
@bp.response(201, CarePlanSchema)
def write_plan(command: PlanDraft, client_id: UUID) -> CarePlanView:
    """Write a new version of a client's plan."""
    with transaction() as current:
        return plans.write_plan(current, command, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.get("/clients/<uuid:client_id>/care-plans")
@requires(Permission.READ_PLANS)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, CarePlanPageSchema)
def list_plans(page: PageRequest, client_id: UUID) -> Page[CarePlanView]:
    """A client's plans, drafts included, oldest first."""
    actor = current_actor()
    return queries.list_plans(session(), client_id=client_id, actor=actor, page=page, on=_today(actor))


@bp.get("/care-plans/<uuid:plan_id>")
@requires(Permission.READ_PLANS)
@bp.response(200, CarePlanSchema)
def read_plan(plan_id: UUID) -> CarePlanView:
    """One plan."""
    actor = current_actor()
    return queries.get_plan(session(), plan_id=plan_id, actor=actor, on=_today(actor))


@bp.post("/care-plans/<uuid:plan_id>/confirmation")
@requires(Permission.CONFIRM_PLANS)
@idempotent
@bp.arguments(ConfirmPlanSchema)
@bp.response(201, CarePlanSchema)
def confirm_plan(command: ConfirmPlan, plan_id: UUID) -> CarePlanView:
    """Confirm a draft: the guardian on the own phone, the agency's head or the nurse from signed paper."""
    with transaction() as current:
        return plans.confirm_plan(current, command, plan_id=plan_id, actor=current_actor(), at=clock.now())


@bp.get("/care-plans")
@requires(Permission.ANSWER_PLANS)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, CarePlanPageSchema)
def list_handed_over(page: PageRequest) -> Page[CarePlanView]:
    """Plans of the community nurse that wait for the agency's answer."""
    actor = current_actor()
    return queries.list_handed_over(session(), actor=actor, page=page, on=_today(actor))


@bp.post("/care-plans/<uuid:plan_id>/acceptance")
@requires(Permission.ANSWER_PLANS)
@idempotent
@bp.response(201, CarePlanSchema)
def accept_plan(plan_id: UUID) -> CarePlanView:
    """Take over a plan that the community nurse wrote; it is in force from now on."""
    with transaction() as current:
        return handing_over.accept_plan(current, plan_id=plan_id, actor=current_actor(), at=clock.now())


@bp.post("/care-plans/<uuid:plan_id>/return")
@requires(Permission.ANSWER_PLANS)
@idempotent
@bp.arguments(PlanReturnSchema)
@bp.response(201, CarePlanSchema)
def return_plan(command: PlanReturn, plan_id: UUID) -> CarePlanView:
    """Give a plan back to the community nurse, with the reason."""
    with transaction() as current:
        return handing_over.return_plan(current, command, plan_id=plan_id, actor=current_actor(), at=clock.now())


def _today(actor: AnyActor) -> date:
    return clock.local_date(clock.now(), zone_of(actor.region))
