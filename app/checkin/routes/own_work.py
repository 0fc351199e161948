"""What carers see of their own work, and how they contest a refusal (我的记录, 申诉)."""

from typing import Any
from uuid import UUID

from app.checkin.own_work import Appeal, HoursFilter, OwnWork
from app.checkin.queries.own_work import WorkFilter
from app.checkin.schemas.facts import FactSchema
from app.checkin.schemas.own_work import (
    AppealSchema,
    HoursFilterSchema,
    OwnHoursListSchema,
    OwnWorkPageSchema,
    WorkFilterSchema,
)
from app.checkin.service import appeals
from app.checkin.service import own_work as service
from app.checkin.shown import FactView
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission

bp = AnhuBlueprint("own_work", __name__, description="A carer's own work and appeals (我的记录, 申诉)")


@bp.get("/own-work")
@requires(Permission.READ_OWN_WORK)
@bp.arguments(WorkFilterSchema, location="query")
@bp.response(200, OwnWorkPageSchema)
def list_own_work(wanted: WorkFilter) -> Page[OwnWork]:
    """Own visits and care days: where each stands, why, until when somebody looks, until when it may be contested."""
    return service.list_own_work(session(), wanted, actor=current_actor(), at=clock.now())


@bp.get("/own-hours")
@requires(Permission.READ_OWN_WORK)
@bp.arguments(HoursFilterSchema, location="query")
@bp.response(200, OwnHoursListSchema)
def sum_own_hours(wanted: HoursFilter) -> dict[str, Any]:
    """Own visits by week or month: minutes planned, recorded, accepted, in review, not accepted."""
    return {"items": service.sum_own_hours(session(), wanted, actor=current_actor(), at=clock.now())}


@bp.post("/facts/<uuid:fact_id>/appeal")
@requires(Permission.APPEAL)
@bp.arguments(AppealSchema)
@bp.response(201, FactSchema)
def appeal(command: Appeal, fact_id: UUID) -> FactView:
    """Contest that a fact of one's own was refused; somebody else decides, within the policy's days."""
    with transaction() as current:
        return appeals.appeal(current, command, fact_id=fact_id, actor=current_actor(), at=clock.now())
