"""Which visits may be rated, until when, and what of the ratings an agency may know."""

import json
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from app.checkin.ratings import GivenOn, RatingReason, RatingTotals, ScoreGiven
from app.kernel.errors import DomainError, ErrorKind
from app.policies.oversight_codes import RatingDuty
from app.schedules.types import VisitState

RATED_WITHIN = timedelta(days=7)  # assumed: the documents ask for a rating and give no time for it
HIGHEST, HIGHEST_LOW = 5, 2  # up to here a rating has a reason
FEWEST_CLIENTS = 5  # of fewer an agency might tell its carer who it was


class RatingNotAsked(DomainError):
    """The fund has no rating of visits."""

    kind, code = ErrorKind.CONFLICT, "rating_not_asked"


class VisitNotDone(DomainError):
    """Only a visit that is done is rated."""

    kind, code = ErrorKind.CONFLICT, "visit_not_done"


class RatingUnreadable(DomainError):
    """What the phone sealed is no rating."""

    kind, code = ErrorKind.INVALID, "rating_unreadable"


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


def content_of(said: bytes) -> tuple[int, tuple[RatingReason, ...]]:
    """Score and reasons as a phone sealed them: `{"score": 2, "reasons": ["came_late"]}`. Raises RatingUnreadable."""
    try:
        told = json.loads(said)
        score, reasons = told["score"], tuple(RatingReason(each) for each in told["reasons"])
    except (ValueError, KeyError, TypeError):
        raise RatingUnreadable from None
    fits = type(score) is int and 1 <= score <= HIGHEST and reasons_fit(score, reasons)
    if not fits or len(set(reasons)) < len(reasons):
        raise RatingUnreadable
    return score, reasons


def counting(given: Sequence[ScoreGiven]) -> list[ScoreGiven]:
    """Of each visit the rating that counts: the one from an own phone, else the one from the carer's."""
    ordered = sorted(given, key=lambda each: each.given_on is GivenOn.OWN_PHONE)
    return list({each.visit_id: each for each in ordered}.values())


def add_up(given: Sequence[ScoreGiven]) -> RatingTotals:
    """Ratings added up, one a visit; nothing of them where fewer than five clients rated."""
    scores = counting(given)
    if len({each.client_id for each in scores}) < FEWEST_CLIENTS:
        return RatingTotals(None, None, None)
    on_carers = sum(each.given_on is GivenOn.CARER_PHONE for each in scores)
    return RatingTotals(len(scores), sum(each.score for each in scores), on_carers)
