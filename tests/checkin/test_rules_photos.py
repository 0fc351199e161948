"""A copy is found, over all carers; two honest photos of one room are not taken for copies."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from PIL import Image, ImageEnhance

from app.accounts.consent_types import ConsentAnswer, ConsentGiver
from app.checkin.rules.photos import (
    MOST_BITS_APART,
    MOST_BITS_APART_AT_ONE_CLIENT,
    ComparedPhoto,
    bands_of,
    bits_apart,
    find_copies,
    may_be_taken,
    phash_of,
    probes_of,
)
from app.kernel.ids import new_id
from app.kernel.pictures import read_picture
from tests.checkin.photos import cropped, encoded, seen
from tests.schedules.factories import NOW

SEEDS = 7
ALL_BITS = (1 << 64) - 1
MINUTE = timedelta(minutes=1)
CLIENT, VISIT, OTHER_VISIT = new_id(), new_id(), new_id()
SOME = 0x0F1E2D3C4B5A6978


def phash(image: Image.Image, **options: object) -> int:
    found = phash_of(read_picture(encoded(image, **options)).grey)
    assert found is not None
    return found


@cache
def original(seed: int) -> int:
    return phash(seen(seed))


COPIES = {
    "stored anew": lambda image: image,
    "stored badly": lambda image: Image.open(_again(image, quality=30)),
    "as WebP": lambda image: Image.open(_again(image, form="WEBP", method=0)),
    "made smaller": lambda image: image.resize((160, 120)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "slightly cropped": lambda image: cropped(image, 0.015),
    "cropped, smaller and stored badly": lambda image: Image.open(
        _again(cropped(image, 0.015).resize((200, 150)), quality=40)
    ),
}


def _again(image: Image.Image, form: str = "JPEG", **options: object) -> io.BytesIO:
    return io.BytesIO(encoded(image, form, **options))


@pytest.mark.parametrize("what", COPIES)
def test_a_copy_of_another_carers_photo_is_near(what: str):
    apart = [bits_apart(original(seed), phash(COPIES[what](seen(seed)))) for seed in range(SEEDS)]

    assert max(apart) <= MOST_BITS_APART, apart


def test_what_is_merely_stored_anew_is_near_enough_at_one_client_too():
    merely = ("stored badly", "as WebP", "made smaller")
    apart = [bits_apart(original(seed), phash(COPIES[what](seen(seed)))) for seed in range(3) for what in merely]

    assert max(apart) <= MOST_BITS_APART_AT_ONE_CLIENT, apart


def test_an_honest_carers_photos_of_one_room_on_two_days_are_no_copies():
    apart = [
        bits_apart(original(seed), phash(seen(seed, aside=aside, turned=turned)))
        for seed in range(SEEDS)
        for aside, turned in ((14, 1.5), (-17, 2.0), (20, -2.0))
    ]

    assert min(apart) > MOST_BITS_APART_AT_ONE_CLIENT, apart


def test_rooms_of_different_clients_are_far_apart():
    hashes = [original(seed) for seed in range(2 * SEEDS)]

    nearest = min(bits_apart(one, other) for place, one in enumerate(hashes) for other in hashes[:place])

    assert nearest > MOST_BITS_APART


@pytest.mark.parametrize("grey", [0, 3, 128, 255])
def test_a_picture_of_nothing_is_like_no_other(grey: int):
    picture = read_picture(encoded(Image.new("L", (64, 64), grey)))

    assert phash_of(picture.grey) is None


def test_a_photo_held_upright_by_its_camera_has_the_hash_of_the_upright_one():
    image = seen(1)
    turned = Image.Exif()
    turned[0x0112] = 6  # to be shown turned by a quarter

    lying = phash(image.rotate(90, expand=True), exif=turned)

    assert bits_apart(lying, phash(image)) <= MOST_BITS_APART_AT_ONE_CLIENT


# Which bits differ, up to the bound: none, the sign, all in one band, spread evenly, at the bands' edges.
FLIPPED = [(), (63,), range(MOST_BITS_APART), range(0, 60, 6), (15, 16, 31, 32, 47, 48, 63, 0, 20, 40)]


@pytest.mark.parametrize("phash", [SOME, SOME - (1 << 63), -1, 0])
@pytest.mark.parametrize("flipped", FLIPPED)
def test_whatever_is_near_shares_a_band_with_what_is_looked_for(phash: int, flipped: Sequence[int]):
    bits = (phash & ALL_BITS) ^ sum(1 << bit for bit in flipped)
    other = bits - (1 << 64) if bits >> 63 else bits

    assert bits_apart(phash, other) == len(flipped)
    assert any(band in near for band, near in zip(bands_of(other), probes_of(phash), strict=True))


def test_the_index_is_not_asked_for_everything():
    far = SOME ^ 0x0007000700070007  # three bits in each band

    assert not any(band in near for band, near in zip(bands_of(far), probes_of(SOME), strict=True))
    assert [len(set(near)) for near in probes_of(SOME)] == [1 + 16 + 120] * 4


def a_photo(**changed: object) -> ComparedPhoto:
    plain = ComparedPhoto(new_id(), VISIT, CLIENT, b"one", SOME, NOW)
    return replace(plain, **changed)


def apart_by(bits: int) -> int:
    return SOME ^ ((1 << bits) - 1)


ELSEWHERE = {"fact_id": OTHER_VISIT, "client_id": new_id(), "sha256": b"other"}
HERE = {"fact_id": OTHER_VISIT, "client_id": CLIENT, "sha256": b"other"}
CASES = [
    ("the same bytes", ELSEWHERE | {"sha256": b"one", "phash": None}, True),
    ("the same bytes, at one client", HERE | {"sha256": b"one", "phash": None}, True),
    ("as far as may be", ELSEWHERE | {"phash": apart_by(MOST_BITS_APART)}, True),
    ("a bit farther", ELSEWHERE | {"phash": apart_by(MOST_BITS_APART + 1)}, False),
    ("at one client, as far as may be", HERE | {"phash": apart_by(MOST_BITS_APART_AT_ONE_CLIENT)}, True),
    ("at one client, a bit farther", HERE | {"phash": apart_by(MOST_BITS_APART_AT_ONE_CLIENT + 1)}, False),
    ("no features", ELSEWHERE | {"phash": None}, False),
    ("sent twice for one visit", {"sha256": b"one"}, False),
]


@pytest.mark.parametrize(("other", "is_copy"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
@pytest.mark.parametrize("is_later", [True, False])
def test_the_later_of_two_photos_of_different_facts_is_the_copy(other: dict, is_copy: bool, is_later: bool):
    mine = a_photo()
    theirs = a_photo(**other, taken_at=NOW + (MINUTE if is_later else -MINUTE))

    found = find_copies(mine, others=[theirs])

    expected = [(theirs, mine) if is_later else (mine, theirs)] if is_copy else []
    assert [(each.copy, each.original) for each in found] == expected


def test_facts_without_a_client_are_not_one_client():
    found = find_copies(
        a_photo(client_id=None), others=[a_photo(**ELSEWHERE | {"client_id": None, "phash": apart_by(10)})]
    )

    assert len(found) == 1


def test_of_many_earlier_ones_the_first_is_the_original_and_each_later_one_is_a_copy():
    mine = a_photo()
    first, second, third, last = (
        a_photo(**ELSEWHERE | {"fact_id": new_id()}, taken_at=NOW + MINUTE * minutes) for minutes in (-9, -5, 4, 8)
    )

    found = find_copies(mine, others=[third, second, last, first])

    assert [(each.copy, each.original) for each in found] == [(mine, first), (third, mine), (last, mine)]


YES, NO = (1, True), (1, False)
CONSENTS = [
    ("nobody was asked", None, None, False),
    ("the client consents", YES, None, True),
    ("both consent", YES, YES, True),
    ("the client withdrew", NO, YES, False),
    ("the client consented to other words", (2, True), None, False),
    ("the carer consents, the client was not asked", None, YES, False),
    ("the carer withdrew", YES, NO, False),
    ("the carer withdrew other words", YES, (2, False), False),
    ("the carer consented to other words", YES, (2, True), True),
]


@pytest.mark.parametrize(("client", "carer", "taken"), [case[1:] for case in CONSENTS], ids=[c[0] for c in CONSENTS])
def test_bytes_are_taken_with_the_clients_consent_unless_the_carer_withdrew_his(
    client: tuple[int, bool] | None, carer: tuple[int, bool] | None, taken: bool
):
    said = [each and ConsentAnswer(*each, ConsentGiver.SELF, NOW) for each in (client, carer)]

    assert may_be_taken(client=said[0], carer=said[1], version=1) is taken
