"""Six digits for a phone: how they are read, and what a try comes to."""

from datetime import timedelta

import pytest

from app.accounts.device_codes import (
    CODE_LIFE,
    MOST_TRIES,
    DeviceCodeExpired,
    DeviceCodeMalformed,
    DeviceCodeMissing,
    DeviceCodeUsedUp,
    DeviceCodeWrong,
    Try,
    check_try,
    normal_digits,
)
from app.kernel.errors import DomainError
from tests.schedules.factories import NOW

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("048213", "048213"), (" 048 213 ", "048213"), ("048-213", "048213"), ("０４８２１３", "048213")]
    + [(wrong, None) for wrong in ("", "04821", "0482134", "04821a", "٠٤٨٢١٣", "048213\n1")],
)
def test_digits_are_read_as_people_type_them(typed: str, read: str | None):
    if read is None:
        with pytest.raises(DeviceCodeMalformed):
            normal_digits(typed)
    else:
        assert normal_digits(typed) == read


@pytest.mark.parametrize(
    ("tries", "age", "is_right", "refused", "tries_left"),
    [
        (1, SECOND, True, None, None),
        (MOST_TRIES, SECOND, True, None, None),
        (MOST_TRIES + 1, SECOND, True, DeviceCodeUsedUp, None),
        (1, SECOND, False, DeviceCodeWrong, MOST_TRIES - 1),
        (MOST_TRIES, SECOND, False, DeviceCodeWrong, 0),
        (MOST_TRIES + 1, SECOND, False, DeviceCodeUsedUp, None),
        (1, CODE_LIFE - SECOND, True, None, None),
        (1, CODE_LIFE, True, DeviceCodeExpired, None),
        (MOST_TRIES + 1, CODE_LIFE, False, DeviceCodeExpired, None),
    ],
)
def test_a_try_is_judged(
    tries: int, age: timedelta, is_right: bool, refused: type[DomainError] | None, tries_left: int | None
):
    made = Try(b"", tries, NOW - age + CODE_LIFE, is_right)
    if refused is None:
        check_try(made, at=NOW)
        return
    with pytest.raises(refused) as told:
        check_try(made, at=NOW)
    assert told.value.details.get("tries_left") == tries_left


def test_without_digits_nothing_is_tried():
    with pytest.raises(DeviceCodeMissing):
        check_try(None, at=NOW)
