"""What the risk rules found."""

from uuid import UUID

from app.kernel.access import current_actor, requires
from app.kernel.db import session
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission
from app.oversight.queries import findings as queries
from app.oversight.queries.findings import FindingFilter
from app.oversight.schemas import FindingFilterSchema, FindingPageSchema, NamingFindingSchema
from app.oversight.types import FindingView

bp = AnhuBlueprint("findings", __name__, description="Findings of the risk rules (风险线索)")


@bp.get("/findings")
@requires(Permission.READ_FINDINGS)
@bp.arguments(FindingFilterSchema, location="query")
@bp.response(200, FindingPageSchema)
def list_findings(wanted: FindingFilter) -> Page[FindingView]:
    """Findings of the actor's scope; those about persons alone for supervisors only."""
    return queries.list_findings(session(), wanted=wanted, actor=current_actor())


@bp.get("/findings/<uuid:finding_id>")
@requires(Permission.READ_FINDINGS)
@bp.response(200, NamingFindingSchema)
def read_finding(finding_id: UUID) -> FindingView:
    """One finding with the visits it names."""
    return queries.get_finding(session(), finding_id=finding_id, actor=current_actor())
