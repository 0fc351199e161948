"""Fee lists of clients, and the confirmation of their personal share."""

from uuid import UUID

from app.checkin.ratings import MonthAsked
from app.checkin.schemas.ratings import MonthAskedSchema
from app.claims import service
from app.claims.schemas import ConfirmFeesSchema, FeeConfirmationSchema, FeeListSchema
from app.claims.types import ConfirmFees, FeeConfirmationView, FeeList
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent

bp = AnhuBlueprint("fees", __name__, description="What a client's care cost, and who pays it (费用清单)")


@bp.get("/clients/<uuid:client_id>/fee-list")
@requires(Permission.READ_FEES)
@bp.arguments(MonthAskedSchema, location="query")
@bp.response(200, FeeListSchema)
def read_fee_list(wanted: MonthAsked, client_id: UUID) -> FeeList:
    """What each visit of a month costs as things stand: the fund's part, the personal one, and extras."""
    actor, now = current_actor(), clock.now()
    return service.read_fees(session(), client_id=client_id, month=wanted.month, actor=actor, at=now)


@bp.post("/clients/<uuid:client_id>/fee-list/confirmations")
@requires(Permission.CONFIRM_FEES)
@idempotent
@bp.arguments(ConfirmFeesSchema)
@bp.response(201, FeeConfirmationSchema)
def confirm_fees(command: ConfirmFees, client_id: UUID) -> FeeConfirmationView:
    """Confirm the personal share of exactly this list; the same list again is the same confirmation."""
    with transaction() as current:
        return service.confirm_fees(current, command, client_id=client_id, actor=current_actor(), at=clock.now())
