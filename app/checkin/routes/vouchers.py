"""Scans of e-vouchers. The provider is asked between transactions; taps never wait for it."""

from uuid import UUID

from app.checkin.schemas.vouchers import NewVoucherScanSchema, VoucherScanSchema
from app.checkin.service import vouchers as service
from app.checkin.vouchers import NewVoucherScan, VoucherScanView
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission

bp = AnhuBlueprint("vouchers", __name__, description="Scans of e-vouchers (医保电子凭证)")


@bp.post("/visits/<uuid:visit_id>/voucher-scans")
@requires(Permission.LOG_ITEMS)
@bp.arguments(NewVoucherScanSchema)
@bp.response(201, VoucherScanSchema)
def scan_voucher(command: NewVoucherScan, visit_id: UUID) -> VoucherScanView:
    """Have the e-voucher that the client shows traced. Never needed to clock in."""
    actor = current_actor()
    with transaction() as current:
        scan = service.begin(current, command, visit_id=visit_id, actor=actor, at=clock.now())
    told = service.ask_trace(scan, command.code)
    with transaction() as current:
        return service.keep_trace(current, scan, told, actor=actor, at=clock.now())
