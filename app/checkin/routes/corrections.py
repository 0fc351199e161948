"""Corrections that carers ask for, and locked records that are unlocked for a while."""

from uuid import UUID

from app.checkin.corrections import (
    CorrectionAnswer,
    CorrectionAsked,
    CorrectionView,
    UnlockAnswer,
    UnlockAsked,
    UnlockView,
)
from app.checkin.queries import corrections as queries
from app.checkin.queries.corrections import CorrectionFilter
from app.checkin.schemas.corrections import (
    CorrectionAnswerSchema,
    CorrectionAskedSchema,
    CorrectionFilterSchema,
    CorrectionPageSchema,
    CorrectionSchema,
    UnlockAnswerSchema,
    UnlockAskedSchema,
    UnlockPageSchema,
    UnlockSchema,
)
from app.checkin.service import correction_requests as service
from app.checkin.service import unlocks
from app.checkin.types import ReviewStep
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page, PageRequest, PageRequestSchema
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent

bp = AnhuBlueprint("corrections", __name__, description="Corrections of records (更正)")


@bp.post("/correction-requests")
@requires(Permission.ASK_CORRECTIONS)
@bp.arguments(CorrectionAskedSchema)
@bp.response(201, CorrectionSchema)
def ask_correction(command: CorrectionAsked) -> CorrectionView:
    """Ask that the record of a visit of one's own be corrected."""
    with transaction() as current:
        return service.ask(current, command, actor=current_actor(), at=clock.now())


@bp.get("/correction-requests")
@requires(Permission.READ_CORRECTIONS)
@bp.arguments(CorrectionFilterSchema, location="query")
@bp.response(200, CorrectionPageSchema)
def list_corrections(wanted: CorrectionFilter) -> Page[CorrectionView]:
    """Requests about visits of the actor's scope, with their answers."""
    return queries.list_corrections(session(), actor=current_actor(), wanted=wanted)


@bp.post("/correction-requests/<uuid:correction_id>/agency-answer")
@requires(Permission.REVIEW_FOR_AGENCY)
@idempotent
@bp.arguments(CorrectionAnswerSchema)
@bp.response(201, CorrectionSchema)
def answer_for_agency(command: CorrectionAnswer, correction_id: UUID) -> CorrectionView:
    """The agency grants or declines a request about a visit of its own, until its record is locked."""
    step, actor = ReviewStep.AGENCY, current_actor()
    with transaction() as current:
        return service.answer(current, command, correction_id=correction_id, step=step, actor=actor, at=clock.now())


@bp.post("/correction-requests/<uuid:correction_id>/operator-answer")
@requires(Permission.REVIEW_FOR_OPERATOR)
@idempotent
@bp.arguments(CorrectionAnswerSchema)
@bp.response(201, CorrectionSchema)
def answer_for_operator(command: CorrectionAnswer, correction_id: UUID) -> CorrectionView:
    """The operator grants or declines a request of his scope."""
    step, actor = ReviewStep.OPERATOR, current_actor()
    with transaction() as current:
        return service.answer(current, command, correction_id=correction_id, step=step, actor=actor, at=clock.now())


@bp.post("/visits/<uuid:visit_id>/unlock-requests")
@requires(Permission.REVIEW_FOR_AGENCY)
@idempotent
@bp.arguments(UnlockAskedSchema)
@bp.response(201, UnlockSchema)
def ask_unlock(command: UnlockAsked, visit_id: UUID) -> UnlockView:
    """Ask that a locked record of the agency's own may be corrected."""
    with transaction() as current:
        return unlocks.ask_unlock(current, command, visit_id=visit_id, actor=current_actor(), at=clock.now())


@bp.get("/unlock-requests")
@requires(Permission.READ_UNLOCKS)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, UnlockPageSchema)
def list_unlocks(page: PageRequest) -> Page[UnlockView]:
    """Requests to unlock records of the actor's scope."""
    return queries.list_unlocks(session(), actor=current_actor(), page=page)


@bp.post("/unlock-requests/<uuid:unlock_id>/answer")
@requires(Permission.REVIEW_FOR_OPERATOR)
@idempotent
@bp.arguments(UnlockAnswerSchema)
@bp.response(201, UnlockSchema)
def answer_unlock(command: UnlockAnswer, unlock_id: UUID) -> UnlockView:
    """Unlock a record up to a day, or let it stay locked."""
    with transaction() as current:
        return unlocks.answer_unlock(current, command, unlock_id=unlock_id, actor=current_actor(), at=clock.now())
