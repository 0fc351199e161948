"""Legal holds of the fund's supervisor, and the operator's statements that a period is closed."""

from uuid import UUID

from app.checkin.evidence_holds import (
    LegalHoldEnding,
    LegalHoldEntry,
    LegalHoldView,
    PeriodCloseEntry,
    PeriodCloseView,
)
from app.checkin.queries import evidence_holds as queries
from app.checkin.schemas.evidence_holds import (
    LegalHoldEndingSchema,
    LegalHoldEntrySchema,
    LegalHoldPageSchema,
    LegalHoldSchema,
    PeriodCloseEntrySchema,
    PeriodClosePageSchema,
    PeriodCloseSchema,
)
from app.checkin.service import evidence_holds as service
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page, PageRequest, PageRequestSchema
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent

bp = AnhuBlueprint("evidence_holds", __name__, description="Legal holds and closed periods (证据保全与结案)")


@bp.post("/legal-holds")
@requires(Permission.HOLD_EVIDENCE)
@idempotent
@bp.arguments(LegalHoldEntrySchema)
@bp.response(201, LegalHoldSchema)
def place_hold(command: LegalHoldEntry) -> LegalHoldView:
    """Keep the exact positions about a client, carer, fact, agency or span of days, whatever their term."""
    with transaction() as current:
        return service.place_hold(current, command, actor=current_actor(), at=clock.now())


@bp.get("/legal-holds")
@requires(Permission.HOLD_EVIDENCE)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, LegalHoldPageSchema)
def list_holds(page: PageRequest) -> Page[LegalHoldView]:
    """Legal holds, ended ones too."""
    return queries.list_holds(session(), actor=current_actor(), page=page)


@bp.post("/legal-holds/<uuid:legal_hold_id>/end")
@requires(Permission.HOLD_EVIDENCE)
@idempotent
@bp.arguments(LegalHoldEndingSchema)
@bp.response(201, LegalHoldSchema)
def end_hold(command: LegalHoldEnding, legal_hold_id: UUID) -> LegalHoldView:
    """End a hold."""
    with transaction() as current:
        return service.end_hold(current, command, hold_id=legal_hold_id, actor=current_actor(), at=clock.now())


@bp.post("/period-closes")
@requires(Permission.CLOSE_PERIODS)
@idempotent
@bp.arguments(PeriodCloseEntrySchema)
@bp.response(201, PeriodCloseSchema)
def close_period(command: PeriodCloseEntry) -> PeriodCloseView:
    """State that all money of a month is settled, or that an agency's yearly inspection is closed."""
    with transaction() as current:
        return service.close_period(current, command, actor=current_actor(), at=clock.now())


@bp.get("/period-closes")
@requires(Permission.CLOSE_PERIODS)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, PeriodClosePageSchema)
def list_closes(page: PageRequest) -> Page[PeriodCloseView]:
    """What was stated to be closed."""
    return queries.list_closes(session(), actor=current_actor(), page=page)
