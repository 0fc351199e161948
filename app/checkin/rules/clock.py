"""Which instant counts for a tap, and what its times leave to look into."""

from datetime import datetime, timedelta

from app.checkin.types import ClockJudgement, EventKind, ExceptionCode, Found
from app.policies.codes import CountingClock
from app.policies.terms import ClockTerms

NO_TIME = timedelta(0)
MINUTE = timedelta(minutes=1)


def judge_clock(
    *,
    occurred_at: datetime,
    received_at: datetime,
    sent_at: datetime | None,
    terms: ClockTerms,
    future_tolerance: timedelta,
) -> ClockJudgement:
    """Judge the phone's time of a tap. No time is refused: a clock of 1970 or of next year is told and counted over.

    `sent_at` is the phone's clock when it sent the tap: with it the clock's error is told apart from a late sending,
    which is told too, since both times are the phone's word: a tap might be made up after the fact. Without it a time
    ahead of ours is an error, and one behind is taken as a late sending, unless it is later than the policy's limit.
    """
    skew, age = _measure(occurred_at, received_at, sent_at)
    ahead = occurred_at - received_at > future_tolerance
    is_wrong = ahead or abs(skew) > terms.skew_flag_after or (sent_at is None and age > terms.late_sync_after)
    counted_at = occurred_at
    if is_wrong and terms.counts_when_skewed is CountingClock.RECEIVE:
        counted_at = received_at - age if sent_at is not None else received_at
    found: list[Found] = []
    if ahead:
        found.append(Found(ExceptionCode.FUTURE_TIME))
    unmeasured = sent_at is None and age > terms.skew_flag_after
    if abs(skew) > terms.skew_flag_after or unmeasured:
        found.append(Found(ExceptionCode.CLOCK_SKEW))
    if age > (terms.late_sync_after if sent_at is None else terms.skew_flag_after):
        found.append(Found(ExceptionCode.LATE_SYNC, {"minutes": age // MINUTE}))
    return ClockJudgement(counted_at, occurred_at - received_at if sent_at is None else skew, tuple(found))


def window_exceptions(
    kind: EventKind,
    *,
    counted_at: datetime,
    planned_from: datetime,
    planned_to: datetime,
    terms: ClockTerms,
) -> tuple[Found, ...]:
    """Compare a tap with the plan: in too early or too late, out before the planned end. Both window ends are allowed.

    A visit left up to the early window before its planned end is not told here: its share of the planned time decides.
    """
    if kind is EventKind.OUT:
        early = planned_to - counted_at
        if early > terms.early_window:
            return (Found(ExceptionCode.EARLY_OUT, {"minutes": early // MINUTE}),)
        return ()
    if planned_from - counted_at > terms.early_window:
        return (Found(ExceptionCode.TOO_EARLY, {"minutes": (planned_from - counted_at) // MINUTE}),)
    if counted_at - planned_from > terms.late_window:
        return (Found(ExceptionCode.TOO_LATE, {"minutes": (counted_at - planned_from) // MINUTE}),)
    return ()


def _measure(occurred_at: datetime, received_at: datetime, sent_at: datetime | None) -> tuple[timedelta, timedelta]:
    """Give how far the phone's clock is ahead, and how old the tap was when it arrived."""
    if sent_at is not None:
        return sent_at - received_at, max(NO_TIME, sent_at - occurred_at)
    if occurred_at > received_at:
        return occurred_at - received_at, NO_TIME
    return NO_TIME, received_at - occurred_at
