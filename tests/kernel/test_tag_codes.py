"""What a home tag says, and what is believed of it."""

from uuid import UUID

import pytest

from app.kernel.tag_codes import is_signed, read_code, write_code

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
TAG = UUID("01936f00-0000-7000-8000-000000000001")
CODE = "anhu:tianjin:01936f00-0000-7000-8000-000000000001:7:N0hkFQ91g49IGVOd3CsZag"


def test_the_form_of_a_code_never_changes_since_it_hangs_on_walls():
    assert write_code("tianjin", TAG, 7, key=KEY) == CODE


@pytest.mark.parametrize("counter", [0, 1, 2**31])
def test_a_code_that_was_written_is_read_and_believed(counter: int):
    code = read_code(f" {write_code('tianjin', TAG, counter, key=KEY)}\n")

    assert code is not None
    assert (code.region, code.tag_id, code.counter) == ("tianjin", TAG, counter)
    assert is_signed(code, key=KEY)
    assert not is_signed(code, key=OTHER_KEY)


CHANGED = [
    CODE.replace("tianjin", "huaian"),
    CODE.replace("000000000001", "000000000002"),
    CODE.replace(":7:", ":8:"),
    CODE.replace(":7:", ":0:"),
    CODE[:-1] + "A",
]


@pytest.mark.parametrize("text", CHANGED)
def test_what_is_changed_in_a_code_is_not_believed(text: str):
    code = read_code(text)

    assert code is not None
    assert not is_signed(code, key=KEY)


NO_CODES = [
    "",
    "https://example.com/menu",
    CODE + "A",
    CODE[:-1],
    CODE.upper(),
    CODE.replace(":7:", ":07:"),
    CODE.replace(":7:", ":-7:"),
    CODE.replace(":7:", ":99999999999:"),
    CODE.replace(":7:", ":٧:"),
    CODE + "\nx",
]


@pytest.mark.parametrize("text", NO_CODES)
def test_what_is_no_code_is_not_read(text: str):
    assert read_code(text) is None
