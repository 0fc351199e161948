"""What the statements of client and guardian mean."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.checkin.commands import Confirmation
from app.checkin.rules.statements import StatedTimes, Weighed, attested_end, ends_told, is_late, stated_times, weigh
from app.checkin.service.statements import stated
from app.checkin.statements import Signature, Speaker, StatedConfirmation, StatementReason, StatementView
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


CLIENT, CARER, AGENCY = Speaker


def word(speaker, *, ends=None, begins=None, holds=None):
    """A statement with times in minutes after nine."""
    begin, end = (None if each is None else minute(each) for each in (begins, ends))
    return StatementView(
        id=new_id(), speaker=speaker, times=None, items=None, service=None, signature=Signature.NONE, reason=None,
        began_at=begin, ended_at=end, holds=holds, occurred_at=NOW, received_at=NOW,
    )  # fmt: skip


def minute(number):
    return NOW + timedelta(minutes=number)


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ([], {}),
        ([word(CARER, ends=60)], {CARER: 60}),
        ([word(CARER, ends=60), word(CARER, ends=50)], {CARER: 50}),  # the newest word
        ([word(CARER, ends=60), word(CLIENT, holds=True)], {CARER: 60, CLIENT: 60}),
        ([word(CARER, ends=60), word(CLIENT, holds=True, ends=45)], {CARER: 60, CLIENT: 45}),
        ([word(CLIENT, holds=True), word(CARER, ends=60)], {CARER: 60}),  # what he confirmed was not this end
        ([word(CLIENT, holds=True, ends=45), word(CARER, ends=60)], {CARER: 60, CLIENT: 45}),
        ([word(CARER, ends=60), word(CLIENT)], {CARER: 60}),  # neither confirms nor denies, or too late
        ([word(CARER, ends=60), word(CLIENT, ends=60)], {CARER: 60}),
        ([word(CARER, ends=60), word(CLIENT, holds=True), word(CLIENT, holds=False)], {CARER: 60}),
        ([word(CARER, ends=60), word(CLIENT, holds=True), word(CARER, ends=90)], {CARER: 90, CLIENT: 60}),
        ([word(CARER), word(AGENCY, begins=0, ends=55)], {AGENCY: 55}),
    ],
)
def test_each_has_one_word_about_the_end(said, ends):
    assert ends_told(said) == {speaker: minute(end) for speaker, end in ends.items()}


@pytest.mark.parametrize(
    ("ends", "planned", "attested"),
    [
        ([], 60, None),
        ([60], 60, None),  # one word pays nothing
        ([50, 50], 60, 50),
        ([50, 40], 60, 40),  # that long both attest
        ([80, 70], 60, 60),  # at most the planned end
        ([80, 50], 60, 50),
        ([80, 70], None, 70),  # a visit nobody planned
        ([30, 50, 40], 60, 40),  # two of three
    ],
)
def test_the_payable_end_is_what_two_attest_at_most_the_planned_one(ends, planned, attested):
    planned_to = None if planned is None else minute(planned)

    end = attested_end([minute(each) for each in ends], planned_to=planned_to)

    assert end == (None if attested is None else minute(attested))


@pytest.mark.parametrize(
    ("said", "began", "stated", "settled"),
    [
        ([], 0, (None, None), set()),
        ([word(CARER, ends=50)], 0, (None, None), set()),
        ([word(CARER, ends=50), word(CLIENT, holds=True)], 0, (None, 50), {ExceptionCode.NO_CLOCK_OUT}),
        ([word(CARER, ends=50), word(CLIENT, holds=True)], 50, (None, None), set()),  # before he came
        ([word(CARER, ends=50), word(CLIENT, holds=True)], None, (None, None), set()),  # when he came is not known
        ([word(AGENCY, begins=5, ends=50)], 0, (None, 50), {ExceptionCode.NO_CLOCK_OUT}),  # the tap stands
        (
            [word(AGENCY, begins=5, ends=50)],
            None,
            (5, 50),
            {ExceptionCode.NO_CLOCK_IN, ExceptionCode.NO_CLOCK_OUT},
        ),
        ([word(AGENCY, begins=5, ends=50), word(AGENCY, begins=6, ends=40)], None, (6, 40), None),
        ([word(AGENCY, begins=5, ends=50), word(CLIENT, holds=True, ends=45)], None, (5, 45), None),
    ],
)
def test_words_stand_in_for_taps_that_lack(said, began, stated, settled):
    began_at = None if began is None else minute(began)

    times = stated_times(said, began_at=began_at, planned_to=minute(60))

    assert (times.began_at, times.ended_at) == tuple(None if each is None else minute(each) for each in stated)
    assert settled is None or times.settled == settled


@pytest.mark.parametrize(
    ("ended", "latest", "recorded", "is_lacking", "changes"),
    [
        (None, None, 60, True, False),
        (None, 50, 60, True, True),  # nobody is paid for longer than he himself says
        (None, 70, 60, True, False),
        (None, 60, 60, True, False),
        (50, 50, 60, True, True),
        (60, 60, 60, True, True),  # two attest what only stood in before
        (60, 60, 60, False, False),
        (50, 50, 60, False, True),
    ],
)
def test_words_change_a_record_once(ended, latest, recorded, is_lacking, changes):
    times = StatedTimes(None, *(None if each is None else minute(each) for each in (ended, latest)))

    assert times.change(recorded_end=minute(recorded), is_lacking=is_lacking) is changes


def test_one_word_alone_caps_only_who_says_it_of_himself():
    by_carer, by_client = word(CARER, ends=50), word(CLIENT, holds=True, ends=40)

    assert stated_times([by_carer], began_at=NOW, planned_to=minute(60)) == StatedTimes(latest=minute(50))
    assert stated_times([by_client], began_at=NOW, planned_to=minute(60)) == StatedTimes()
    assert stated_times([by_carer, by_client], began_at=NOW, planned_to=minute(60)).ended_at == minute(40)
