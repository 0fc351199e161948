"""The share of visits verified without hand edits."""

from app.checkin.queries.verified import ShareAsked, list_verified_shares
from app.checkin.schemas.verified import ShareAskedSchema, VerifiedSharePageSchema
from app.checkin.verified import VerifiedShare
from app.kernel.access import current_actor, requires
from app.kernel.db import session
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission

bp = AnhuBlueprint("verified", __name__, description="Visits verified without hand edits (无人工更正的服务占比)")


@bp.get("/verified-share")
@requires(Permission.READ_VERIFIED_SHARES)
@bp.arguments(ShareAskedSchema, location="query")
@bp.response(200, VerifiedSharePageSchema)
def list_shares(wanted: ShareAsked) -> Page[VerifiedShare]:
    """How many visits of a month are accepted as they were recorded, by carer, agency or all in one."""
    return list_verified_shares(session(), actor=current_actor(), wanted=wanted)
