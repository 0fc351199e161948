"""What does a scanned home tag prove? It may make an uncertain position certain, never one that was elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import NamedTuple
from uuid import UUID

from app.checkin.rules.location import location_exceptions
from app.checkin.tags import TagMedium, TagOutcome
from app.checkin.types import (
    ExceptionCode,
    Found,
    LocationSource,
    Place,
    Verdict,
    VisitTap,
    Witness,
)
from app.kernel.geo import distance_m
from app.kernel.tag_codes import PRINTED, TagCode, is_signed
from app.policies.terms import ClockTerms, LocationTerms

ABOUT_TAG = frozenset(
    {
        ExceptionCode.TAG_NOT_VALID,
        ExceptionCode.TAG_REPLAYED,
        ExceptionCode.TAG_ELSEWHERE,
        ExceptionCode.TAG_TOO_FAST,
    }
)
SECONDS_AN_HOUR, METRES_A_KM = 3600, 1000


@dataclass(frozen=True, slots=True)
class KnownTag:
    """A tag as it was issued; `key` is None when the key that signs it was taken out."""

    client_id: UUID
    key: bytes | None
    revoked_at: datetime | None


class Reading(NamedTuple):
    """A genuine reading of a chip."""

    counter: int
    at: datetime
    carer_id: UUID


@dataclass(frozen=True, slots=True)
class NearScan:
    """A tag of another client that the carer scanned before or after, and where that client lives."""

    event_id: UUID
    at: datetime
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class ScanJudgement:
    """What became of a scan; the medium is told of a genuine one only."""

    outcome: TagOutcome
    medium: TagMedium | None = None
    too_fast_after: UUID | None = None  # the other scan


def medium_of(code: TagCode) -> TagMedium:
    """How a code was read: a chip never shows the printed one's counter."""
    return TagMedium.PRINTED if code.counter == PRINTED else TagMedium.CHIP


def judge_code(
    code: TagCode | None, *, tag: KnownTag | None, region: str, client_id: UUID | None, at: datetime
) -> TagOutcome:
    """Say what a code proves at the door of a client, its counter apart. What was scanned before a tag was withdrawn
    counts, however late it arrives."""
    if code is None:
        return TagOutcome.UNREADABLE
    if code.region != region:
        return TagOutcome.OTHER_FUND
    if tag is None or tag.key is None:
        return TagOutcome.UNKNOWN
    if not is_signed(code, key=tag.key):
        return TagOutcome.FORGED
    if tag.client_id != client_id:
        return TagOutcome.OTHER_CLIENT
    return TagOutcome.REVOKED if tag.revoked_at is not None and tag.revoked_at <= at else TagOutcome.GENUINE


def is_replayed(reading: Reading, *, others: Sequence[Reading], tolerance: timedelta) -> bool:
    """Say whether a chip's counter contradicts other readings of it: the same number twice, or time and numbers in
    different order. Records arrive in any order, so times decide and not the arrival; clocks differ by `tolerance`.

    The same carer may send one reading with two taps that follow each other.
    """
    return any(_contradict(reading, other, tolerance=tolerance) for other in others)


def _contradict(one: Reading, other: Reading, *, tolerance: timedelta) -> bool:
    apart = other.at - one.at
    if one.counter == other.counter:
        return one.carer_id != other.carer_id or abs(apart) > tolerance
    return apart < -tolerance if other.counter > one.counter else apart > tolerance


def is_timely(at: datetime, *, tapped_at: datetime, ends_at: datetime | None, terms: ClockTerms) -> bool:
    """Say whether a tag scanned after a tap may speak for it: not before it, as far as clocks tell, and while the visit
    lasts or in the window after. Of a visit that nobody planned nor ended the window after the tap counts."""
    last = max(tapped_at, ends_at or tapped_at) + terms.late_window
    return tapped_at - terms.skew_flag_after <= at <= last


def is_too_fast(*, at: datetime, places: Sequence[Place], near: NearScan, terms: LocationTerms) -> bool:
    """Say whether nobody gets from one home to the other in the time between two scans. Of several places the nearest
    two count, and each tag may hang at the edge of its fence; without a place nothing can be said."""
    ways = [distance_m(one.point, other.point) for one, other in product(places, near.places)]
    if not ways:
        return False
    way_m = max(min(ways) - 2 * terms.radius_m, 0)
    seconds = abs(near.at - at).total_seconds()
    return way_m * SECONDS_AN_HOUR > terms.fastest_kmh * METRES_A_KM * seconds


def tag_findings(scan: ScanJudgement | None, *, verdict: Verdict) -> tuple[Found, ...]:
    """Give what a scan leaves to look into, beside the position's own."""
    if scan is None or scan.outcome is TagOutcome.OUT_OF_TIME:
        return ()
    if scan.outcome is TagOutcome.REPLAYED:
        return (Found(ExceptionCode.TAG_REPLAYED),)
    if scan.outcome is not TagOutcome.GENUINE:
        return (Found(ExceptionCode.TAG_NOT_VALID, {"outcome": scan.outcome}),)
    elsewhere = [Found(ExceptionCode.TAG_ELSEWHERE)] if verdict is Verdict.OUTSIDE else []
    near = scan.too_fast_after
    return *elsewhere, *([Found(ExceptionCode.TAG_TOO_FAST, {"other_event_id": str(near)})] if near else [])


def verdict_with_tag(verdict: Verdict, tag: TagMedium | None) -> Verdict:
    """Give a tap's verdict with the genuine tag scanned: what could not tell is inside then. A phone that was
    elsewhere, or told no position, stays so."""
    return Verdict.INSIDE if verdict is Verdict.UNCERTAIN and tag is not None else verdict


def place_exceptions(
    verdict: Verdict, *, source: LocationSource | None, scan: ScanJudgement | None
) -> tuple[ExceptionCode, ...]:
    """Give what position and tag together leave to look into."""
    return location_exceptions(verdict_with_tag(verdict, scan.medium if scan else None), source=source)


def place_witnesses(taps: Sequence[VisitTap]) -> frozenset[Witness]:
    """Say what speaks for the place: a position inside, a chip with or without one, a printed code where the position
    could not tell; nothing when a phone of the visit was elsewhere. A printed code can be photographed: it seconds no
    position, and never stands for one that was not told or was too old."""
    if any(tap.verdict is Verdict.OUTSIDE for tap in taps):
        return frozenset()
    is_inside = any(tap.verdict is Verdict.INSIDE for tap in taps)
    has_chip = any(tap.tag is TagMedium.CHIP for tap in taps)
    is_lifted = any(tap.tag is not None and tap.verdict is Verdict.UNCERTAIN for tap in taps)
    has_tag = has_chip or (is_lifted and not is_inside)
    return frozenset({Witness.POSITION} if is_inside else ()) | frozenset({Witness.TAG} if has_tag else ())
