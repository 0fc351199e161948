"""Where a client is really cared for, learned from good visits, and when that says that the address is wrong.

The numbers are assumed; nobody decides about money by them: a person accepts a place.
"""

from collections.abc import Sequence
from statistics import median

from app.checkin.homes import LearnedHome, SeenAt
from app.checkin.rules.location import BEST_FIRST
from app.checkin.types import Place, Verdict
from app.kernel.geo import Point, distance_m
from app.policies.terms import LocationTerms

MOST_TAPS = 60  # the newest are looked at
LEAST_TAPS, LEAST_DAYS = 8, 3  # fewer say nothing
WORST_ACCURACY_M = 200  # what the phone itself doubts more is left out
ALIKE = 3  # within so many usual distances a tap belongs to the others
ALIKE_M = 50.0  # and always within this: phones indoors jump that far
LARGEST_SPREAD_M = 100  # taps that lie apart farther tell of no one place
LEAST_CARERS, LEAST_DAYS_ALONE = 2, 5  # several carers agree, or one on many days
SAME_PLACE_M = 150  # a place this near to one that was declined is the same


def learn_home(seen: Sequence[SeenAt]) -> LearnedHome | None:
    """Give the centre and spread of taps, of which up to a third may lie anywhere; None when too few agree.

    The median of each coordinate stays among the most; what lies farther than they usually do is then left out.
    """
    if not seen:
        return None
    first = _middle(seen)
    usual = median(distance_m(first, each.point) for each in seen)
    near = [each for each in seen if distance_m(first, each.point) <= max(ALIKE * usual, ALIKE_M)]
    days, carers = {each.day for each in near}, {each.carer_id for each in near}
    if len(near) < LEAST_TAPS or len(days) < LEAST_DAYS:
        return None
    centre = _middle(near)
    spread_m = round(median(distance_m(centre, each.point) for each in near))
    return LearnedHome(centre, spread_m, len(near), len(days), len(carers))


def find_address_fault(
    learned: LearnedHome, *, places: Sequence[Place], declined: Sequence[Point], terms: LocationTerms
) -> int | None:
    """Say how far (metres) the learned home lies from the nearest approved place when that looks like a wrong address;
    None otherwise.

    It lies farther from each than the place's radius and the spread of the taps, which is small, and several carers
    agree or one on many days; and no person has declined this place. Without any place there is none that is wrong.
    """
    agree = learned.carers >= LEAST_CARERS or learned.days >= LEAST_DAYS_ALONE
    if not agree or learned.spread_m > LARGEST_SPREAD_M:
        return None
    if is_declined(learned.centre, declined=declined):
        return None
    away = [(distance_m(learned.centre, each.point), _radius_m(each, terms)) for each in places]
    if any(distance <= radius + learned.spread_m for distance, radius in away):
        return None
    return round(min(distance for distance, _ in away)) if away else None


def is_declined(place: Point, *, declined: Sequence[Point]) -> bool:
    """Say whether a person has declined this place, or one near to it."""
    return any(distance_m(place, each) <= SAME_PLACE_M for each in declined)


def is_better(verdict: Verdict, *, than: Verdict) -> bool:
    """Say whether a place approved later speaks for the carer: only then does it change how a tap is judged."""
    return verdict in BEST_FIRST and than in BEST_FIRST and BEST_FIRST.index(verdict) < BEST_FIRST.index(than)


def _middle(seen: Sequence[SeenAt]) -> Point:
    return Point(median(each.point.latitude for each in seen), median(each.point.longitude for each in seen))


def _radius_m(place: Place, terms: LocationTerms) -> int:
    return terms.radius_m if place.radius_m is None else place.radius_m
