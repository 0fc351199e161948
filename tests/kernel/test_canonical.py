import enum
import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass, field, make_dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.canonical import LATER, canonical_bytes, command_digest, row_digest

KEY = bytes(range(32))
SHANGHAI = ZoneInfo("Asia/Shanghai")
AN_ID = UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


class Kind(enum.StrEnum):
    IN = "in"


class Direction(enum.StrEnum):
    IN = "in"


class Level(enum.IntEnum):
    THREE = 3


@dataclass(frozen=True, slots=True)
class Fix:
    latitude: float
    accuracy_m: int | None


@dataclass(frozen=True, slots=True)
class ClockIn:
    id: UUID
    kind: Kind
    at: datetime
    fix: Fix
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockOut:
    id: UUID
    kind: Kind
    at: datetime
    fix: Fix
    items: tuple[str, ...]


NINE = datetime(2026, 1, 31, 9, 2, 0, 5, tzinfo=SHANGHAI)
A_CLOCK_IN = (AN_ID, Kind.IN, NINE, Fix(31.25, None), ("01", "照护"))

GOLDEN = [
    (None, b"\x01n"),
    (True, b"\x01t"),
    (False, b"\x01f"),
    (0, b"\x01i0;"),
    (-17, b"\x01i-17;"),
    (10**30, b"\x01i1000000000000000000000000000000;"),
    (0.1, b"\x01d0.1;"),
    (1.0, b"\x01d1.0;"),
    (-0.0, b"\x01d0.0;"),
    (1e300, b"\x01d1e+300;"),
    (Decimal("1.50"), b"\x01D15e-1;"),
    (Decimal("-1500"), b"\x01D-15e2;"),
    (Decimal("1E+5"), b"\x01D1e5;"),
    (Decimal("-0.00"), b"\x01D0e0;"),
    ("", b"\x01s0:"),
    ("a;b", b"\x01s3:a;b"),
    ("护", b"\x01s3:\xe6\x8a\xa4"),
    ("e\u0301", b"\x01s2:\xc3\xa9"),
    (b"", b"\x01b0:"),
    (b"\x00\xff", b"\x01b2:\x00\xff"),
    (AN_ID, b"\x01u017f22e279b07cc398c4dc0c0c07398f;"),
    (datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC), b"\x01T1000005;"),
    (datetime(1970, 1, 1, 8, tzinfo=SHANGHAI), b"\x01T0;"),
    (datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), b"\x01T-1;"),
    (date(2026, 1, 31), b"\x01A2026-01-31;"),
    (timedelta(minutes=1, microseconds=1), b"\x01P60000001;"),
    (timedelta(microseconds=-1), b"\x01P-1;"),
    (Kind.IN, b"\x01es4:Kinds2:in"),
    (Level.THREE, b"\x01es5:Leveli3;"),
    ([], b"\x01[]"),
    ((1, [2]), b"\x01[i1;[i2;]]"),
    ({}, b"\x01{}"),
    ({"b": 1, "a": None, "B": 2}, b"\x01{s1:Bi2;s1:ans1:bi1;}"),
    (Fix(31.25, 12), b"\x01cs3:Fix{s10:accuracy_mi12;s8:latituded31.25;}"),
    (
        ClockIn(*A_CLOCK_IN),
        b"\x01cs7:ClockIn{s2:atT1769821320000005;s3:fixcs3:Fix{s10:accuracy_mns8:latituded31.25;}"
        b"s2:idu017f22e279b07cc398c4dc0c0c07398f;s5:items[s2:01s6:\xe7\x85\xa7\xe6\x8a\xa4]s4:kindes4:Kinds2:in}",
    ),
]


@pytest.mark.parametrize(("value", "form"), GOLDEN)
def test_the_canonical_form_is_these_bytes_for_ever(value, form):
    assert canonical_bytes(value) == form


def test_all_golden_values_have_forms_of_their_own():
    assert len({form for _, form in GOLDEN}) == len(GOLDEN)


SAME = [
    ((1, 2), [1, 2]),
    (Decimal("1.5"), Decimal("1.500")),
    (Decimal("1000"), Decimal("1E+3")),
    (0.0, -0.0),
    ("é", "e\u0301"),
    ({"a": 1, "b": 2}, OrderedDict(b=2, a=1)),
    ({"a": 1}, MappingProxyType({"a": 1})),
    ({"é": 1}, {"e\u0301": 1}),
    (NINE, NINE.astimezone(UTC)),
    (NINE, NINE.astimezone(timezone(timedelta(hours=-11)))),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_writings_of_one_value_are_the_same(one, other):
    assert canonical_bytes(one) == canonical_bytes(other)


DIFFERENT = [
    (1, True),
    (0, False),
    (1, 1.0),
    (1, Decimal(1)),
    (1.0, Decimal(1)),
    (1, "1"),
    ("a", b"a"),
    (None, ""),
    (None, False),
    ([], {}),
    ([], [[]]),
    ([[1], [2]], [[1, 2]]),
    (["a", "b"], ["ab"]),
    (["a;s1:b"], ["a", "b"]),
    ({"a": None}, {}),
    ({"a": 1, "b": 2}, {"a": 2, "b": 1}),
    ({"latitude": 1.0, "accuracy_m": None}, Fix(1.0, None)),
    (Kind.IN, "in"),
    (Kind.IN, Direction.IN),
    (Level.THREE, 3),
    (AN_ID, str(AN_ID)),
    (AN_ID, AN_ID.bytes),
    (date(2026, 1, 31), datetime(2026, 1, 31, tzinfo=UTC)),
    (date(2026, 1, 31), "2026-01-31"),
    (timedelta(0), 0),
    (datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")), datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),
    (
        datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")),
        datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    ),
    (Decimal("1E-7"), Decimal("1E+7")),
    ("Ａ", "A"),
    (ClockIn(*A_CLOCK_IN), ClockOut(*A_CLOCK_IN)),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_content_differs(one, other):
    assert canonical_bytes(one) != canonical_bytes(other)


SINGLE = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from([0.5, 1.0, 2.0])
    | st.text("ab;:[]{}i1n", max_size=4)
    | st.binary(max_size=2)
)
VALUES = st.recursive(
    SINGLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("as1:", max_size=2), inner, max_size=3),
)


def typed(value):
    """A form in which 1, 1.0 and True differ too, as they must in the canonical one."""
    if isinstance(value, list):
        return ("list", *map(typed, value))
    if isinstance(value, dict):
        return ("dict", frozenset((key, typed(item)) for key, item in value.items()))
    return (type(value), value)


@given(VALUES, VALUES)
def test_two_values_share_a_form_only_when_they_are_equal(one, other):
    assert (canonical_bytes(one) == canonical_bytes(other)) == (typed(one) == typed(other))


@given(st.decimals(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_share_a_form_only_when_they_are_equal(one, other):
    assert (canonical_bytes(one) == canonical_bytes(other)) == (one == other)


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


def test_nesting_has_a_limit():
    assert canonical_bytes(nested(64))
    with pytest.raises(ValueError, match="nested"):
        canonical_bytes(nested(65))
    with pytest.raises(ValueError, match="nested"):
        canonical_bytes(nested(100_000))


VALUES_REFUSED = [
    datetime(2026, 1, 31),  # noqa: DTZ001
    float("nan"),
    float("inf"),
    Decimal("NaN"),
    Decimal("-Infinity"),
    "\ud800",
    {"é": 1, "e\u0301": 2},
]


@pytest.mark.parametrize("value", VALUES_REFUSED)
def test_values_without_one_meaning_are_refused(value):
    with pytest.raises(ValueError, match=r"time zone|finite|surrogates|same text"):
        canonical_bytes([value])


@pytest.mark.parametrize("value", [object(), {1}, {1: "a"}, {Kind.IN: 1}, 1j, Fix, range(3), bytearray(b"a")])
def test_types_without_a_form_are_refused(value):
    with pytest.raises(TypeError):
        canonical_bytes(value)


def test_the_digest_of_a_command_is_the_hmac_of_its_form():
    command = ClockIn(*A_CLOCK_IN)

    digest = command_digest(command, key=KEY)

    assert digest == hmac.new(KEY, canonical_bytes(command), hashlib.sha256).digest()
    assert digest.hex() == "136f663d2711672a6e1363cf86624c5b8768bdb919adce6a0474874ba5032a20"


def test_the_digest_of_a_command_depends_on_its_type_and_key():
    digests = {
        command_digest(ClockIn(*A_CLOCK_IN), key=KEY),
        command_digest(ClockOut(*A_CLOCK_IN), key=KEY),
        command_digest(ClockIn(*A_CLOCK_IN), key=KEY[::-1]),
    }

    assert len(digests) == 3


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        command_digest(1, key=KEY[:31])


A_ROW = {
    "id": AN_ID,
    "kind": Kind.IN,
    "received_at": NINE,
    "distance_m": Decimal("12.50"),
    "visit_id": None,
    "command_digest": b"\x00\x01",
    "facts": {"b": [1, 2], "a": "护"},
}


def test_the_digest_of_a_row_is_this_for_ever():
    form = (
        b"\x01rs11:clock_event{s14:command_digestb2:\x00\x01s10:distance_mD125e-1;"
        b"s5:facts{s1:as3:\xe6\x8a\xa4s1:b[i1;i2;]}s2:idu017f22e279b07cc398c4dc0c0c07398f;"
        b"s4:kinds2:ins11:received_atT1769821320000005;}"
    )

    digest = row_digest("clock_event", A_ROW)

    assert digest == hashlib.sha256(form).digest()
    assert digest.hex() == "7e85f264a70065b3977cfaffe4ad497dea350c654e58106afe922a4dedfa45cb"


ALIKE = [{"kind": "in"}, {"distance_m": Decimal("12.5")}, {"received_at": NINE.astimezone(UTC)}, {"later_column": None}]


@pytest.mark.parametrize("change", ALIKE)
def test_a_row_read_back_has_its_digest(change):
    assert row_digest("clock_event", A_ROW | change) == row_digest("clock_event", A_ROW)


CHANGED = [{"kind": "out"}, {"distance_m": Decimal("12.51")}, {"visit_id": AN_ID}, {"later_column": ""}, {"facts": {}}]


@pytest.mark.parametrize("change", CHANGED)
def test_a_changed_row_has_another_digest(change):
    assert row_digest("clock_event", A_ROW | change) != row_digest("clock_event", A_ROW)


def test_the_table_takes_part_in_the_digest_of_a_row():
    assert row_digest("clock_event", A_ROW) != row_digest("care_day", A_ROW)


def test_a_field_added_later_changes_no_command_that_does_not_use_it():
    before = make_dataclass("Tap", [("id", int)])(1)
    after = make_dataclass("Tap", [("id", int), ("tag", str | None, field(default=None, metadata=LATER))])

    assert canonical_bytes(after(1)) == canonical_bytes(before)
    assert canonical_bytes(after(1, "x")) != canonical_bytes(before)
