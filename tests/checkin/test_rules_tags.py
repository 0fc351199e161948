"""What a scanned home tag proves."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from geopy.distance import geodesic

from app.checkin.rules.tags import (
    KnownTag,
    NearScan,
    Reading,
    ScanJudgement,
    is_replayed,
    is_timely,
    is_too_fast,
    judge_code,
    place_exceptions,
    place_witnesses,
    tag_findings,
    verdict_with_tag,
)
from app.checkin.tags import TagMedium, TagOutcome
from app.checkin.types import (
    EventKind,
    ExceptionCode,
    LocationSource,
    Place,
    Verdict,
    VisitTap,
    Witness,
)
from app.kernel.geo import Point
from app.kernel.tag_codes import read_code, write_code
from tests.checkin.terms import a_policy

KEY = b"k" * 32
TAG, CLIENT, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
CARER, COLLEAGUE, EVENT = UUID(int=4), UUID(int=5), UUID(int=6)
AT = datetime(2026, 11, 20, 1, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
TERMS = a_policy().location
PRINTED, CHIP = TagMedium.PRINTED, TagMedium.CHIP
I, U, O = Verdict.INSIDE, Verdict.UNCERTAIN, Verdict.OUTSIDE  # noqa: E741 - short names make the tables readable
NOWHERE, STALE = Verdict.NO_POSITION, Verdict.STALE
CODE = write_code("tianjin", TAG, 0, key=KEY)

CODES = [
    (CODE, KnownTag(CLIENT, KEY, None), "genuine"),
    ("https://example.com", None, "unreadable"),
    (write_code("huaian", TAG, 0, key=KEY), KnownTag(CLIENT, KEY, None), "other_fund"),
    (CODE, None, "unknown"),
    (CODE, KnownTag(CLIENT, None, None), "unknown"),
    (CODE[:-4] + "AAAA", KnownTag(CLIENT, KEY, None), "forged"),
    (CODE, KnownTag(OTHER, KEY, None), "other_client"),
    (CODE, KnownTag(CLIENT, KEY, AT), "revoked"),
    (CODE, KnownTag(CLIENT, KEY, AT + SECOND), "genuine"),
    (CODE[:-4] + "AAAA", KnownTag(OTHER, KEY, AT), "forged"),
]


@pytest.mark.parametrize(("text", "tag", "outcome"), CODES)
def test_a_code_is_genuine_when_it_is_signed_of_this_client_and_not_withdrawn_then(text, tag, outcome):
    assert judge_code(read_code(text), tag=tag, region="tianjin", client_id=CLIENT, at=AT) == outcome


def test_a_tap_at_nobody_the_carer_cares_for_proves_nothing_by_a_tag():
    outcome = judge_code(read_code(CODE), tag=KnownTag(CLIENT, KEY, None), region="tianjin", client_id=None, at=AT)

    assert outcome is TagOutcome.OTHER_CLIENT


READINGS = [
    ("the first one ever", [], False),
    ("one more", [Reading(6, AT - SECOND, COLLEAGUE)], False),
    ("the same, of a colleague", [Reading(7, AT, COLLEAGUE)], True),
    ("the same with his next tap", [Reading(7, AT - MINUTE, CARER)], False),
    ("the same a little later", [Reading(7, AT - MINUTE - SECOND, CARER)], True),
    ("a higher one before", [Reading(8, AT - MINUTE - SECOND, CARER)], True),
    ("a higher one before, as far as clocks tell", [Reading(8, AT - MINUTE, CARER)], False),
    ("a higher one after, arrived first", [Reading(8, AT + MINUTE, CARER)], False),
    ("a lower one after", [Reading(6, AT + MINUTE + SECOND, CARER)], True),
    ("a lower one after, as far as clocks tell", [Reading(6, AT + MINUTE, CARER)], False),
    ("one of several", [Reading(6, AT - MINUTE, CARER), Reading(8, AT - timedelta(days=9), COLLEAGUE)], True),
]


@pytest.mark.parametrize(("_case", "others", "replayed"), READINGS)
def test_a_counter_that_contradicts_another_reading_is_a_copys(_case, others, replayed):
    assert is_replayed(Reading(7, AT, CARER), others=others, tolerance=MINUTE) is replayed


HOME = Point(39.1, 117.2)


def a_place(metres_away: float) -> Place:
    there = geodesic(meters=metres_away).destination((HOME.latitude, HOME.longitude), 0)
    return Place(Point(there.latitude, there.longitude))


WAYS = [  # both fences of 200 m are left out of the way; 60 km/h are 1000 m a minute
    ([a_place(1390)], MINUTE, False),
    ([a_place(1410)], MINUTE, True),
    ([a_place(1410)], -MINUTE, True),
    ([a_place(390)], timedelta(0), False),
    ([a_place(410)], timedelta(0), True),
    ([a_place(50_000), a_place(100)], MINUTE, False),
    ([], MINUTE, False),
]


@pytest.mark.parametrize(("places", "later", "too_fast"), WAYS)
def test_two_tags_are_too_fast_when_nobody_gets_from_one_home_to_the_other(places, later, too_fast):
    near = NearScan(EVENT, AT + later, tuple(places))

    assert is_too_fast(at=AT, places=[Place(HOME)], near=near, terms=TERMS) is too_fast


SCANS = [
    (None, O, []),
    (ScanJudgement(TagOutcome.GENUINE, PRINTED), I, []),
    (ScanJudgement(TagOutcome.GENUINE, PRINTED), NOWHERE, []),
    (ScanJudgement(TagOutcome.GENUINE, CHIP), O, ["tag_elsewhere"]),
    (ScanJudgement(TagOutcome.GENUINE, CHIP, EVENT), I, ["tag_too_fast"]),
    (ScanJudgement(TagOutcome.GENUINE, CHIP, EVENT), O, ["tag_elsewhere", "tag_too_fast"]),
    (ScanJudgement(TagOutcome.REPLAYED), O, ["tag_replayed"]),
    (ScanJudgement(TagOutcome.REVOKED), O, ["tag_not_valid"]),
    (ScanJudgement(TagOutcome.UNREADABLE), I, ["tag_not_valid"]),
]


@pytest.mark.parametrize(("scan", "verdict", "told"), SCANS)
def test_a_scan_that_does_not_fit_is_told(scan, verdict, told):
    assert [each.code for each in tag_findings(scan, verdict=verdict)] == told


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_genuine_tag_makes_an_uncertain_position_certain_and_no_other(verdict: Verdict):
    genuine, revoked = ScanJudgement(TagOutcome.GENUINE, PRINTED), ScanJudgement(TagOutcome.REVOKED)
    alone = place_exceptions(verdict, source=LocationSource.WECHAT, scan=None)

    assert place_exceptions(verdict, source=LocationSource.WECHAT, scan=genuine) == (() if verdict is U else alone)
    assert place_exceptions(verdict, source=LocationSource.WECHAT, scan=revoked) == alone
    assert verdict_with_tag(verdict, CHIP) is (I if verdict is U else verdict)
    assert verdict_with_tag(verdict, None) is verdict


def test_a_simulated_position_stays_marked_with_a_tag():
    genuine = ScanJudgement(TagOutcome.GENUINE, CHIP)

    told = place_exceptions(U, source=LocationSource.SIMULATED, scan=genuine)

    assert told == (ExceptionCode.SIMULATED_LOCATION,)


POSITION, BOTH, BY_TAG = {Witness.POSITION}, {Witness.POSITION, Witness.TAG}, {Witness.TAG}
TAPS = [
    ([], set()),
    ([(I, None), (I, None)], POSITION),
    ([(I, None), (U, None)], POSITION),
    ([(U, None), (U, None)], set()),
    ([(I, None), (NOWHERE, None)], POSITION),
    ([(I, None), (O, None)], set()),
    ([(I, PRINTED), (I, None)], POSITION),
    ([(I, CHIP), (I, None)], BOTH),
    ([(U, PRINTED), (U, None)], BY_TAG),
    ([(U, CHIP), (U, None)], BY_TAG),
    ([(NOWHERE, CHIP), (NOWHERE, None)], BY_TAG),
    ([(STALE, PRINTED)], set()),
    ([(STALE, CHIP)], BY_TAG),
    ([(NOWHERE, PRINTED), (NOWHERE, None)], set()),
    ([(NOWHERE, PRINTED), (U, None)], set()),
    ([(I, None), (U, PRINTED)], POSITION),
    ([(I, CHIP), (O, CHIP)], set()),
    ([(O, PRINTED)], set()),
]


@pytest.mark.parametrize(("told", "witnesses"), TAPS)
def test_a_printed_tag_stands_in_for_a_position_and_a_chip_seconds_it(told, witnesses):
    taps = [VisitTap(EVENT, EventKind.IN, AT, verdict, tag=tag) for verdict, tag in told]

    assert place_witnesses(taps) == witnesses


LATE = a_policy().clock.late_window
EARLY = a_policy().clock.skew_flag_after
HOUR = 60 * MINUTE


@pytest.mark.parametrize(
    ("at", "ends_at", "timely"),
    [
        (AT, None, True),
        (AT - EARLY, None, True),
        (AT - EARLY - SECOND, None, False),
        (AT + LATE, None, True),
        (AT + LATE + SECOND, None, False),
        (AT + HOUR + LATE, AT + HOUR, True),
        (AT + HOUR + LATE + SECOND, AT + HOUR, False),
        (AT + LATE, AT - HOUR, True),  # a tap after the planned end has its own window
    ],
)
def test_a_tag_scanned_later_speaks_for_its_tap_while_the_visit_lasts(at, ends_at, timely):
    assert is_timely(at, tapped_at=AT, ends_at=ends_at, terms=a_policy().clock) is timely


def test_a_scan_out_of_time_leaves_nothing_to_look_into():
    assert tag_findings(ScanJudgement(TagOutcome.OUT_OF_TIME), verdict=Verdict.OUTSIDE) == ()
