"""What the risk rules found, and what families complain of."""

from uuid import UUID

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent
from app.oversight.complaint_schemas import (
    ComplaintAnswerSchema,
    ComplaintFilterSchema,
    ComplaintPageSchema,
    ComplaintSchema,
    ComplaintToldSchema,
)
from app.oversight.complaint_types import ComplaintAnswer, ComplaintTold, ComplaintView
from app.oversight.queries import findings as queries
from app.oversight.queries.complaints import ComplaintFilter
from app.oversight.queries.findings import FindingFilter
from app.oversight.schemas import FindingFilterSchema, FindingPageSchema, NamingFindingSchema
from app.oversight.service import complaints
from app.oversight.types import FindingView

bp = AnhuBlueprint("findings", __name__, description="Findings of the risk rules (风险线索)")
complaints_bp = AnhuBlueprint("complaints", __name__, description="Complaints of families (投诉)")


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


@complaints_bp.post("/complaints")
@requires(Permission.COMPLAIN)
@complaints_bp.arguments(ComplaintToldSchema)
@complaints_bp.response(201, ComplaintSchema)
def complain(command: ComplaintTold) -> ComplaintView:
    """Complain to the client's agency, or to the fund, of which the agency learns nothing."""
    with transaction() as current:
        return complaints.complain(current, command, actor=current_actor(), at=clock.now())


@complaints_bp.get("/complaints")
@requires(Permission.READ_COMPLAINTS)
@complaints_bp.arguments(ComplaintFilterSchema, location="query")
@complaints_bp.response(200, ComplaintPageSchema)
def list_complaints(wanted: ComplaintFilter) -> Page[ComplaintView]:
    """One's own, for an agency what it was asked itself, for the fund all of its clients; the reading is audited."""
    with transaction() as current:
        return complaints.list_complaints(current, wanted, actor=current_actor(), at=clock.now())


@complaints_bp.post("/complaints/<uuid:complaint_id>/answer")
@requires(Permission.ANSWER_COMPLAINTS)
@idempotent
@complaints_bp.arguments(ComplaintAnswerSchema)
@complaints_bp.response(201, ComplaintSchema)
def answer_complaint(command: ComplaintAnswer, complaint_id: UUID) -> ComplaintView:
    """Say what came of a complaint, once."""
    with transaction() as current:
        return complaints.answer(current, command, complaint_id=complaint_id, actor=current_actor(), at=clock.now())
