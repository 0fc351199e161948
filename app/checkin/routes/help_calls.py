"""Calls for help: made by a carer's phone, taken by the agency."""

from uuid import UUID

from app.checkin.help import HelpCallView, HelpFilter, HelpTap
from app.checkin.schemas.help_calls import HelpCallPageSchema, HelpCallSchema, HelpFilterSchema, HelpTapSchema
from app.checkin.service import help_calls as service
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission

bp = AnhuBlueprint("help_calls", __name__, description="Calls for help (一键求助)")


@bp.post("/help-calls")
@requires(Permission.CALL_FOR_HELP)
@bp.arguments(HelpTapSchema)
@bp.response(201, HelpCallSchema)
def call_for_help(command: HelpTap) -> HelpCallView:
    """Call for help, anywhere, late and without a visit too; sent again it tells whether somebody took the call."""
    with transaction() as current:
        return service.call_for_help(current, command, actor=current_actor(), at=clock.now())


@bp.get("/help-calls")
@requires(Permission.ANSWER_HELP_CALLS)
@bp.arguments(HelpFilterSchema, location="query")
@bp.response(200, HelpCallPageSchema)
def list_help_calls(wanted: HelpFilter) -> Page[HelpCallView]:
    """Calls that were told to the actor's agency; a reading of places is audited."""
    with transaction() as current:
        return service.list_calls(current, wanted, actor=current_actor(), at=clock.now())


@bp.post("/help-calls/<uuid:help_call_id>/acknowledgement")
@requires(Permission.ANSWER_HELP_CALLS)
@bp.response(201, HelpCallSchema)
def acknowledge(help_call_id: UUID) -> HelpCallView:
    """Say that the agency takes care of it; the first one counts, and saying it again changes nothing."""
    with transaction() as current:
        return service.acknowledge(current, help_call_id=help_call_id, actor=current_actor(), at=clock.now())
