"""Was the phone at the home: boundaries, several homes, and positions that cannot tell."""

from datetime import UTC, datetime, timedelta

import pytest
from geopy.distance import geodesic

from app.checkin.rules.location import judge_location, kept_fix, location_exceptions, withheld_exceptions
from app.checkin.types import ExceptionCode, Fix, LocationSource, Place, Verdict
from app.kernel.geo import CoordinateSystem, Point, from_wgs84
from tests.checkin.terms import a_policy

HOME = Point(39.1, 117.2)
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TERMS = a_policy(location={"radius_m": 200}).location
I, U, O = Verdict.INSIDE, Verdict.UNCERTAIN, Verdict.OUTSIDE  # noqa: E741 - short names make the table readable


def north_of(point: Point, metres: float) -> Point:
    there = geodesic(meters=metres).destination((point.latitude, point.longitude), 0)
    return Point(there.latitude, there.longitude)


def a_fix(at: Point = HOME, *, accuracy_m: float | None = 20, fixed_at: datetime | None = None) -> Fix:
    return Fix(at.latitude, at.longitude, CoordinateSystem.WGS84, LocationSource.WECHAT, accuracy_m, fixed_at)


@pytest.mark.parametrize(
    ("metres_away", "accuracy_m", "verdict"),
    [
        (0, 0, I),
        (150, 40, I),
        (159.9, 40, I),
        (160.1, 40, U),
        (190, 40, U),
        (239.9, 40, U),
        (240.1, 40, O),
        (260, 40, O),
        (199.9, 0, I),
        (200.1, 0, O),
        (0, 200.1, U),
        (5000, 10_000, U),
    ],
)
def test_a_position_is_judged_with_its_accuracy(metres_away: float, accuracy_m: float, verdict: Verdict):
    fix = a_fix(north_of(HOME, metres_away), accuracy_m=accuracy_m)

    assert judge_location(fix, places=[Place(HOME)], occurred_at=AT, terms=TERMS).verdict is verdict


@pytest.mark.parametrize(("metres_away", "verdict"), [(0, U), (699, U), (701, O)])
def test_a_fix_without_accuracy_counts_as_half_a_kilometre_off(metres_away: float, verdict: Verdict):
    fix = a_fix(north_of(HOME, metres_away), accuracy_m=None)

    assert judge_location(fix, places=[Place(HOME)], occurred_at=AT, terms=TERMS).verdict is verdict


def test_the_best_verdict_of_several_homes_wins():
    far, near = Place(north_of(HOME, 3000)), Place(north_of(HOME, 50))

    judged = judge_location(a_fix(), places=[far, near], occurred_at=AT, terms=TERMS)

    assert (judged.verdict, judged.distance_m) == (I, 50)


def test_a_farther_home_with_a_better_verdict_wins_over_a_nearer_one():
    near_but_small, far_but_wide = Place(north_of(HOME, 100), radius_m=30), Place(north_of(HOME, 400), radius_m=1000)

    judged = judge_location(a_fix(), places=[near_but_small, far_but_wide], occurred_at=AT, terms=TERMS)

    assert (judged.verdict, judged.distance_m) == (I, 400)


@pytest.mark.parametrize(("radius_m", "verdict"), [(50, O), (100, U), (None, I), (1000, I)])
def test_a_homes_own_radius_overrides_the_policys(radius_m: int | None, verdict: Verdict):
    fix = a_fix(north_of(HOME, 110))

    judged = judge_location(fix, places=[Place(HOME, radius_m)], occurred_at=AT, terms=TERMS)

    assert judged.verdict is verdict


@pytest.mark.parametrize(
    ("age_s", "verdict"), [(0, I), (120, I), (121, Verdict.STALE), (-120, I), (-121, Verdict.FUTURE)]
)
def test_a_fix_must_be_of_the_moment(age_s: int, verdict: Verdict):
    fix = a_fix(fixed_at=AT - timedelta(seconds=age_s))

    assert judge_location(fix, places=[Place(HOME)], occurred_at=AT, terms=TERMS).verdict is verdict


def test_positions_that_cannot_tell_have_outcomes_of_their_own():
    place = [Place(HOME)]

    assert judge_location(None, places=place, occurred_at=AT, terms=TERMS).verdict is Verdict.NO_POSITION
    assert judge_location(a_fix(Point(0, 0)), places=place, occurred_at=AT, terms=TERMS).verdict is Verdict.NULL_ISLAND
    assert judge_location(a_fix(), places=[], occurred_at=AT, terms=TERMS).verdict is Verdict.NO_HOME


@pytest.mark.parametrize("system", list(CoordinateSystem))
def test_a_fix_is_judged_in_its_own_coordinate_system(system: CoordinateSystem):
    latitude, longitude = from_wgs84(HOME, system)
    fix = Fix(latitude, longitude, system, LocationSource.WECHAT, 10)

    judged = judge_location(fix, places=[Place(HOME)], occurred_at=AT, terms=TERMS)

    assert judged.verdict is I
    assert judged.distance_m is not None
    assert judged.distance_m <= 1


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not I])
def test_every_verdict_but_inside_is_told(verdict: Verdict):
    assert len(location_exceptions(verdict, source=LocationSource.WECHAT)) == 1


def test_a_simulated_position_is_marked_even_inside():
    found = location_exceptions(I, source=LocationSource.SIMULATED)

    assert found == (ExceptionCode.SIMULATED_LOCATION,)
    assert location_exceptions(I, source=LocationSource.WECHAT) == ()


def test_of_a_withdrawn_consent_no_position_is_kept_and_the_phone_is_told_if_it_sent_one():
    fix, told = a_fix(), (ExceptionCode.POSITION_NOT_KEPT,)
    cases = [(fix, False, fix, ()), (fix, True, None, told), (None, False, None, ()), (None, True, None, ())]

    for sent, is_withdrawn, kept, exceptions in cases:
        assert kept_fix(sent, is_withdrawn=is_withdrawn) is kept
        assert withheld_exceptions(sent, is_withdrawn=is_withdrawn) == exceptions
