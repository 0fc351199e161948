"""Ratings of visits: given by guardians or on carers' phones, read by the fund, added up for the agency, never shown to
a carer."""

from uuid import UUID

from app.checkin.queries import ratings as queries
from app.checkin.queries.ratings import MonthPage
from app.checkin.ratings import (
    MonthAsked,
    Rating,
    RatingHandedOver,
    RatingTerms,
    RatingTotals,
    RatingView,
    Unrated,
    UnratedCount,
)
from app.checkin.schemas.ratings import (
    MonthAskedSchema,
    MonthPageSchema,
    RatingHandedOverSchema,
    RatingKeptSchema,
    RatingReadSchema,
    RatingSchema,
    RatingTermsSchema,
    RatingTotalsSchema,
    UnratedCountPageSchema,
    UnratedPageSchema,
)
from app.checkin.service import ratings as service
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page, PageRequest, PageRequestSchema
from app.kernel.permissions import Permission

bp = AnhuBlueprint("ratings", __name__, description="Ratings of visits (满意度评价)")


@bp.post("/visits/<uuid:visit_id>/rating")
@requires(Permission.RATE_SERVICE)
@bp.arguments(RatingSchema)
@bp.response(201, RatingSchema)
def rate_visit(command: Rating, visit_id: UUID) -> Rating:
    """Rate a visit that is done, once."""
    with transaction() as current:
        return service.rate_visit(current, command, visit_id=visit_id, actor=current_actor(), at=clock.now())


@bp.post("/visits/<uuid:visit_id>/rating-handed-over")
@requires(Permission.BRING_RATINGS)
@bp.arguments(RatingHandedOverSchema)
@bp.response(201, RatingKeptSchema)
def pass_on(command: RatingHandedOver, visit_id: UUID) -> RatingHandedOver:
    """Bring what client or family said on the carer's phone: sealed there, and told apart from an own rating."""
    with transaction() as current:
        service.pass_on(current, command, visit_id=visit_id, actor=current_actor(), at=clock.now())
    return command


@bp.get("/ratings/handing-over")
@requires(Permission.BRING_RATINGS)
@bp.response(200, RatingTermsSchema)
def read_terms() -> RatingTerms:
    """Whether visits of today are rated, and the key with which a carer's phone seals what is said on it."""
    return service.terms_of_handing_over(actor=current_actor(), at=clock.now())


@bp.get("/visits/<uuid:visit_id>/rating")
@requires(Permission.READ_RATINGS)
@bp.response(200, RatingReadSchema)
def read_rating(visit_id: UUID) -> RatingView:
    """The rating of a visit that counts, for the fund; a guardian reads the one he gave."""
    return queries.get_rating(session(), visit_id=visit_id, actor=current_actor())


@bp.get("/ratings/unrated")
@requires(Permission.RATE_SERVICE)
@bp.arguments(PageRequestSchema, location="query")
@bp.response(200, UnratedPageSchema)
def list_unrated(page: PageRequest) -> Page[Unrated]:
    """Visits that the guardian is asked to rate."""
    return service.list_unrated(session(), page, actor=current_actor(), at=clock.now())


@bp.get("/ratings/unrated-counts")
@requires(Permission.COUNT_UNRATED)
@bp.arguments(MonthPageSchema, location="query")
@bp.response(200, UnratedCountPageSchema)
def count_unrated(wanted: MonthPage) -> Page[UnratedCount]:
    """Visits of a month that nobody rated, by agency, where the policy says that each is rated."""
    return service.count_unrated(session(), wanted, actor=current_actor(), at=clock.now())


@bp.get("/carers/<uuid:carer_id>/ratings")
@requires(Permission.READ_RATING_TOTALS)
@bp.arguments(MonthAskedSchema, location="query")
@bp.response(200, RatingTotalsSchema)
def sum_ratings(wanted: MonthAsked, carer_id: UUID) -> RatingTotals:
    """A carer's ratings of a month added up, once the days to rate its visits are over."""
    return service.sum_ratings(session(), carer_id=carer_id, month=wanted.month, actor=current_actor(), at=clock.now())
