"""Which visits may be rated, until when, and what of the ratings an agency may know."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from app.checkin.ratings import RatingReason, RatingTotals
from app.kernel.errors import DomainError, ErrorKind
from app.policies.oversight_codes import RatingDuty
from app.schedules.types import VisitState

RATED_WITHIN = timedelta(days=7)  # assumed: the documents ask for a rating and give no time for it
HIGHEST_LOW = 2  # up to here a rating has a reason
FEWEST_CLIENTS = 5  # of fewer an agency might tell its carer who it was


class RatingNotAsked(DomainError):
    """The fund has no rating of visits."""

    kind, code = ErrorKind.CONFLICT, "rating_not_asked"


class VisitNotDone(DomainError):
    """Only a visit that is done is rated."""

    kind, code = ErrorKind.CONFLICT, "visit_not_done"


class RatingOver(DomainError):
    """The days in which the visit could be rated are over."""

    kind, code = ErrorKind.CONFLICT, "rating_over"


def check_ratable(state: VisitState, *, duty: RatingDuty | None, day: date, today: date) -> None:
    """Refuse to rate a visit of a local day today: where there is no rating, before it is done, and after some days."""
    if duty is None:
        raise RatingNotAsked
    if state is not VisitState.DONE:
        raise VisitNotDone
    if today > last_day(day):
        raise RatingOver(last_day=last_day(day))


def last_day(day: date) -> date:
    """The last local day on which a visit of a day may be rated."""
    return day + RATED_WITHIN


def is_closed(*, beyond: date, today: date) -> bool:
    """True when no visit before the local day `beyond` can be rated any more."""
    return today > last_day(beyond - timedelta(days=1))


def reasons_fit(score: int, reasons: Collection[RatingReason]) -> bool:
    """True when a low score has its reasons, and another has none."""
    return (score <= HIGHEST_LOW) == bool(reasons)


def add_up(scores: Sequence[tuple[UUID, int]]) -> RatingTotals:
    """Ratings, each with its client, added up; nothing of them where fewer than five clients rated."""
    if len({client_id for client_id, _ in scores}) < FEWEST_CLIENTS:
        return RatingTotals(None, None)
    return RatingTotals(len(scores), sum(score for _, score in scores))
