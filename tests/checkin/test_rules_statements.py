"""What the statements of client and guardian mean."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.checkin.commands import Confirmation
from app.checkin.rules.statements import Weighed, is_late, weigh
from app.checkin.service.statements import stated
from app.checkin.statements import Signature, StatedConfirmation, StatementReason
from app.checkin.types import ExceptionCode, Found
from app.kernel.ids import new_id
from tests.checkin.terms import a_policy
from tests.schedules.factories import HOUR, NOW

YES, NO, OPEN = True, False, None
SERVICE_DENIED = Found(ExceptionCode.CLIENT_DENIES, {"statement": "service"})
TIMES_DENIED = Found(ExceptionCode.CLIENT_DENIES, {"statement": "times"})
ITEMS_DENIED = Found(ExceptionCode.ITEMS_DENIED)
HIS_PHONE = Found(ExceptionCode.CONFIRMED_ON_CARERS_PHONE)


def said(times, items, service, **more):
    return StatedConfirmation(id=new_id(), occurred_at=NOW, times=times, items=items, service=service, **more)


@pytest.mark.parametrize(
    ("words", "holds", "found"),
    [
        ((YES, YES, YES), True, ()),
        ((YES, OPEN, YES), True, ()),  # who came and when is known, the items are not
        ((YES, NO, YES), True, (ITEMS_DENIED,)),
        ((NO, YES, YES), False, (TIMES_DENIED,)),
        ((NO, OPEN, OPEN), False, (TIMES_DENIED,)),
        ((YES, YES, NO), False, (SERVICE_DENIED,)),
        ((OPEN, OPEN, NO), False, (SERVICE_DENIED,)),
        ((NO, NO, NO), False, (SERVICE_DENIED, TIMES_DENIED, ITEMS_DENIED)),
        ((OPEN, NO, OPEN), None, (ITEMS_DENIED,)),
        ((OPEN, YES, YES), None, ()),  # when is not said
        ((YES, YES, OPEN), None, ()),  # whether there was care is not said
        ((OPEN, OPEN, OPEN), None, ()),
    ],
)
def test_statements_are_a_witness_a_denial_or_neither(words, holds, found):
    assert weigh(said(*words), is_late=False, on_carers_phone=False) == Weighed(holds, found)


@pytest.mark.parametrize("signature", Signature)
def test_who_was_absent_neither_confirms_nor_denies(signature):
    absent = said(OPEN, OPEN, OPEN, reason=StatementReason.WAS_ABSENT, signature=signature)

    assert weigh(absent, is_late=False, on_carers_phone=True) == Weighed(None)


@pytest.mark.parametrize(
    ("words", "late", "his", "holds", "found"),
    [
        ((YES, YES, YES), True, False, None, ()),
        ((YES, YES, YES), False, True, None, (HIS_PHONE,)),
        ((YES, YES, YES), True, True, None, (HIS_PHONE,)),
        ((OPEN, YES, YES), False, True, None, ()),  # would be no witness anyway
        ((YES, YES, NO), True, True, False, (SERVICE_DENIED,)),  # nobody denies for the carer
        ((YES, NO, YES), True, False, None, (ITEMS_DENIED,)),
    ],
)
def test_late_or_from_the_carers_own_phone_it_is_no_witness_but_a_denial_stays_one(words, late, his, holds, found):
    assert weigh(said(*words), is_late=late, on_carers_phone=his) == Weighed(holds, found)


@pytest.mark.parametrize(
    ("ended", "known", "at", "late"),
    [
        (0, 0, 72, False),
        (0, 0, 72.01, True),
        (0, 30, 102, False),  # the phone told late: the client could not confirm before
        (0, 30, 102.01, True),
        (5, 0, 77, False),
    ],
)
def test_a_confirmation_is_late_three_days_after_the_visit_and_its_record(ended, known, at, late):
    ended_at, known_at, told_at = (NOW + hours * HOUR for hours in (ended, known, at))
    terms = replace(a_policy().visit, confirmation_within=timedelta(hours=72))

    assert is_late(ended_at=ended_at, known_at=known_at, at=told_at, terms=terms) is late


@pytest.mark.parametrize(("holds", "words"), [(True, (YES, YES, YES)), (False, (OPEN, OPEN, NO))])
def test_one_word_stands_for_all_statements(holds, words):
    command = Confirmation(new_id(), holds=holds, occurred_at=NOW)

    full = stated(command)

    assert (full.times, full.items, full.service, full.id) == (*words, command.id)
