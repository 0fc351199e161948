"""What a carer adds to a visit or care day that is looked into."""

from app.checkin.remarks import RemarkTold, RemarkView
from app.checkin.schemas.remarks import RemarkSchema, RemarkToldSchema
from app.checkin.service import remarks as service
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission

bp = AnhuBlueprint("remarks", __name__, description="Carers' words on what is looked into (补充说明)")


@bp.post("/remarks")
@requires(Permission.LEAVE_REMARKS)
@bp.arguments(RemarkToldSchema)
@bp.response(201, RemarkSchema)
def leave_remark(command: RemarkTold) -> RemarkView:
    """Say something of a visit or care day of one's own, until it is decided; whoever decides reads it."""
    with transaction() as current:
        return service.leave_remark(current, command, actor=current_actor(), at=clock.now())
