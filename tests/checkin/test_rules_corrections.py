"""Who may correct a record, and what a granted correction comes to."""

from datetime import date, timedelta

import pytest

from app.checkin.corrections import NOT_ACCEPTABLE, CorrectionKind, CorrectionReason, CorrectionRefusal, Resolution
from app.checkin.rules.corrections import corrected_span, hand_entry, is_locked, judge_correction
from app.checkin.rules.grading import FOR_OPERATOR, severity_of
from app.checkin.types import ExceptionCode, ReviewStep, Severity, Standing
from tests.checkin.terms import a_policy
from tests.schedules.factories import HOUR, NOW

AGENCY, OPERATOR = ReviewStep.AGENCY, ReviewStep.OPERATOR
SERVED, LOCK = date(2026, 11, 20), timedelta(days=60)
LAST, LOCKED = date(2027, 1, 19), date(2027, 1, 20)
TIMES, SWAPPED = CorrectionKind.TIMES, CorrectionKind.SWAPPED
EARLY, LATE = NOW - 2 * HOUR, NOW - HOUR


@pytest.mark.parametrize(
    ("step", "today", "until", "locked"),
    [
        (AGENCY, SERVED, None, False),
        (AGENCY, LAST, None, False),  # the last of the policy's days
        (AGENCY, LOCKED, None, True),
        (AGENCY, LOCKED, LAST, True),  # unlocked once, and over
        (AGENCY, LOCKED, LOCKED, False),  # unlocked up to today
        (AGENCY, LOCKED, date(2027, 2, 1), False),
        (AGENCY, SERVED, LAST, False),
        (OPERATOR, date(2030, 1, 1), None, False),
    ],
)
def test_a_record_is_locked_for_its_agency_after_the_policys_days(step, today, until, locked):
    assert is_locked(step, service_on=SERVED, today=today, lock=LOCK, unlocked_until=until) is locked


def test_the_nations_lock_is_sixty_days():
    assert a_policy().entry.edit_lock == LOCK


@pytest.mark.parametrize(
    ("locked", "standing", "refusal"),
    [
        (False, Standing.HELD, None),
        (False, Standing.ACCEPTED, None),
        (False, Standing.OPEN, None),
        (False, Standing.REFUSED, CorrectionRefusal.VISIT_REFUSED),
        (True, Standing.HELD, CorrectionRefusal.EDIT_LOCKED),
        (True, Standing.REFUSED, CorrectionRefusal.EDIT_LOCKED),
    ],
)
def test_a_correction_is_granted_while_it_is_open_and_nobody_refused_the_visit(locked, standing, refusal):
    assert judge_correction(locked=locked, standing=standing) is refusal


@pytest.mark.parametrize(
    ("kind", "tapped", "asked", "span"),
    [
        (TIMES, (EARLY, LATE), (None, NOW), (EARLY, NOW)),  # what is asked for stands in place of the tap
        (TIMES, (EARLY, None), (None, NOW), (EARLY, NOW)),
        (TIMES, (None, LATE), (EARLY, None), (EARLY, LATE)),
        (TIMES, (EARLY, None), (EARLY, None), None),  # the other end is still not known
        (SWAPPED, (LATE, EARLY), (None, None), (EARLY, LATE)),
        (SWAPPED, (EARLY, LATE), (None, None), (EARLY, LATE)),  # the record has them in order already
        (SWAPPED, (LATE, None), (EARLY, None), (EARLY, LATE)),  # the lone tap in was the leaving
        (SWAPPED, (None, EARLY), (None, LATE), (EARLY, LATE)),
        (SWAPPED, (LATE, None), (None, None), None),
    ],
)
def test_a_corrected_visit_lasts_from_what_is_known_to_what_is_asked_for(kind, tapped, asked, span):
    found = corrected_span(kind, tapped_in=tapped[0], tapped_out=tapped[1], began_at=asked[0], ended_at=asked[1])

    assert found == span


@pytest.mark.parametrize("resolution", Resolution)
@pytest.mark.parametrize("reason", CorrectionReason)
def test_what_somebody_could_help_or_is_not_paid_is_looked_at_by_the_operator_too(reason, resolution):
    mark = hand_entry(reason, resolution)

    doubt = reason in NOT_ACCEPTABLE or resolution is Resolution.NOT_PAYABLE
    assert mark is (ExceptionCode.HAND_ENTRY_IN_DOUBT if doubt else ExceptionCode.HAND_ENTRY)
    assert (mark in FOR_OPERATOR) == doubt
    assert severity_of(mark) is (Severity.MUST_FIX if doubt else Severity.ACKNOWLEDGE)


def test_reasons_are_split_into_acceptable_and_not():
    assert len(CorrectionReason) == 21
    assert set(CorrectionReason) > NOT_ACCEPTABLE
    assert CorrectionReason.FORGOT in NOT_ACCEPTABLE
    assert CorrectionReason.PHONE_FAILED not in NOT_ACCEPTABLE
