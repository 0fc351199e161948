"""Which visit that nobody planned a tap at a client belongs to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.checkin.types import EventKind
from app.schedules.types import VisitView

ONE_TAP = timedelta(minutes=10)  # two taps of one kind at most so far apart, and no other between them, are one


def place_tap(
    kind: EventKind, *, counted_at: datetime, visits: Sequence[VisitView], longest: timedelta
) -> VisitView | None:
    """Find the visit of a tap among the same carer's unscheduled ones at the same client; None when it makes its own.

    A clock-out ends the visit that began last before it, also one that a job closed without it; a clock-in begins the
    one whose end was told first, if that is at most `longest` later. What says once more what is known is a repetition
    of that visit. `visits` are those near the instant.
    """
    if kind is EventKind.OUT:
        return _ended_by(counted_at, visits)
    for visit in visits:
        is_near = visit.began_at is not None and abs(counted_at - visit.began_at) <= ONE_TAP
        if is_near and (visit.ended_at is None or counted_at <= visit.ended_at):
            return visit
    ends_known = [each for each in visits if each.began_at is None and each.ended_at is not None]
    return next((each for each in ends_known if _follows(each.ended_at, counted_at, within=longest)), None)


def _ended_by(counted_at: datetime, visits: Sequence[VisitView]) -> VisitView | None:
    begun = [each for each in visits if each.began_at is not None and each.began_at <= counted_at]
    if begun and (begun[-1].ended_at is None or counted_at - begun[-1].ended_at <= ONE_TAP):
        return begun[-1]
    ends_known = [each for each in visits if each.began_at is None and each.ended_at is not None]
    return next((each for each in ends_known if each.ended_at and abs(counted_at - each.ended_at) <= ONE_TAP), None)


def _follows(ended_at: datetime | None, began_at: datetime, *, within: timedelta) -> bool:
    return ended_at is not None and timedelta(0) <= ended_at - began_at <= within
