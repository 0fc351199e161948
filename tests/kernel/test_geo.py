from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.geo import CoordinateSystem, Point, distance_m, from_wgs84, is_null_island, to_wgs84

WGS84, GCJ02, BD09 = CoordinateSystem.WGS84, CoordinateSystem.GCJ02, CoordinateSystem.BD09

OFFSETS = [
    ("Shanghai", 31.2304, 121.4737, 481),
    ("Jiading", 31.3756, 121.2653, 475),
    ("Tianjin", 39.0842, 117.2009, 555),
    ("Huai'an", 33.6104, 119.0153, 529),
    ("Changchun", 43.8171, 125.3235, 589),
]


@pytest.mark.parametrize(("place", "latitude", "longitude", "metres"), OFFSETS)
def test_the_chinese_map_is_off_by_the_known_distance(place, latitude, longitude, metres):
    point = Point(latitude, longitude)

    shifted = Point(*from_wgs84(point, GCJ02))

    assert distance_m(point, shifted) == pytest.approx(metres, abs=2)


SHIFTED = [
    ((31.1774276, 121.5272106), GCJ02, (31.1753039836, 121.5315418592)),
    ((22.543847, 113.912316), GCJ02, (22.5407961317, 113.9171764808)),
    ((39.911954, 116.377817), GCJ02, (39.9133454554, 116.3840472246)),
]


@pytest.mark.parametrize(("wgs", "system", "shifted"), SHIFTED)
def test_published_pairs_of_coordinates_are_met(wgs, system, shifted):
    there = from_wgs84(Point(*wgs), system)
    back = to_wgs84(*shifted, system)

    assert there == pytest.approx(shifted, abs=1e-9)
    assert (back.latitude, back.longitude) == pytest.approx(wgs, abs=1e-9)


def test_baidu_shifts_the_chinese_map_by_the_published_amount():
    point = to_wgs84(39.915, 116.404, GCJ02)

    baidu = from_wgs84(point, BD09)

    assert baidu == pytest.approx((39.9213369935, 116.4103694937), abs=1e-8)


# So far inside the box that the shifted pair is inside too: in the north the shift is 0.015 degrees of longitude.
INSIDE = st.builds(Point, st.floats(0.84, 55.81), st.floats(72.03, 137.8))


@given(INSIDE, st.sampled_from(CoordinateSystem))
def test_a_place_in_china_comes_back_within_a_tenth_of_a_metre(point, system):
    back = to_wgs84(*from_wgs84(point, system), system)

    assert distance_m(point, back) < 0.1


@given(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from(CoordinateSystem))
def test_every_place_on_earth_has_a_point(latitude, longitude, system):
    point = to_wgs84(latitude, longitude, system)

    assert distance_m(point, Point(latitude, longitude)) < 3000


OUTSIDE = [
    (0.8292, 100.0),
    (55.8272, 100.0),
    (30.0, 72.0039),
    (30.0, 137.8348),
    (48.85, 2.35),
    (-33.9, 151.2),
    (90, 180),
]


@pytest.mark.parametrize(("latitude", "longitude"), OUTSIDE)
@pytest.mark.parametrize("system", CoordinateSystem)
def test_outside_china_the_systems_are_one(latitude, longitude, system):
    point = to_wgs84(latitude, longitude, system)

    assert point == Point(latitude, longitude)
    assert from_wgs84(point, system) == (latitude, longitude)


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(0.8293, 100.0), (55.8271, 100.0), (30.0, 72.004), (30.0, 137.8347)]
)
def test_the_edge_of_the_box_is_shifted(latitude, longitude):
    assert from_wgs84(Point(latitude, longitude), GCJ02) != (latitude, longitude)


def test_wgs84_is_kept_as_received():
    assert to_wgs84(31.2304, 121.4737, WGS84) == Point(31.2304, 121.4737)


NOWHERE = [(90.0001, 0), (-90.0001, 0), (0, 180.0001), (0, -180.0001), (nan, 0), (0, nan), (inf, 0), (0, -inf)]


@pytest.mark.parametrize(("latitude", "longitude"), NOWHERE)
@pytest.mark.parametrize("system", CoordinateSystem)
def test_absurd_coordinates_are_no_point(latitude, longitude, system):
    with pytest.raises(ValueError, match=r"coordinates|latitude"):
        to_wgs84(latitude, longitude, system)


DISTANCES = [
    ((0, 0), (0, 1), 111319.49),
    ((0, 0), (1, 0), 110574.39),
    ((31.2304, 121.4737), (31.2304, 121.4737), 0),
    ((39.0842, 117.2009), (31.2304, 121.4737), 953_400),
    ((0, 179.9), (0, -179.9), 22263.90),
]


@pytest.mark.parametrize(("a", "b", "metres"), DISTANCES)
def test_distances_follow_the_ellipsoid(a, b, metres):
    assert distance_m(Point(*a), Point(*b)) == pytest.approx(metres, rel=1e-3, abs=0.01)
    assert distance_m(Point(*b), Point(*a)) == pytest.approx(metres, rel=1e-3, abs=0.01)


ISLANDS = [(0, 0, True), (-0.0, 0.0, True), (0.0099, -0.0099, True), (0.01, 0, False), (0, 0.01, False), (31, 0, False)]
ISLANDS += [(0, 121, False), (nan, 0, False)]


@pytest.mark.parametrize(("latitude", "longitude", "expected"), ISLANDS)
def test_zero_zero_is_no_fix(latitude, longitude, expected):
    assert is_null_island(latitude, longitude) is expected


def test_a_point_does_not_change():
    point = Point(31.2304, 121.4737)

    with pytest.raises(AttributeError):
        point.latitude = 0
