"""Scans of e-vouchers, with what their provider said."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.checkin.voucher_models import VoucherScan, VoucherTrace
from app.checkin.vouchers import VoucherScanView, VoucherState

SCANS: Select[*tuple[VoucherScan, VoucherState | None, str | None]] = select(
    VoucherScan, VoucherTrace.outcome, VoucherTrace.trace_id
).outerjoin(VoucherTrace, VoucherTrace.id == VoucherScan.id)


def get_scan(session: Session, *, scan_id: UUID) -> VoucherScanView:
    """A scan that is kept. Unscoped: asked by who just sent it."""
    return _view(*session.execute(SCANS.where(VoucherScan.id == scan_id)).one())


def list_scans(session: Session, *, visit_id: UUID) -> tuple[VoucherScanView, ...]:
    """The scans of a visit in order. Unscoped: asked beside its fact."""
    ordered = SCANS.where(VoucherScan.visit_id == visit_id).order_by(VoucherScan.occurred_at, VoucherScan.id)
    return tuple(_view(*row) for row in session.execute(ordered))


def _view(scan: VoucherScan, outcome: VoucherState | None, trace_id: str | None) -> VoucherScanView:
    state = outcome or VoucherState.NOT_TRACED
    return VoucherScanView(scan.id, scan.visit_id, state, trace_id, scan.occurred_at, scan.recorded_at)
