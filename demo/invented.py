"""Made-up people, numbers and places. Names begin with 示例; ID numbers carry a county code that was never given out.

Numbers pass the public checks (GB 11643, GB 32100), since the product refuses others, and belong to nobody.
"""

from dataclasses import dataclass
from datetime import date
from math import cos, radians

from app.kernel.codes import CREDIT_CODE_ALPHABET, RESIDENT_ID_CHECKS, RESIDENT_ID_WEIGHTS
from app.kernel.geo import CoordinateSystem, Point, from_wgs84

NO_COUNTY = "120199"
METRES_PER_DEGREE = 111_320.0
BANK_CODE = "999110000011"  # no bank has this number
BANK_NAME = "示例银行天津分行"


@dataclass(frozen=True, slots=True)
class Invented:
    """A made-up person; `openid` is his user at the stand-in WeChat."""

    name: str
    id_number: str
    phone: str

    @property
    def openid(self) -> str:
        """His WeChat user."""
        return f"demo-{self.phone}"


def person(name: str, *, born_on: date, number: int) -> Invented:
    """A made-up person; `number` (0 to 999, odd for men) keeps him apart from the others."""
    stem = f"{NO_COUNTY}{born_on:%Y%m%d}{number:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(RESIDENT_ID_WEIGHTS, stem, strict=True))
    return Invented(f"示例{name}", stem + RESIDENT_ID_CHECKS[total % 11], f"1990000{number:04d}")


def credit_code(number: int) -> str:
    """A made-up unified social credit code."""
    stem = f"9112019900000{number:04d}"
    total = sum(CREDIT_CODE_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(stem))
    return stem + CREDIT_CODE_ALPHABET[(31 - total % 31) % 31]


def bank_account(number: int) -> str:
    """A made-up account number."""
    return f"99990000000000{number:05d}"


def north_of(home: Point, metres: float) -> Point:
    """The point so many metres north."""
    return Point(home.latitude + metres / METRES_PER_DEGREE, home.longitude)


def east_of(home: Point, metres: float) -> Point:
    """The point so many metres east."""
    return Point(home.latitude, home.longitude + metres / (METRES_PER_DEGREE * cos(radians(home.latitude))))


def coordinates(point: Point, system: CoordinateSystem) -> dict[str, object]:
    """A point as JSON in one of the coordinate systems, to a metre's tenth."""
    latitude, longitude = from_wgs84(point, system)
    return {"latitude": round(latitude, 6), "longitude": round(longitude, 6), "system": system.value}
