"""Visits: planned by agencies, read by everybody concerned, kept on phones."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of
from app.kernel.resend import idempotent
from app.registry.hand_over_types import HandOver
from app.schedules import queries
from app.schedules.schemas import (
    AgencyHandOverSchema,
    CancellationSchema,
    HandOverSchema,
    SnapshotSchema,
    VisitFilterSchema,
    VisitListSchema,
    VisitPageSchema,
    VisitSchema,
    VisitsToPlanSchema,
)
from app.schedules.service import handing_over, planning
from app.schedules.types import AgencyHandOver, Cancellation, VisitFilter, VisitsToPlan, VisitView

SNAPSHOT = timedelta(hours=72)
SNAPSHOT_BACK = timedelta(hours=24)

bp = AnhuBlueprint("schedules", __name__, description="Visits from plan to done or missed (工单)")


@bp.post("/visits")
@requires(Permission.PLAN_VISITS)
@bp.arguments(VisitsToPlanSchema)
@bp.response(201, VisitListSchema)
def plan_visits(command: VisitsToPlan) -> dict[str, Any]:
    """Plan up to 200 visits, all or none; a refusal lists every visit at fault with every reason."""
    with transaction() as current:
        return {"items": planning.plan_visits(current, command, actor=current_actor(), at=clock.now())}


@bp.get("/visits")
@requires(Permission.READ_VISITS)
@bp.arguments(VisitFilterSchema, location="query")
@bp.response(200, VisitPageSchema)
def list_visits(wanted: VisitFilter) -> Page[VisitView]:
    """Visits of local days."""
    actor = current_actor()
    zone = zone_of(actor.region)
    return queries.list_visits(
        session(),
        actor=actor,
        begin=clock.local_midnight(wanted.day_from, zone),
        beyond=clock.local_midnight(wanted.day_to + timedelta(days=1), zone),
        state=wanted.state,
        limit=wanted.limit,
        after=wanted.after,
    )


@bp.get("/visits/snapshot")
@requires(Permission.READ_VISITS)
@bp.etag
@bp.response(200, SnapshotSchema)
def read_snapshot() -> dict[str, Any]:
    """A phone's open visits: of the last 24 and the next 72 hours. Send the ETag back to learn that nothing changed.

    An office, which may have more than the 500 told here, reads the paged list of visits instead.
    """
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    visits, is_complete = queries.list_snapshot(
        session(), actor=current_actor(), begin=now - SNAPSHOT_BACK, beyond=now + SNAPSHOT
    )
    return {"items": visits, "is_complete": is_complete}


@bp.get("/visits/<uuid:visit_id>")
@requires(Permission.READ_VISITS)
@bp.response(200, VisitSchema)
def read_visit(visit_id: UUID) -> VisitView:
    """One visit."""
    return queries.get_visit(session(), visit_id=visit_id, actor=current_actor())


@bp.post("/visits/<uuid:visit_id>/cancellation")
@requires(Permission.PLAN_VISITS)
@idempotent
@bp.arguments(CancellationSchema)
@bp.response(201, VisitSchema)
def cancel_visit(command: Cancellation, visit_id: UUID) -> VisitView:
    """Cancel a planned visit before it is to begin."""
    with transaction() as current:
        return planning.cancel_visit(current, visit_id, command=command, actor=current_actor(), at=clock.now())


@bp.post("/agencies/<uuid:agency_id>/hand-over")
@requires(Permission.WRITE_AGENCIES)
@idempotent
@bp.arguments(HandOverSchema)
@bp.response(201, AgencyHandOverSchema)
def hand_over(command: HandOver, agency_id: UUID) -> AgencyHandOver:
    """Hand over all clients of an agency that leaves or is suspended."""
    with transaction() as current:
        return handing_over.hand_over(current, command, agency_id=agency_id, actor=current_actor(), at=clock.now())
