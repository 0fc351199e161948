"""What carers measure of clients."""

from uuid import UUID

from app.checkin.queries.vital_signs import VitalSignsFilter
from app.checkin.schemas.vital_signs import (
    VitalSignsFilterSchema,
    VitalSignsPageSchema,
    VitalSignsSchema,
    VitalSignsToldSchema,
)
from app.checkin.service import vital_signs
from app.checkin.vital_signs import VitalSignsTold, VitalSignsView
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission

bp = AnhuBlueprint("vital_signs", __name__, description="Vital signs (生命体征)")


@bp.post("/vital-signs")
@requires(Permission.LOG_VITAL_SIGNS)
@bp.arguments(VitalSignsToldSchema)
@bp.response(201, VitalSignsSchema)
def tell_vital_signs(command: VitalSignsTold) -> VitalSignsView:
    """Tell what was measured of a client."""
    with transaction() as current:
        return vital_signs.tell_vital_signs(current, command, actor=current_actor(), at=clock.now())


@bp.get("/clients/<uuid:client_id>/vital-signs")
@requires(Permission.READ_VITAL_SIGNS)
@bp.arguments(VitalSignsFilterSchema, location="query")
@bp.response(200, VitalSignsPageSchema)
def list_vital_signs(wanted: VitalSignsFilter, client_id: UUID) -> Page[VitalSignsView]:
    """What was measured of a client on some days; the reading is audited."""
    with transaction() as current:
        return vital_signs.list_vital_signs(current, wanted, client_id=client_id, actor=current_actor(), at=clock.now())
