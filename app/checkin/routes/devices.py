"""Carers' new phones: told to the agency, confirmed by it."""

from uuid import UUID

from app.accounts.types import DeviceView
from app.checkin.queries import devices as queries
from app.checkin.schemas.devices import DevicePageSchema, DeviceViewSchema
from app.checkin.service import devices as service
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page, PageRequest, PageRequestSchema
from app.kernel.permissions import Permission

bp = AnhuBlueprint("devices", __name__, description="Carers' phones (设备绑定)")


@bp.get("/devices")
@requires(Permission.CONFIRM_DEVICES)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, DevicePageSchema)
def list_devices(page: PageRequest) -> Page[DeviceView]:
    """Phones of the actor's carers that wait to be confirmed."""
    return queries.list_doubted(session(), actor=current_actor(), page=page)


@bp.post("/devices/<uuid:device_id>/confirmation")
@requires(Permission.CONFIRM_DEVICES)
@bp.response(201, DeviceViewSchema)
def confirm_device(device_id: UUID) -> DeviceView:
    """Confirm that a phone is the carer's own; what it told meanwhile is judged again."""
    with transaction() as current:
        return service.confirm(current, device_id=device_id, actor=current_actor(), at=clock.now())
