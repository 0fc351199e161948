"""The operator's review of families' months over HTTP."""

from uuid import UUID

from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.paging import Page
from app.kernel.permissions import Permission
from app.kernel.regions import zone_of
from app.kernel.resend import idempotent
from app.payouts.pages import MonthReviewRequest
from app.payouts.queries import reviews as queries
from app.payouts.review_schemas import (
    AcceptedMonthsSchema,
    AcceptUnflaggedSchema,
    DecideMonthSchema,
    MonthReviewRequestSchema,
    ReviewedMonthPageSchema,
    ReviewedMonthSchema,
)
from app.payouts.review_types import AcceptedMonths, AcceptUnflagged, DecideMonth, ReviewedMonth
from app.payouts.service import reviews

bp = AnhuBlueprint("month_reviews", __name__, description="The operator's review of families' months (月度审核)")


@bp.get("/subsidies/reviews")
@requires(Permission.READ_BATCHES)
@bp.arguments(MonthReviewRequestSchema, location="query")
@bp.response(200, ReviewedMonthPageSchema)
def list_months(page: MonthReviewRequest) -> Page[ReviewedMonth]:
    """A month of the account's scope: where each family's stands, and what the rules notice about it."""
    actor = current_actor()
    today = clock.local_date(clock.now(), zone_of(actor.region))
    return queries.list_months(session(), actor=actor, on=today, page=page)


@bp.post("/subsidies/reviews/unflagged")
@requires(Permission.REVIEW_MONTHS)
@idempotent
@bp.arguments(AcceptUnflaggedSchema)
@bp.response(201, AcceptedMonthsSchema)
def accept_unflagged(command: AcceptUnflagged) -> AcceptedMonths:
    """Accept at once all that waits of a month without a flag."""
    with transaction() as work:
        return reviews.accept_unflagged(work, command, actor=current_actor(), at=clock.now())


@bp.post("/subsidies/<uuid:subsidy_id>/reviews")
@requires(Permission.REVIEW_MONTHS)
@idempotent
@bp.arguments(DecideMonthSchema)
@bp.response(201, ReviewedMonthSchema)
def decide_month(command: DecideMonth, subsidy_id: UUID) -> ReviewedMonth:
    """Accept or hold a month as it was computed in this row; nothing is refused here, and no time decides."""
    with transaction() as work:
        return reviews.decide_month(work, command, subsidy_id=subsidy_id, actor=current_actor(), at=clock.now())
