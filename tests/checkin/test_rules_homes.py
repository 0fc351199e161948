"""Where a client is really cared for: a centre that outliers do not move, and when the address looks wrong."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from geopy.distance import geodesic

from app.checkin.homes import LearnedHome, SeenAt
from app.checkin.rules.homes import find_address_fault, is_better, learn_home
from app.checkin.types import Place, Verdict
from app.kernel.geo import Point, distance_m
from tests.checkin.terms import a_policy
from tests.schedules.factories import HOME

TERMS = a_policy(location={"radius_m": 200}).location
DAY, CARER, ANOTHER = date(2026, 11, 20), UUID(int=1), UUID(int=2)
INSIDE, UNCERTAIN, OUTSIDE = Verdict.INSIDE, Verdict.UNCERTAIN, Verdict.OUTSIDE


def off(metres: float, bearing: float = 0, *, of: Point = HOME) -> Point:
    there = geodesic(meters=metres).destination((of.latitude, of.longitude), bearing)
    return Point(there.latitude, there.longitude)


def around(number: int, *, centre: Point = HOME, days: int = 3, carers: int = 1, metres: float = 12) -> list[SeenAt]:
    """Taps in a ring around a place, as phones indoors scatter."""
    spots = [off(metres, each * 360 / number, of=centre) for each in range(number)]
    when = [DAY + timedelta(days=each % days) for each in range(number)]
    return [SeenAt(spots[each], when[each], UUID(int=1 + each % carers)) for each in range(number)]


def far(number: int, *, metres: float = 3000) -> list[SeenAt]:
    """Taps from another place, all of one day."""
    return [SeenAt(off(metres, 70), DAY, CARER) for _ in range(number)]


def scattered(number: int) -> list[SeenAt]:
    return [SeenAt(off(1000 + 700 * each, 40 * each), DAY, CARER) for each in range(number)]


@pytest.mark.parametrize("outliers", [far(1), far(6), far(6, metres=200_000), scattered(6)])
def test_up_to_a_third_of_outliers_does_not_move_the_centre(outliers: list[SeenAt]):
    clean = learn_home(around(12))

    learned = learn_home([*outliers, *around(12)])

    assert clean is not None
    assert learned == clean
    assert distance_m(clean.centre, HOME) < 1
    assert (clean.spread_m, clean.taps, clean.days, clean.carers) == (12, 12, 3, 1)


def test_more_outliers_than_good_taps_are_the_home_themselves_or_nothing():
    assert learn_home([*far(13), *around(12)]) is None  # all of one day
    moved = learn_home([*around(13, centre=off(3000)), *around(6)])
    assert moved is not None
    assert distance_m(moved.centre, off(3000)) < 5


@pytest.mark.parametrize(
    ("seen", "is_learned"),
    [
        ([], False),
        (around(7), False),
        (around(8), True),
        (around(8, days=2), False),
        (around(20, days=2), False),
        ([*around(7), *far(3)], False),  # what does not belong does not count
        ([*around(8), *far(3)], True),
    ],
)
def test_a_home_is_learned_from_enough_taps_of_enough_days(seen: list[SeenAt], is_learned: bool):
    assert (learn_home(seen) is not None) is is_learned


def learned(*, metres: float, spread_m: int = 20, days: int = 3, carers: int = 2) -> LearnedHome:
    return LearnedHome(off(metres), spread_m, 12, days, carers)


@pytest.mark.parametrize(
    ("home", "fault"),
    [
        (learned(metres=0), None),
        (learned(metres=219), None),  # within radius and spread
        (learned(metres=222), 222),
        (learned(metres=900), 900),
        (learned(metres=900, spread_m=100), 900),
        (learned(metres=900, spread_m=101), None),  # of no one place
        (learned(metres=900, carers=1), None),  # one carer on few days
        (learned(metres=900, carers=1, days=4), None),
        (learned(metres=900, carers=1, days=5), 900),
        (learned(metres=900, carers=3, days=3), 900),
    ],
)
def test_an_address_is_doubted_when_several_agree_beyond_radius_and_spread(home: LearnedHome, fault: int | None):
    assert find_address_fault(home, places=[Place(HOME)], declined=(), terms=TERMS) == fault


@pytest.mark.parametrize(
    ("places", "declined", "fault"),
    [
        ([Place(HOME), Place(off(5000))], (), 900),  # the nearest is told
        ([Place(HOME), Place(off(950))], (), None),  # one of several approved places is enough
        ([Place(HOME, 1000)], (), None),  # its own radius
        ([], (), None),
        ([Place(HOME)], (off(1049),), None),  # a person said no to this place
        ([Place(HOME)], (off(1055),), 900),
    ],
)
def test_every_approved_place_and_what_was_declined_is_looked_at(places, declined, fault):
    assert find_address_fault(learned(metres=900), places=places, declined=declined, terms=TERMS) == fault


@pytest.mark.parametrize(
    ("now", "before", "better"),
    [
        (INSIDE, OUTSIDE, True),
        (INSIDE, UNCERTAIN, True),
        (UNCERTAIN, OUTSIDE, True),
        (INSIDE, INSIDE, False),
        (OUTSIDE, UNCERTAIN, False),
        (OUTSIDE, INSIDE, False),
        (INSIDE, Verdict.STALE, False),  # a stale fix proves nothing anywhere
        (Verdict.FUTURE, OUTSIDE, False),
    ],
)
def test_a_later_place_only_speaks_for_the_carer(now, before, better):
    assert is_better(now, than=before) is better
