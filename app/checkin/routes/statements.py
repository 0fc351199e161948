"""Times of visits that carer or agency state by hand."""

from uuid import UUID

from app.checkin.schemas.statements import PaperRecordSchema, StatedEndSchema
from app.checkin.service import paper_records, stated_ends
from app.checkin.statements import PaperRecord, StatedEnd
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission

bp = AnhuBlueprint("statements", __name__, description="Times stated by hand (说明签退时间, 补录)")


@bp.post("/visits/<uuid:visit_id>/stated-end")
@requires(Permission.LOG_ITEMS)
@bp.arguments(StatedEndSchema)
@bp.response(201, StatedEndSchema)
def state_end(command: StatedEnd, visit_id: UUID) -> StatedEnd:
    """Say when the visit ended whose clock-out was forgotten; with the client's word it is paid by that."""
    with transaction() as current:
        return stated_ends.state_end(current, command, visit_id=visit_id, actor=current_actor(), at=clock.now())


@bp.post("/visits/<uuid:visit_id>/paper-record")
@requires(Permission.ENTER_PAPER_RECORDS)
@bp.arguments(PaperRecordSchema)
@bp.response(201, PaperRecordSchema)
def enter_paper_record(command: PaperRecord, visit_id: UUID) -> PaperRecord:
    """Enter a visit from paper or by telephone, for a carer without a usable phone; it stays marked as hand-made."""
    with transaction() as current:
        return paper_records.enter_paper_record(
            current, command, visit_id=visit_id, actor=current_actor(), at=clock.now()
        )
