"""A row's canonical form is read back to what it says, and nothing else is taken for one."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.canonical import row_bytes
from app.kernel.sealing.reading import FormInvalid, read_row


class Kind(StrEnum):
    CLOCK_IN = "in"


ROW = {
    "id": UUID(int=7),
    "kind": Kind.CLOCK_IN,
    "name": "护理",
    "day": date(2026, 11, 28),
    "at": datetime(2026, 11, 28, 1, 2, 3, 4, tzinfo=UTC),
    "minutes": -60,
    "share": Decimal("0.50"),
    "degrees": 1.5,
    "holds": True,
    "denies": False,
    "digest": b"\x00;:",
    "span": timedelta(minutes=5),
    "witnesses": ["place", None],
    "details": {"metres": 12, "more": {"a;b": "c:d"}},
}


def test_what_is_read_is_what_was_written():
    table, values = read_row(row_bytes("clock_event", ROW | {"empty": None}))

    assert table == "clock_event"
    assert values == ROW


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])) | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["a", "b", "ü;:"]), inner),
        max_leaves=20,
    )
)
def test_reading_and_writing_again_gives_the_same_bytes(value: object):
    content = row_bytes("fact", {"value": value})

    assert row_bytes(*read_row(content)) == content


WHOLE = row_bytes("clock_event", ROW)


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_part_of_a_row_is_no_row(length: int):
    with pytest.raises(FormInvalid):
        read_row(WHOLE[:length])


@pytest.mark.parametrize(
    "content",
    [WHOLE + b"n", b"\x02" + WHOLE[1:], b"\x01ri1;{}", b"\x01rs1:a[]", b"\x01rs1:a{x", b"\x01r" + b"[" * 9999],
)
def test_anything_else_is_no_row(content: bytes):
    with pytest.raises(FormInvalid):
        read_row(content)
