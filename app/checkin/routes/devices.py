"""Carers' new phones: told to the agency, confirmed by it."""

from uuid import UUID

from app.accounts.device_codes import ConfirmedDevice, DeviceCodeEntry, IssuedDeviceCode
from app.accounts.software import DeviceView
from app.checkin.queries import devices as queries
from app.checkin.schemas.devices import (
    ConfirmedDeviceSchema,
    DeviceCodeEntrySchema,
    DevicePageSchema,
    DeviceViewSchema,
    IssuedDeviceCodeSchema,
)
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


@bp.post("/devices/<uuid:device_id>/code")
@requires(Permission.CONFIRM_DEVICES)
@bp.response(201, IssuedDeviceCodeSchema)
def issue_code(device_id: UUID) -> IssuedDeviceCode:
    """Six digits that the carer enters on the phone; those before stop working. They are shown here alone."""
    with transaction() as current:
        return service.issue_code(current, device_id=device_id, actor=current_actor(), at=clock.now())


@bp.post("/me/device/confirmation")
@requires(Permission.ENTER_DEVICE_CODE)
@bp.arguments(DeviceCodeEntrySchema)
@bp.response(201, ConfirmedDeviceSchema)
def enter_code(command: DeviceCodeEntry) -> ConfirmedDevice:
    """Confirm the phone in one's hand by the agency's digits. A try that was made is counted, whatever follows."""
    with transaction() as current:
        made = service.count_try(current, command, actor=current_actor())
    with transaction() as current:
        return service.confirm_by_code(current, made, actor=current_actor(), at=clock.now())
