"""Photos of a made-up month, as hashes: honest ones of one room near each other, dark ones like every other, and old
photos sent again, cut or brighter or merely stored anew."""

from random import Random

from simulation.honest import MonthOfWork, Picture, Work

HAVE_ONE, DARK = 0.15, 0.05  # of visits, of photos
SAME_BYTES, SAME_HOME = 0.15, 0.2  # of copies
ROOM_BITS = (7, 24)  # of an honest photo from its room: two differ in 8 at least, nearly always
ANEW_BITS, CHANGED_BITS = 1.0, 4.0  # spreads of copies
COPIES, LEAST = 0.01, 4  # of visits


def take(month: MonthOfWork, rng: Random) -> None:
    """Some visits have a photo; then carers send photos of earlier visits for others of theirs."""
    rooms: dict[object, int] = {}
    for work in month.works:
        if rng.random() < HAVE_ONE:
            is_dark = rng.random() < DARK
            room = rooms.setdefault(work.client.id, rng.getrandbits(64))
            work.photo = Picture(rng.randbytes(32), None if is_dark else _flipped(room, rng.randint(*ROOM_BITS), rng))
    shown = [work for work in month.works if work.photo and work.photo.phash is not None and work.fraud is None]
    honest = [work for work in month.works if work.fraud is None and work.day > 1]
    for work in rng.sample(honest, max(LEAST, round(COPIES * len(honest)))):
        _copy(work, [each for each in shown if each.day < work.day and each.fraud is None], rng)


def _copy(work: Work, earlier: list[Work], rng: Random) -> None:
    at_home = [each for each in earlier if each.client is work.client] if rng.random() < SAME_HOME else []
    if not earlier:
        return
    original = rng.choice(at_home or earlier)
    assert original.photo is not None
    assert original.photo.phash is not None
    work.photo, work.fraud = Picture(original.photo.sha256, original.photo.phash), "copied_photo"
    if rng.random() >= SAME_BYTES:
        spread = ANEW_BITS if original.client is work.client else CHANGED_BITS
        bits = round(abs(rng.gauss(0, spread)))
        work.photo = Picture(rng.randbytes(32), _flipped(original.photo.phash, bits, rng))


def _flipped(phash: int, bits: int, rng: Random) -> int:
    for place in rng.sample(range(64), bits):
        phash ^= 1 << place
    return phash
