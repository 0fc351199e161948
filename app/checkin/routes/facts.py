"""Records of visits, the client's word, and the review of what is held."""

from typing import Any
from uuid import UUID

from app.checkin.checks import Checks
from app.checkin.commands import Confirmation, Decided, ItemLog, Reopening
from app.checkin.queries import checks, events, services
from app.checkin.queries import facts as queries
from app.checkin.queries.ratings import MonthPage
from app.checkin.schemas.checks import CheckedFactSchema, ChecksSchema
from app.checkin.schemas.facts import (
    ConfirmationSchema,
    DecidedSchema,
    FactFilter,
    FactFilterSchema,
    FactPageSchema,
    FactSchema,
    ItemListSchema,
    ItemLogSchema,
    RecordSchema,
    ReopeningSchema,
    ServicePageSchema,
)
from app.checkin.schemas.ratings import MonthPageSchema
from app.checkin.service import records, reviews
from app.checkin.shown import FactView, RecordView, ServiceView
from app.checkin.statements import StatedConfirmation
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of

bp = AnhuBlueprint("facts", __name__, description="Records of visits and their review (护理记录, 审核)")


@bp.post("/visits/<uuid:visit_id>/items")
@requires(Permission.LOG_ITEMS)
@bp.arguments(ItemLogSchema)
@bp.response(201, ItemListSchema)
def log_items(command: ItemLog, visit_id: UUID) -> dict[str, Any]:
    """Log what was done; of an item logged twice the later line counts."""
    with transaction() as current:
        items = records.log_items(current, command, visit_id=visit_id, actor=current_actor(), at=clock.now())
        return {"items": items}


@bp.post("/visits/<uuid:visit_id>/checks")
@requires(Permission.LOG_ITEMS)
@bp.arguments(ChecksSchema)
@bp.response(201, ChecksSchema)
def tell_checks(command: Checks, visit_id: UUID) -> Checks:
    """Tell what was checked before service; the last word counts."""
    with transaction() as current:
        return records.tell_checks(current, command, visit_id=visit_id, actor=current_actor(), at=clock.now())


@bp.post("/visits/<uuid:visit_id>/confirmation")
@requires(Permission.CONFIRM_SERVICE)
@bp.arguments(ConfirmationSchema)
@bp.response(201, ConfirmationSchema)
def confirm_visit(command: Confirmation | StatedConfirmation, visit_id: UUID) -> Confirmation | StatedConfirmation:
    """Say for the client whether it was so; a carer may tell why nobody says it."""
    with transaction() as current:
        return records.confirm_visit(current, command, visit_id=visit_id, actor=current_actor(), at=clock.now())


@bp.get("/visits/<uuid:visit_id>/record")
@requires(Permission.READ_RECORDS)
@bp.response(200, RecordSchema)
def read_record(visit_id: UUID) -> RecordView:
    """What a visit came to."""
    return events.get_record(session(), visit_id=visit_id, actor=current_actor())


@bp.get("/clients/<uuid:client_id>/services")
@requires(Permission.READ_RECORDS)
@bp.arguments(MonthPageSchema, location="query")
@bp.response(200, ServicePageSchema)
def list_services(wanted: MonthPage, client_id: UUID) -> Page[ServiceView]:
    """What was done for a client in a month, visit by visit."""
    actor = current_actor()
    on = clock.local_date(clock.now(), zone_of(actor.region))
    return services.list_services(session(), client_id=client_id, wanted=wanted, actor=actor, on=on)


@bp.get("/facts")
@requires(Permission.READ_RECORDS)
@bp.arguments(FactFilterSchema, location="query")
@bp.response(200, FactPageSchema)
def list_facts(wanted: FactFilter) -> Page[FactView]:
    """Facts of the actor's scope; with `pending` those that wait for the agency or the operator."""
    return queries.list_facts(
        session(), actor=current_actor(), step=wanted.pending, limit=wanted.limit, after=wanted.after
    )


@bp.get("/facts/<uuid:fact_id>")
@requires(Permission.READ_RECORDS)
@bp.response(200, CheckedFactSchema)
def read_fact(fact_id: UUID) -> FactView:
    """One fact, for agency and fund with the checks before its visit."""
    return checks.get_fact(session(), fact_id=fact_id, actor=current_actor())


@bp.post("/facts/<uuid:fact_id>/agency-review")
@requires(Permission.REVIEW_FOR_AGENCY)
@bp.arguments(DecidedSchema)
@bp.response(201, FactSchema)
def review_for_agency(command: Decided, fact_id: UUID) -> FactView:
    """The agency decides about a fact of its own."""
    with transaction() as current:
        return reviews.review_for_agency(current, command, fact_id=fact_id, actor=current_actor(), at=clock.now())


@bp.post("/facts/<uuid:fact_id>/operator-review")
@requires(Permission.REVIEW_FOR_OPERATOR)
@bp.arguments(DecidedSchema)
@bp.response(201, FactSchema)
def review_for_operator(command: Decided, fact_id: UUID) -> FactView:
    """The operator decides about a fact of his scope."""
    with transaction() as current:
        return reviews.review_for_operator(current, command, fact_id=fact_id, actor=current_actor(), at=clock.now())


@bp.post("/facts/<uuid:fact_id>/reopening")
@requires(Permission.REVIEW_FOR_OPERATOR)
@bp.arguments(ReopeningSchema)
@bp.response(201, FactSchema)
def reopen(command: Reopening, fact_id: UUID) -> FactView:
    """The operator looks again at a fact that was decided, at a refused one for some days; it is not paid meanwhile."""
    with transaction() as current:
        return reviews.reopen(current, command, fact_id=fact_id, actor=current_actor(), at=clock.now())
