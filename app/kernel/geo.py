"""Coordinates: every pair carries its system, everything is judged in WGS-84.

GCJ-02 is the shifted datum of Chinese maps, several hundred metres off; BD-09 is Baidu's further shift of it. The
forward transforms are the publicly known ones; they have no closed inverse, so the way back is found by iteration.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import atan2, cos, hypot, isfinite, pi, radians, sin, sqrt

from geopy.distance import geodesic

Pair = tuple[float, float]  # latitude, longitude

# Ellipsoid of GCJ-02: Krasovsky 1940.
SEMI_MAJOR_M = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
# The box in which maps are shifted. It takes in neighbouring countries too; no home of a fund lies near its edge.
SHIFTED_LATITUDES = (0.8293, 55.8271)
SHIFTED_LONGITUDES = (72.004, 137.8347)
BAIDU_WAVE = pi * 3000.0 / 180.0
# Each round shrinks the error about a hundredfold; 1e-9 degrees is about 0.1 mm.
CLOSE_ENOUGH_DEGREES = 1e-9
MOST_ROUNDS = 12
# One for all distances: it keeps what it derives from the ellipsoid, a third of the cost of a distance.
ALONG_WGS84 = geodesic(ellipsoid="WGS-84")
# No land lies within a kilometre of (0, 0); rounding and map shifts stay far inside.
NULL_ISLAND_DEGREES = 0.01


class CoordinateSystem(StrEnum):
    """The system a latitude and longitude are given in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True, slots=True)
class Point:
    """A place on earth, degrees in WGS-84. Raises ValueError beyond ±90 and ±180, and for NaN and infinity."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (isfinite(self.latitude) and isfinite(self.longitude)):
            raise ValueError("coordinates are finite numbers")
        if abs(self.latitude) > 90 or abs(self.longitude) > 180:
            raise ValueError("latitude is within ±90 and longitude within ±180 degrees")


def to_wgs84(latitude: float, longitude: float, system: CoordinateSystem) -> Point:
    """Give the WGS-84 point of coordinates in `system`, to better than 0.1 m.

    Outside the shifted box the three systems are taken as one. Raises ValueError as `Point` does.
    """
    pair = (latitude, longitude)
    if system is not CoordinateSystem.WGS84 and _is_shifted(pair):
        if system is CoordinateSystem.BD09:
            pair = _undo(_baidu_from_gcj, pair)
        pair = _undo(_gcj_from_wgs, pair)
    return Point(*pair)


def from_wgs84(point: Point, system: CoordinateSystem) -> tuple[float, float]:
    """Give (latitude, longitude) of a WGS-84 point in `system`, for maps."""
    pair = (point.latitude, point.longitude)
    if system is CoordinateSystem.WGS84 or not _is_shifted(pair):
        return pair
    pair = _gcj_from_wgs(pair)
    return _baidu_from_gcj(pair) if system is CoordinateSystem.BD09 else pair


def distance_m(a: Point, b: Point) -> float:
    """Give the distance of two points in metres along the WGS-84 ellipsoid."""
    return 1000.0 * float(ALONG_WGS84.measure((a.latitude, a.longitude), (b.latitude, b.longitude)))


def is_null_island(latitude: float, longitude: float) -> bool:
    """Say whether coordinates are the (0, 0) of a phone that had no fix."""
    return abs(latitude) < NULL_ISLAND_DEGREES and abs(longitude) < NULL_ISLAND_DEGREES


def _is_shifted(pair: Pair) -> bool:
    latitude, longitude = pair
    south, north = SHIFTED_LATITUDES
    west, east = SHIFTED_LONGITUDES
    return south <= latitude <= north and west <= longitude <= east


def _gcj_from_wgs(pair: Pair) -> Pair:
    latitude, longitude = pair
    north_m, east_m = _shift_m(x=longitude - 105.0, y=latitude - 35.0)
    curve = 1 - ECCENTRICITY_SQUARED * sin(radians(latitude)) ** 2
    metres_per_radian_north = SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED) / (curve * sqrt(curve))
    metres_per_radian_east = SEMI_MAJOR_M / sqrt(curve) * cos(radians(latitude))
    return (
        latitude + north_m / metres_per_radian_north * 180.0 / pi,
        longitude + east_m / metres_per_radian_east * 180.0 / pi,
    )


def _shift_m(*, x: float, y: float) -> tuple[float, float]:
    """Give the shift (north, east) in metres at x degrees east of 105° E and y degrees north of 35° N."""
    ripple = 20.0 * sin(6 * pi * x) + 20.0 * sin(2 * pi * x)
    north_waves = 20.0 * sin(pi * y) + 40.0 * sin(pi * y / 3) + 160.0 * sin(pi * y / 12) + 320.0 * sin(pi * y / 30)
    east_waves = 20.0 * sin(pi * x) + 40.0 * sin(pi * x / 3) + 150.0 * sin(pi * x / 12) + 300.0 * sin(pi * x / 30)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    return north + (ripple + north_waves) * 2.0 / 3.0, east + (ripple + east_waves) * 2.0 / 3.0


def _baidu_from_gcj(pair: Pair) -> Pair:
    latitude, longitude = pair
    radius = hypot(longitude, latitude) + 0.00002 * sin(latitude * BAIDU_WAVE)
    angle = atan2(latitude, longitude) + 0.000003 * cos(longitude * BAIDU_WAVE)
    return radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065


def _undo(transform: Callable[[Pair], Pair], shifted: Pair) -> Pair:
    """Find the pair that `transform` takes to `shifted`, by going back each round by what is still missing."""
    latitude, longitude = shifted
    for _ in range(MOST_ROUNDS):
        there = transform((latitude, longitude))
        off_latitude, off_longitude = shifted[0] - there[0], shifted[1] - there[1]
        latitude, longitude = latitude + off_latitude, longitude + off_longitude
        if max(abs(off_latitude), abs(off_longitude)) < CLOSE_ENOUGH_DEGREES:
            break
    return latitude, longitude
