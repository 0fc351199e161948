"""What a phone seals for the server alone."""

import pytest

from app.kernel.boxes import BoxUnreadable, open_box, public_key
from tests.checkin.boxes import sealed

SECRET, OTHER = bytes(range(32)), bytes(range(1, 33))
CONTENT = b'{"score":2,"reasons":["came_late"]}'.ljust(128)
# As the mini-program seals it, with the one-time secret 0x20…0x3f: miniprogram/tests/box.test.ts holds the same.
KEY = "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f"
BOX = (
    "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254175224ed06b0ac5515cfc64b"
    "3c284dcf0a3cb07c6a05c5a979cd6503ce52f9e1e7f1a8a799f27553ce98b32b7b78322ca327b994cb2092fb"
    "e7c1d3a531a466bfd05c8a07880b42db2acdcc841d086c30ae95d7ff6e0c3fec2fb0de46fd650d40ad105ca0"
    "12f45b2c93f69dc9e411c93dbc68fcf0ec2771c7fce7551ae7a3aa9079b12225f0caeaa2cf59319ac8fd013b"
)


def changed(box: bytes, *, at: int) -> bytes:
    """One bit of it is another."""
    return box[:at] + bytes((box[at] ^ 1,)) + box[at + 1 :]


def test_a_box_opens_with_its_key_and_says_what_the_phone_wrote():
    box = sealed(CONTENT, public=public_key(SECRET))

    assert open_box(box, secret=SECRET) == CONTENT
    assert len(box) == 176
    assert sealed(CONTENT, public=public_key(SECRET)) != box  # nobody finds the content by trying


def test_a_box_of_the_mini_program_is_the_same():
    box = sealed(CONTENT, public=public_key(SECRET), sender=bytes(range(0x20, 0x40)))

    assert (public_key(SECRET).hex(), box.hex()) == (KEY, BOX)


@pytest.mark.parametrize(
    "box",
    [
        sealed(CONTENT, public=public_key(OTHER)),
        bytes(176),
        b"",
        sealed(CONTENT, public=public_key(SECRET))[:-1],
        *(changed(sealed(CONTENT, public=public_key(SECRET)), at=at) for at in (0, 40, 175)),
    ],
)
def test_another_is_not_opened(box: bytes):
    with pytest.raises(BoxUnreadable):
        open_box(box, secret=SECRET)
