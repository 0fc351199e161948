"""A client's choice of an agency, its answer, and who waits for one; and his choice between cash and more hours."""

from uuid import UUID

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page, PageRequest, PageRequestSchema
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of
from app.kernel.resend import idempotent
from app.registry import cash_choices, choice_lists
from app.registry.choice_types import CashChoiceEntry, ChoiceEntry, ChoiceFilter, ChoiceReason, ChoiceView
from app.registry.schemas.choices import (
    CashChoiceEntrySchema,
    CashChoicePageSchema,
    CashChoiceSchema,
    ChoiceEntrySchema,
    ChoiceFilterSchema,
    ChoicePageSchema,
    ChoiceReasonSchema,
    ChoiceSchema,
)
from app.registry.service import choices
from app.registry.service.cash_choices import choose_cash as choose
from app.registry.types import CashChoiceView

bp = AnhuBlueprint("agency-choices", __name__, description="Choice of an agency and waiting list (登记确认, 轮候)")


@bp.post("/clients/<uuid:client_id>/agency-choices")
@requires(Permission.CHOOSE_AGENCY)
@idempotent
@bp.arguments(ChoiceEntrySchema)
@bp.response(201, ChoiceSchema)
def choose_agency(command: ChoiceEntry, client_id: UUID) -> ChoiceView:
    """Choose an agency, or wait for any."""
    with transaction() as current:
        return choices.choose_agency(current, command, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.get("/agency-choices")
@requires(Permission.READ_CHOICES)
@bp.arguments(ChoiceFilterSchema, location="query")
@bp.response(200, ChoicePageSchema)
def list_choices(wanted: ChoiceFilter) -> Page[ChoiceView]:
    """Choices of the own scope, and for agencies who waits in their districts."""
    return choice_lists.list_choices(session(), actor=current_actor(), wanted=wanted, at=clock.now())


@bp.post("/agency-choices/<uuid:choice_id>/acceptance")
@requires(Permission.ANSWER_CHOICES)
@idempotent
@bp.response(201, ChoiceSchema)
def accept_choice(choice_id: UUID) -> ChoiceView:
    """Take the client."""
    with transaction() as current:
        return choices.accept_choice(current, choice_id=choice_id, actor=current_actor(), at=clock.now())


@bp.post("/agency-choices/<uuid:choice_id>/refusal")
@requires(Permission.ANSWER_CHOICES)
@idempotent
@bp.arguments(ChoiceReasonSchema)
@bp.response(201, ChoiceSchema)
def refuse_choice(command: ChoiceReason, choice_id: UUID) -> ChoiceView:
    """Decline the client, with a reason."""
    with transaction() as current:
        return choices.refuse_choice(current, command, choice_id=choice_id, actor=current_actor(), at=clock.now())


@bp.post("/agency-choices/<uuid:choice_id>/withdrawal")
@requires(Permission.CHOOSE_AGENCY)
@idempotent
@bp.arguments(ChoiceReasonSchema)
@bp.response(201, ChoiceSchema)
def withdraw_choice(command: ChoiceReason, choice_id: UUID) -> ChoiceView:
    """Take a choice back."""
    with transaction() as current:
        return choices.withdraw_choice(current, command, choice_id=choice_id, actor=current_actor(), at=clock.now())


@bp.post("/clients/<uuid:client_id>/cash-choices")
@requires(Permission.CHOOSE_CASH)
@idempotent
@bp.arguments(CashChoiceEntrySchema)
@bp.response(201, CashChoiceSchema)
def choose_cash(command: CashChoiceEntry, client_id: UUID) -> CashChoiceView:
    """Choose cash in place of more hours, or the hours again."""
    with transaction() as current:
        return choose(current, command, client_id=client_id, actor=current_actor(), at=clock.now())


@bp.get("/clients/<uuid:client_id>/cash-choices")
@requires(Permission.READ_SUBSIDIES)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, CashChoicePageSchema)
def list_cash_choices(page: PageRequest, client_id: UUID) -> Page[CashChoiceView]:
    """What a client chose, oldest first."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return cash_choices.list_cash_choices(session(), client_id=client_id, actor=actor, on=today, page=page)
