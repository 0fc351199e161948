"""Was the phone at the client's home? Three answers, and outcomes of their own for positions that cannot tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.checkin.types import ExceptionCode, Fix, LocationSource, Place, Verdict
from app.kernel.geo import Point, distance_m, is_null_island, to_wgs84
from app.policies.terms import LocationTerms

# A fix without accuracy proves little: it is taken as half a kilometre off, so that it is `inside` only where the
# radius allows for that, and `outside` only when the phone was clearly elsewhere.
ASSUMED_ACCURACY_M = 500.0

BEST_FIRST = (Verdict.INSIDE, Verdict.UNCERTAIN, Verdict.OUTSIDE)
OF_VERDICT: dict[Verdict, ExceptionCode] = {
    Verdict.UNCERTAIN: ExceptionCode.UNCERTAIN_LOCATION,
    Verdict.OUTSIDE: ExceptionCode.OUTSIDE_FENCE,
    Verdict.NO_POSITION: ExceptionCode.NO_LOCATION,
    Verdict.NULL_ISLAND: ExceptionCode.NO_LOCATION,
    Verdict.STALE: ExceptionCode.STALE_FIX,
    Verdict.FUTURE: ExceptionCode.STALE_FIX,
    Verdict.NO_HOME: ExceptionCode.HOME_UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class LocationJudgement:
    """Verdict of one fix; `distance_m` to the place that decided, None without place or usable position."""

    verdict: Verdict
    distance_m: int | None = None


def judge_location(
    fix: Fix | None, *, places: Sequence[Place], occurred_at: datetime, terms: LocationTerms
) -> LocationJudgement:
    """Judge a fix against all approved places of the client; the best verdict wins, then the nearest place.

    `occurred_at` is the phone's own time of the tap: the age of a fix is measured on one clock. A place's own radius
    overrides the policy's.
    """
    if fix is None:
        return LocationJudgement(Verdict.NO_POSITION)
    if is_null_island(fix.latitude, fix.longitude):
        return LocationJudgement(Verdict.NULL_ISLAND)
    at = to_wgs84(fix.latitude, fix.longitude, fix.system)
    accuracy_m = ASSUMED_ACCURACY_M if fix.accuracy_m is None else fix.accuracy_m
    judged = [_judge_place(at, accuracy_m, place, terms) for place in places]
    best = min(judged, key=lambda each: (BEST_FIRST.index(each.verdict), each.distance_m), default=None)
    untimely = _judge_age(fix, occurred_at, terms)
    if untimely is not None:
        return LocationJudgement(untimely, best.distance_m if best else None)
    return best or LocationJudgement(Verdict.NO_HOME)


def kept_fix(fix: Fix | None, *, is_withdrawn: bool) -> Fix | None:
    """Give what may be kept and judged of a fix: nothing once the carer has withdrawn the consent to it, whenever it
    was taken."""
    return None if is_withdrawn else fix


def withheld_exceptions(fix: Fix | None, *, is_withdrawn: bool) -> tuple[ExceptionCode, ...]:
    """Tell a phone that a position it sent was not kept."""
    return (ExceptionCode.POSITION_NOT_KEPT,) if fix is not None and is_withdrawn else ()


def location_exceptions(verdict: Verdict, *, source: LocationSource | None) -> tuple[ExceptionCode, ...]:
    """Give what a verdict leaves to look into; a simulated position is marked whatever it says."""
    found = [OF_VERDICT[verdict]] if verdict in OF_VERDICT else []
    if source is LocationSource.SIMULATED:
        found.append(ExceptionCode.SIMULATED_LOCATION)
    return tuple(found)


def _judge_place(at: Point, accuracy_m: float, place: Place, terms: LocationTerms) -> LocationJudgement:
    radius_m = terms.radius_m if place.radius_m is None else place.radius_m
    away_m = distance_m(at, place.point)
    if away_m + accuracy_m <= radius_m:
        verdict = Verdict.INSIDE
    elif away_m - accuracy_m > radius_m:
        verdict = Verdict.OUTSIDE
    else:
        verdict = Verdict.UNCERTAIN
    return LocationJudgement(verdict, round(away_m))


def _judge_age(fix: Fix, occurred_at: datetime, terms: LocationTerms) -> Verdict | None:
    if fix.fixed_at is None:
        return None
    if occurred_at - fix.fixed_at > terms.maximum_fix_age:
        return Verdict.STALE
    if fix.fixed_at - occurred_at > terms.future_tolerance:
        return Verdict.FUTURE
    return None
