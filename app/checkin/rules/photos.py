"""Which photos are copies of others, across all carers of a fund.

A perceptual hash has 64 bits: which of the 64 lowest frequencies of the grey picture lie above their median (pHash).
Brighter, smaller or stored anew, a picture keeps nearly all of them. Two hashes that differ in few bits agree nearly in
one of four bands of 16: that is what an index can find.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from statistics import median, pstdev
from typing import Final
from uuid import UUID

from app.accounts.consent_types import ConsentAnswer, holds, is_withdrawn

SIDE: Final = 32
LOW: Final = 8
BANDS: Final = 4
BAND_BITS: Final = 16
COSINES: Final = tuple(
    tuple(math.cos(math.pi * (2 * place + 1) * wave / (2 * SIDE)) for place in range(SIDE)) for wave in range(LOW)
)
# Assumed, by tries on made-up rooms: a copy that was stored anew or made smaller differs in 4 bits at most, one that is
# brighter too or was cut by 2 % of its sides in 10 nearly always, another room in 16 and more. Honest photos of one
# client's room come nearer than 10 when the carer stands where he stood the day before: of one client only a copy that
# was merely stored anew is taken for one.
MOST_BITS_APART: Final = 10
MOST_BITS_APART_AT_ONE_CLIENT: Final = 3
LEAST_CONTRAST: Final = 4.0  # assumed; of grey values from 0 to 255: a dark or white picture is like every other

assert MOST_BITS_APART < (MOST_BITS_APART // BANDS + 1) * BANDS  # noqa: S101 - else no band would have to be near
NEAR: Final = tuple(
    sum(1 << bit for bit in flipped)
    for count in range(MOST_BITS_APART // BANDS + 1)
    for flipped in combinations(range(BAND_BITS), count)
)


@dataclass(frozen=True, slots=True)
class ComparedPhoto:
    """A photo as it is compared; `taken_at` is by the clock that is believed. No hash: only its bytes can be the same.

    `client_id` is None where the fact names none.
    """

    id: UUID
    fact_id: UUID
    client_id: UUID | None
    sha256: bytes
    phash: int | None
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Copied:
    """A photo, and the earlier one of another fact it is a copy of."""

    copy: ComparedPhoto
    original: ComparedPhoto


def may_be_taken(*, client: ConsentAnswer | None, carer: ConsentAnswer | None, version: int) -> bool:
    """Say whether a photo's bytes may be taken: it shows the client's home, so his consent to the present words must
    hold; the carer, who takes it himself, must not have withdrawn his."""
    return holds(client, version=version) and not is_withdrawn(carer)


def phash_of(grey: bytes) -> int | None:
    """The perceptual hash of 32 rows of 32 grey values, as a signed number of 64 bits; None of a picture of nothing."""
    if pstdev(grey) < LEAST_CONTRAST:
        return None
    lines = [grey[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE)]
    across = [[_sum(wave, line) for wave in COSINES] for line in lines]
    waves = [_sum(wave, [line[column] for line in across]) for wave in COSINES for column in range(LOW)]
    middle = median(waves)
    bits = sum(1 << place for place, wave in enumerate(waves) if wave > middle)
    return bits - (1 << 64) if bits >> 63 else bits


def bands_of(phash: int) -> list[int]:
    """The four bands of a hash, the lowest bits first: what the indexes hold."""
    return [phash >> BAND_BITS * place & (1 << BAND_BITS) - 1 for place in range(BANDS)]


def probes_of(phash: int) -> list[list[int]]:
    """For each band what a hash near enough may have there: it does in one at least of the four."""
    return [[band ^ flipped for flipped in NEAR] for band in bands_of(phash)]


def bits_apart(one: int, other: int) -> int:
    """In how many bits two hashes differ."""
    return ((one ^ other) & (1 << 64) - 1).bit_count()


def find_copies(photo: ComparedPhoto, *, others: Sequence[ComparedPhoto]) -> tuple[Copied, ...]:
    """Say which of these photos are copies: this one, of the earliest it is like, and each later one that is like it.

    One photo told twice of the same fact is no copy.
    """
    alike = sorted((each for each in others if _is_alike(photo, each)), key=_order)
    earlier = [each for each in alike if _order(each) < _order(photo)]
    later = alike[len(earlier) :]
    return *(Copied(photo, each) for each in earlier[:1]), *(Copied(each, photo) for each in later)


def _is_alike(one: ComparedPhoto, other: ComparedPhoto) -> bool:
    if one.fact_id == other.fact_id:
        return False
    if one.sha256 == other.sha256:
        return True
    if one.phash is None or other.phash is None:
        return False
    at_one_client = one.client_id is not None and one.client_id == other.client_id
    return bits_apart(one.phash, other.phash) <= (MOST_BITS_APART_AT_ONE_CLIENT if at_one_client else MOST_BITS_APART)


def _order(photo: ComparedPhoto) -> tuple[datetime, UUID]:
    return photo.taken_at, photo.id


def _sum(wave: Sequence[float], values: Sequence[float] | bytes) -> float:
    return sum(factor * value for factor, value in zip(wave, values, strict=True))
