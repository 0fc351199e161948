"""Routes of family carers' days."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from app.checkin.days import CareDayView, CareTerms, LogCareDay
from app.checkin.queries import care_days as queries
from app.checkin.schemas.care_days import (
    CareDayFilter,
    CareDayFilterSchema,
    CareDayPageSchema,
    CareDaySchema,
    CareTermsSchema,
    LogCareDaySchema,
)
from app.checkin.service import care_days as service
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of

bp = AnhuBlueprint("care-days", __name__, description="照护日：family carers' days")


@bp.post("/care-days")
@requires(Permission.LOG_CARE_DAYS)
@bp.arguments(LogCareDaySchema)
@bp.response(201, CareDaySchema)
def log_care_day(command: LogCareDay) -> CareDayView:
    """Log a day of care for a client; nothing a known carer reports is refused, it is judged."""
    with transaction() as current:
        return service.log_care_day(current, command=command, actor=current_actor(), at=clock.now())


@bp.get("/care-days")
@requires(Permission.READ_CARE_DAYS)
@bp.arguments(CareDayFilterSchema, location="query")
@bp.response(200, CareDayPageSchema)
def list_care_days(wanted: CareDayFilter) -> Page[Any]:
    """A client's care days of a month, as they stand now."""
    actor = current_actor()
    return queries.list_care_days(
        session(),
        actor=actor,
        on=clock.local_date(clock.now(), zone_of(actor.region)),
        client_id=wanted.client_id,
        first=wanted.month,
        beyond=(wanted.month + timedelta(days=31)).replace(day=1),
        page=wanted,
    )


@bp.get("/clients/<uuid:client_id>/care-terms")
@requires(Permission.READ_CARE_DAYS)
@bp.response(200, CareTermsSchema)
def read_care_terms(client_id: UUID) -> CareTerms:
    """How often a family carer clocks in a day, until when a day may be entered, and whether prompts come."""
    return service.read_care_terms(session(), client_id=client_id, actor=current_actor(), at=clock.now())
