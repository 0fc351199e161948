import base64
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.crypto import BadKeys, CannotDecrypt, KeyRing, UnknownKey, generate_key

OLD, NEW, INDEX_OLD, INDEX_NEW, COMMAND = (bytes([place]) * 32 for place in range(1, 6))


def a_ring(*, keys=None, index_keys=None, current="k2", current_index="i2", command_key=COMMAND):
    return KeyRing(
        keys or {"k1": OLD, "k2": NEW},
        current=current,
        index_keys=index_keys or {"i1": INDEX_OLD, "i2": INDEX_NEW},
        current_index=current_index,
        command_key=command_key,
    )


def as_text(**keys):
    return ",".join(f"{key_id}:{base64.b64encode(key).decode()}" for key_id, key in keys.items())


RING = a_ring()
OLD_RING = a_ring(current="k1", current_index="i1")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_encrypted_comes_back_exactly(text):
    blob = RING.encrypt(text, context="person.name")

    assert RING.decrypt(blob, context="person.name") == text


def test_an_encrypted_value_has_this_layout():
    blob = RING.encrypt("王秀英", context="person.name")

    head, nonce, body = blob[:5], blob[5:17], blob[17:]
    assert head == b"\x01\x01\x02k2"
    assert len(body) == 9 + 16
    assert AESGCM(NEW).decrypt(nonce, body, head + b"person.name").decode() == "王秀英"


def test_a_value_encrypted_years_ago_is_still_read():
    blob = bytes.fromhex("0101026b3190bd3d0a066b2e8b02f3949301fdbea88e3b4badf2e112285548bf7fa936e7e8794aa08d4f")

    assert RING.decrypt(blob, context="person.name") == "王秀英"


def test_the_same_text_is_never_encrypted_the_same():
    blobs = {RING.encrypt("王秀英", context="person.name") for _ in range(100)}

    assert len(blobs) == 100


def test_a_value_moved_to_another_column_does_not_open():
    blob = RING.encrypt("王秀英", context="person.name")

    with pytest.raises(CannotDecrypt, match="context"):
        RING.decrypt(blob, context="bank_account.name")


def test_any_changed_byte_is_noticed():
    blob = RING.encrypt("王秀英", context="person.name")

    for place in range(len(blob)):
        changed = blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :]
        with pytest.raises(CannotDecrypt):
            RING.decrypt(changed, context="person.name")


def test_any_cut_value_is_noticed():
    blob = RING.encrypt("", context="person.name")

    for length in range(len(blob)):
        with pytest.raises(CannotDecrypt):
            RING.decrypt(blob[:length], context="person.name")
        with pytest.raises(CannotDecrypt):
            assert RING.needs_rotation(blob[:length]) is None


@given(st.binary(max_size=60))
def test_foreign_bytes_are_told_as_such(blob):
    with pytest.raises(CannotDecrypt):
        RING.decrypt(b"\x01\x01" + blob, context="person.name")


FOREIGN = [
    (b"", "version"),
    (b"\x01\x01", "version"),
    (b"\x02\x01\x02k2" + bytes(28), "version"),
    (b"\x01\x02\x02k2" + bytes(28), "version"),
    (b"\x01\x01\x02k2" + bytes(27), "cut off"),
    (b"\x01\x01\x00" + bytes(28), "key id"),
    (b"\x01\x01\x02k\n" + bytes(28), "key id"),
    (b"\x01\x01\x02k\xff" + bytes(28), "key id"),
    (b"\x01\x01\xff" + b"k" * 300, "key id"),
]


@pytest.mark.parametrize(("blob", "sentence"), FOREIGN)
def test_a_value_that_is_not_ours_is_told_apart_from_a_missing_key(blob, sentence):
    with pytest.raises(CannotDecrypt, match=sentence) as refused:
        RING.decrypt(blob, context="person.name")
    with pytest.raises(CannotDecrypt, match=sentence):
        RING.needs_rotation(blob)

    assert not isinstance(refused.value, UnknownKey)


def test_an_old_key_still_reads_and_asks_for_rotation():
    blob = OLD_RING.encrypt("王秀英", context="person.name")

    assert RING.decrypt(blob, context="person.name") == "王秀英"
    assert RING.needs_rotation(blob)
    assert not OLD_RING.needs_rotation(blob)
    assert not RING.needs_rotation(RING.encrypt("王秀英", context="person.name"))


def test_a_key_that_is_gone_is_named():
    blob = OLD_RING.encrypt("王秀英", context="person.name")
    ring = a_ring(keys={"k2": NEW})

    with pytest.raises(UnknownKey) as unknown:
        ring.decrypt(blob, context="person.name")

    assert unknown.value.key_id == "k1"
    assert ring.needs_rotation(blob)


def test_a_blind_index_is_key_id_and_hmac():
    index = RING.blind_index("11010519491231002X", purpose="person.id_number")

    message = b"person.id_number\x0011010519491231002X"
    assert index == b"\x02i2" + hmac.new(INDEX_NEW, message, hashlib.sha256).digest()


def test_a_blind_index_is_the_same_for_the_same_text():
    assert RING.blind_index("é", purpose="person.name") == RING.blind_index("e\u0301", purpose="person.name")
    assert RING.blind_index("é", purpose="person.name") == a_ring().blind_index("é", purpose="person.name")


def test_a_blind_index_differs_by_text_purpose_and_key():
    indexes = {
        RING.blind_index("1", purpose="person.phone"),
        RING.blind_index("2", purpose="person.phone"),
        RING.blind_index("1", purpose="person.id_number"),
        OLD_RING.blind_index("1", purpose="person.phone"),
    }

    assert len(indexes) == 4
    assert len({index[3:] for index in indexes}) == 4


def test_during_a_rotation_every_index_is_searched_the_current_first():
    indexes = RING.blind_indexes("1", purpose="person.phone")

    assert indexes == (
        RING.blind_index("1", purpose="person.phone"),
        OLD_RING.blind_index("1", purpose="person.phone"),
    )


LABELS_REFUSED = ["", "Person.name", "person name", "a\0b", "名", "x" * 65, "a\n"]


@pytest.mark.parametrize("label", LABELS_REFUSED)
def test_contexts_and_purposes_have_one_form(label):
    with pytest.raises(ValueError, match="lower-case"):
        RING.encrypt("1", context=label)
    with pytest.raises(ValueError, match="lower-case"):
        RING.blind_index("1", purpose=label)


def test_keys_are_read_from_text_the_current_first():
    ring = KeyRing.parse(
        as_text(k2=NEW, k1=OLD),
        index_keys=as_text(i2=INDEX_NEW) + ", " + as_text(i1=INDEX_OLD),
        command_key=only(COMMAND),
    )

    blob = ring.encrypt("王秀英", context="person.name")
    assert RING.decrypt(blob, context="person.name") == "王秀英"
    assert not RING.needs_rotation(blob)
    assert ring.blind_indexes("1", purpose="p") == RING.blind_indexes("1", purpose="p")
    assert ring.command_key == COMMAND


def only(key):
    return base64.b64encode(key).decode()


SECRET = only(b"secret" * 5 + b"!!")
TEXTS_REFUSED = [
    ("", "field key 1 is not written as id:base64"),
    (SECRET, "field key 1 is not written as id:base64"),
    (f"k1:{SECRET},", "field key 2 is not written as id:base64"),
    (f":{SECRET}", "field key 1 needs an id"),
    (f"{SECRET}:k1", "field key 1 needs an id"),
    (f"schlüssel:{SECRET}", "field key 1 needs an id"),
    (f"{'k' * 33}:{SECRET}", "field key 1 needs an id"),
    (f"k1:{SECRET},k1:{SECRET}", "field key 2 has the id of an earlier one"),
    (f"k1:{SECRET[:-2]}", "field key 1 is not base64"),
    (f"k1:{SECRET[:-2]}!!", "field key 1 is not base64"),
    (f"k1:ä{SECRET}", "field key 1 is not base64"),
    (f"k1:{SECRET[:40]}", "field key 1 is 32 bytes, not 30"),
    ("k1:", "field key 1 is 32 bytes, not 0"),
    (f"k1:{SECRET},k2:{SECRET}", "a key is used twice"),
    (f"k1:{only(INDEX_NEW)}", "a key is used twice"),
    (f"k1:{only(COMMAND)}", "a key is used twice"),
]


@pytest.mark.parametrize(("text", "sentence"), TEXTS_REFUSED)
def test_a_mistake_in_the_keys_is_told_without_showing_them(text, sentence):
    with pytest.raises(BadKeys) as bad:
        KeyRing.parse(text, index_keys=as_text(i2=INDEX_NEW), command_key=only(COMMAND))

    assert sentence in str(bad.value)
    assert SECRET[:8] not in str(bad.value)
    assert bad.value.__suppress_context__ or bad.value.__context__ is None


OTHERS_REFUSED = [
    ("", only(COMMAND), "index key 1 is not written as id:base64"),
    (as_text(i1=INDEX_OLD), "", "the command key is 32 bytes, not 0"),
    (as_text(i1=INDEX_OLD), "c1:" + only(COMMAND), "the command key is not base64"),
    (as_text(i1=INDEX_OLD), only(INDEX_OLD), "a key is used twice"),
]


@pytest.mark.parametrize(("index_keys", "command_key", "sentence"), OTHERS_REFUSED)
def test_index_and_command_keys_are_checked_too(index_keys, command_key, sentence):
    with pytest.raises(BadKeys, match=sentence):
        KeyRing.parse(as_text(k1=OLD), index_keys=index_keys, command_key=command_key)


RINGS_REFUSED = [
    ({"current": "k3"}, "current field key"),
    ({"current_index": "k1"}, "current index key"),
    ({"keys": {"k2": NEW[:31]}}, "field key 1 is 32 bytes, not 31"),
    ({"index_keys": {"i2": INDEX_NEW * 2}}, "index key 1 is 32 bytes, not 64"),
    ({"keys": {"k 2": NEW}, "current": "k 2"}, "field key 1 needs an id"),
    ({"command_key": COMMAND[:16]}, "the command key is 32 bytes, not 16"),
]


@pytest.mark.parametrize(("change", "sentence"), RINGS_REFUSED)
def test_a_ring_is_made_of_whole_keys_only(change, sentence):
    with pytest.raises(BadKeys, match=sentence):
        a_ring(**change)


def test_a_ring_is_shown_by_its_ids_only():
    assert repr(RING) == "KeyRing(keys=('k1', 'k2'), current='k2', index_keys=('i2', 'i1'))"
    assert str(RING) == repr(RING)


def test_a_ring_does_not_change():
    keys = {"k2": NEW}
    ring = a_ring(keys=keys)

    keys["k3"] = OLD
    with pytest.raises(AttributeError):
        ring.command_key = OLD
    with pytest.raises(AttributeError):
        ring._current = "k3"
    with pytest.raises(AttributeError):
        del ring._current

    assert "k3" not in repr(ring)


def test_a_made_key_fits_the_settings_and_is_new_each_time():
    ring = KeyRing.parse(f"k1:{generate_key()}", index_keys=f"i1:{generate_key()}", command_key=generate_key())

    assert ring.decrypt(ring.encrypt("a", context="c"), context="c") == "a"
    assert generate_key() != generate_key()
