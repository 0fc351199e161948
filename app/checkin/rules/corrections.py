"""Who may correct a record, and what a granted correction comes to."""

from datetime import date, datetime, timedelta

from app.checkin.corrections import NOT_ACCEPTABLE, CorrectionKind, CorrectionReason, CorrectionRefusal, Resolution
from app.checkin.types import ExceptionCode, ReviewStep, Standing


def is_locked(step: ReviewStep, *, service_on: date, today: date, lock: timedelta, unlocked_until: date | None) -> bool:
    """Say whether a record is locked for who decides at this step: never for the operator, for the agency after the
    policy's days, unless the operator unlocked it up to a day that is not over."""
    if step is not ReviewStep.AGENCY or today <= service_on + lock:
        return False
    return unlocked_until is None or unlocked_until < today


def judge_correction(*, locked: bool, standing: Standing) -> CorrectionRefusal | None:
    """Say why a correction is not granted at this step; None when it may be. What a person refused is looked into
    again before, or a corrected record would promise money that does not come."""
    if locked:
        return CorrectionRefusal.EDIT_LOCKED
    return CorrectionRefusal.VISIT_REFUSED if standing is Standing.REFUSED else None


def corrected_span(
    kind: CorrectionKind,
    *,
    tapped_in: datetime | None,
    tapped_out: datetime | None,
    began_at: datetime | None,
    ended_at: datetime | None,
) -> tuple[datetime, datetime] | None:
    """Give from when to when a visit lasted by a granted correction; None when an end is still not known.

    What is asked for stands in place of the tap. Of swapped taps the first is the beginning, and a lone one is the
    other end.
    """
    if kind is CorrectionKind.SWAPPED:
        if tapped_in is not None and tapped_out is not None:
            tapped_in, tapped_out = min(tapped_in, tapped_out), max(tapped_in, tapped_out)
        else:
            tapped_in, tapped_out = tapped_out, tapped_in
    first, last = began_at or tapped_in, ended_at or tapped_out
    return None if first is None or last is None else (first, last)


def hand_entry(reason: CorrectionReason, resolution: Resolution) -> ExceptionCode:
    """Give the mark that stays with a corrected visit: where somebody could have helped it, or the agency says that it
    is not paid, the operator looks too."""
    if reason in NOT_ACCEPTABLE or resolution is Resolution.NOT_PAYABLE:
        return ExceptionCode.HAND_ENTRY_IN_DOUBT
    return ExceptionCode.HAND_ENTRY
