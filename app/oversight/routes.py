"""What the risk rules found, and what people decide of it."""

from typing import Any
from uuid import UUID

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent
from app.oversight.queries import findings as queries
from app.oversight.queries.findings import FindingFilter
from app.oversight.schemas import (
    CountsAskedSchema,
    DecideFindingSchema,
    FindingCountsSchema,
    FindingFilterSchema,
    FindingPageSchema,
    NamingFindingSchema,
)
from app.oversight.service import deciding
from app.oversight.types import CountsAsked, DecideFinding, FindingView

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
    """One finding with the visits and care days it names, and what was decided of it."""
    return queries.get_finding(session(), finding_id=finding_id, actor=current_actor())


@bp.post("/findings/<uuid:finding_id>/decisions")
@requires(Permission.DECIDE_FINDINGS)
@idempotent
@bp.arguments(DecideFindingSchema)
@bp.response(201, NamingFindingSchema)
def decide_finding(command: DecideFinding, finding_id: UUID) -> FindingView:
    """Confirm or dismiss a finding, or close the case of a confirmed one. What waits for it has its own review."""
    with transaction() as current:
        return deciding.decide_finding(current, command, finding_id=finding_id, actor=current_actor(), at=clock.now())


@bp.get("/finding-counts")
@requires(Permission.READ_FINDINGS)
@bp.arguments(CountsAskedSchema, location="query")
@bp.response(200, FindingCountsSchema)
def count_findings(wanted: CountsAsked) -> dict[str, Any]:
    """How many findings of the actor's scope stand where, by rule."""
    return {"items": queries.count_findings(session(), month=wanted.month, actor=current_actor())}
