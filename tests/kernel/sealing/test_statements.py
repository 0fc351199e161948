"""What a seal says: signed words that can be written in one way only."""

from datetime import UTC, date, datetime

import pytest

from app.kernel.sealing.statements import (
    FIRST,
    SealKeys,
    Statement,
    StatementInvalid,
    as_document,
    is_signed,
    read_document,
    read_statement,
)

KEYS = SealKeys("b", {"a": bytes(32), "b": bytes([1]) * 32})
STATEMENT = Statement(
    region="tianjin",
    day=date(2026, 11, 28),
    begin_at=datetime(2026, 11, 27, 16, tzinfo=UTC),
    end_at=datetime(2026, 11, 28, 16, tzinfo=UTC),
    size=2,
    root=bytes([7]) * 32,
    previous=FIRST,
)
WORDS = (
    b"anhu seal 1\nregion tianjin\nday 2026-11-28\nfrom 2026-11-27T16:00:00+00:00\nuntil 2026-11-28T16:00:00+00:00\n"
    b"rows 2\nroot " + b"07" * 32 + b"\nprevious " + b"00" * 32 + b"\n"
)


def test_the_words_are_these_bytes():
    assert STATEMENT.words == WORDS
    assert read_statement(WORDS) == STATEMENT


def test_what_is_handed_out_is_read_again_and_signed():
    statement, signature = read_document(as_document(STATEMENT, KEYS.sign(STATEMENT.words)))

    assert statement == STATEMENT
    assert signature.key_id == "b"
    assert is_signed(statement.words, signature, public=KEYS.public)


def test_other_words_another_key_or_an_unknown_one_are_not_signed():
    signature = KEYS.sign(STATEMENT.words)

    assert not is_signed(STATEMENT.words + b" ", signature, public=KEYS.public)
    assert not is_signed(STATEMENT.words, signature, public={"b": KEYS.public["a"]})
    assert not is_signed(STATEMENT.words, signature, public={"a": KEYS.public["a"]})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"rows 2", b"rows 02"),
        (b"rows 2", b"rows -2"),
        (b"seal 1", b"seal 2"),
        (b"2026-11-28\nfrom", b"20261128\nfrom"),
        (b"T16:00:00+00:00\nuntil", b"T16:00:00Z\nuntil"),
        (b"day 2026-11-28", b"day 2026-11-31"),
        (b"\nprevious", b"\n\nprevious"),
        (b"07", b"7g"),
        (b"region tianjin", "region 天津".encode()),
    ],
)
def test_other_ways_to_write_it_are_refused(old: bytes, new: bytes):
    with pytest.raises(StatementInvalid):
        read_statement(WORDS.replace(old, new, 1))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"statement": 1, "key": "a", "signature": ""},
        {"statement": WORDS.decode(), "key": "a", "signature": "%"},
        {"statement": "天", "key": "a", "signature": ""},
    ],
)
def test_a_document_of_another_form_is_refused(document: dict[str, object]):
    with pytest.raises(StatementInvalid):
        read_document(document)


def test_keys_do_not_show_themselves():
    assert repr(KEYS) == "SealKeys(current='b', ids=['a', 'b'])"
