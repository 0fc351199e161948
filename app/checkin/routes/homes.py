"""Proposals that a client's address is wrong, learned from accepted visits."""

from uuid import UUID

from app.checkin.homes import ProposalAnswer, ProposalView
from app.checkin.queries import homes as queries
from app.checkin.queries.homes import ProposalFilter
from app.checkin.schemas.homes import (
    ProposalAnswerSchema,
    ProposalFilterSchema,
    ProposalPageSchema,
    ProposalSchema,
)
from app.checkin.service import homes as service
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent

bp = AnhuBlueprint("home_proposals", __name__, description="Proposals that an address is wrong (地址核实建议)")


@bp.get("/home-proposals")
@requires(Permission.READ_HOME_PROPOSALS)
@bp.arguments(ProposalFilterSchema, location="query")
@bp.response(200, ProposalPageSchema)
def list_proposals(wanted: ProposalFilter) -> Page[ProposalView]:
    """Proposals about clients of the actor's scope: how far off and how sure, not where."""
    return queries.list_proposals(session(), actor=current_actor(), wanted=wanted)


@bp.post("/home-proposals/<uuid:proposal_id>/answer")
@requires(Permission.APPROVE_HOMES)
@idempotent
@bp.arguments(ProposalAnswerSchema)
@bp.response(201, ProposalSchema)
def answer_proposal(command: ProposalAnswer, proposal_id: UUID) -> ProposalView:
    """Take the learned place as an approved one, and judge the visits that wait by it again; or decline it."""
    with transaction() as current:
        return service.answer(current, command, proposal_id=proposal_id, actor=current_actor(), at=clock.now())
