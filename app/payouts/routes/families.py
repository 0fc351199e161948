"""What families see of their months and payments."""

from typing import Any
from uuid import UUID

from app.checkin.ratings import MonthAsked
from app.checkin.schemas.ratings import MonthAskedSchema
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of
from app.payouts.family_schemas import (
    FamilyPayoutPageSchema,
    PayoutFilterSchema,
    RunningMonthListSchema,
)
from app.payouts.family_types import FamilyPayout
from app.payouts.queries import families as queries
from app.payouts.queries.families import PayoutFilter
from app.payouts.service import families

bp = AnhuBlueprint("families", __name__, description="A family's months and payments (亲情护理补助)")


@bp.get("/clients/<uuid:client_id>/family-month")
@requires(Permission.READ_SUBSIDIES)
@bp.arguments(MonthAskedSchema, location="query")
@bp.response(200, RunningMonthListSchema)
def read_family_month(wanted: MonthAsked, client_id: UUID) -> dict[str, Any]:
    """Each day of a month up to today, paid or not as things stand, and why; what was computed is at /subsidies."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    months = families.read_family_month(session(), client_id=client_id, month=wanted.month, actor=actor, today=today)
    return {"items": months}


@bp.get("/payouts")
@requires(Permission.READ_SUBSIDIES)
@bp.arguments(PayoutFilterSchema, location="query")
@bp.response(200, FamilyPayoutPageSchema)
def list_payouts(wanted: PayoutFilter) -> Page[FamilyPayout]:
    """Payments of one's own months: where each stands, why one came back, which account it went to."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return queries.list_family_payouts(session(), actor=actor, wanted=wanted, on=today)
