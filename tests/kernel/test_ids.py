from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.ids import first_id_at, instant_of, is_uuid7, new_id

SHANGHAI = timezone(timedelta(hours=8))


def test_a_new_id_is_a_uuid7_of_now():
    before = datetime.now(UTC) - timedelta(milliseconds=1)  # noqa: TID251 (the machine's clock is what is tested)

    made = new_id()

    assert type(made) is UUID
    assert is_uuid7(made)
    assert before <= instant_of(made) <= before + timedelta(minutes=1)


def test_new_ids_rise_and_differ():
    made = [new_id() for _ in range(1000)]

    assert made == sorted(made)
    assert len(set(made)) == 1000


INSTANTS = [
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2026, 1, 31, 9, 2, 0, 5000, tzinfo=SHANGHAI),
    datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
]


@pytest.mark.parametrize("instant", INSTANTS)
def test_an_id_can_be_made_for_an_instant(instant):
    made = {new_id(at=instant) for _ in range(100)}

    assert len(made) == 100
    assert {instant_of(one) for one in made} == {instant}
    assert all(is_uuid7(one) and one >= first_id_at(instant) for one in made)


KINDS = [
    ("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", True),
    ("017f22e2-79b0-7cc3-b8c4-dc0c0c07398f", True),
    ("017f22e2-79b0-4cc3-98c4-dc0c0c07398f", False),
    ("017f22e2-79b0-7cc3-18c4-dc0c0c07398f", False),
    ("017f22e2-79b0-7cc3-c8c4-dc0c0c07398f", False),
    ("00000000-0000-0000-0000-000000000000", False),
    ("ffffffff-ffff-ffff-ffff-ffffffffffff", False),
]


@pytest.mark.parametrize(("text", "expected"), KINDS)
def test_a_uuid7_is_known_by_version_and_variant(text, expected):
    assert is_uuid7(UUID(text)) is expected


def test_the_example_of_the_standard_is_read():
    made = UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")

    assert instant_of(made) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


BOUNDS = [
    (datetime(1970, 1, 1, tzinfo=UTC), "00000000-0000-7000-8000-000000000000"),
    (datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC), "017f22e2-79b0-7000-8000-000000000000"),
    (datetime(2022, 2, 22, 19, 22, 22, 999, tzinfo=UTC), "017f22e2-79b0-7000-8000-000000000000"),
    (datetime(2022, 2, 22, 19, 22, 22, 1000, tzinfo=UTC), "017f22e2-79b1-7000-8000-000000000000"),
    (datetime(2022, 2, 23, 3, 22, 22, tzinfo=SHANGHAI), "017f22e2-79b0-7000-8000-000000000000"),
    (datetime(2099, 1, 1, tzinfo=UTC), "03b3d512-ac00-7000-8000-000000000000"),
]


@pytest.mark.parametrize(("instant", "text"), BOUNDS)
def test_the_first_id_of_a_millisecond_is_fixed(instant, text):
    assert first_id_at(instant) == UUID(text)


@given(st.integers(0, 2**48 - 2), st.integers(0, 2**74 - 1))
def test_the_bounds_of_a_millisecond_enclose_its_ids(millisecond, rest):
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    made = UUID(int=millisecond << 80 | 7 << 76 | (rest >> 62) << 64 | 2 << 62 | rest & (2**62 - 1))
    try:
        start = epoch + timedelta(milliseconds=millisecond)
        end = epoch + timedelta(milliseconds=millisecond + 1)
    except OverflowError:
        with pytest.raises(ValueError, match="9999"):
            instant_of(made)
        return

    assert instant_of(made) == start
    assert first_id_at(start) <= made < first_id_at(end)


def test_an_id_past_the_year_9999_holds_no_instant():
    with pytest.raises(ValueError, match="9999"):
        instant_of(UUID("ffffffff-ffff-7000-8000-000000000000"))


def test_other_ids_hold_no_instant():
    with pytest.raises(ValueError, match="UUIDv7"):
        instant_of(uuid4())


UNFIT = [datetime(2026, 1, 1), datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)]  # noqa: DTZ001


@pytest.mark.parametrize("instant", UNFIT)
def test_naive_and_earlier_instants_have_no_id(instant):
    with pytest.raises(ValueError, match=r"time zone|1970"):
        first_id_at(instant)
    with pytest.raises(ValueError, match=r"time zone|1970"):
        new_id(at=instant)
