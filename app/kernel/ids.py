"""Ids are UUIDv7 (RFC 9562): the first 48 bits are the millisecond, so rows lie in order of time."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def new_id(*, at: datetime | None = None) -> UUID:
    """Make an id of this moment by the machine's clock; such ids of one process rise.

    With `at` the id belongs to that instant (a demo clock's, say), in no order within its millisecond.
    """
    if at is None:
        return uuid7()
    # Not the library's own way: it counts nanoseconds in 64 bits, which end in the year 2554.
    return UUID(int=first_id_at(at).int | secrets.randbits(12) << 64 | secrets.randbits(62))


def is_uuid7(value: UUID) -> bool:
    """Say whether an id is a UUIDv7 by its version and variant bits."""
    return value.version == 7


def instant_of(value: UUID) -> datetime:
    """Give the instant in a UUIDv7, in UTC to the millisecond.

    A phone with a wrong clock makes ids of any year: ValueError past the year 9999, and for ids of another kind.
    """
    if not is_uuid7(value):
        raise ValueError("only a UUIDv7 holds an instant of this form")
    try:
        return EPOCH + (value.int >> 80) * MILLISECOND
    except OverflowError:
        raise ValueError("the id's instant lies past the year 9999") from None


def first_id_at(instant: datetime) -> UUID:
    """Give the lowest UUIDv7 of the instant's millisecond: the bound of a partition.

    Raises ValueError for a naive instant and for one before 1970.
    """
    if instant.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    milliseconds = (instant - EPOCH) // MILLISECOND
    if milliseconds < 0:
        raise ValueError("a UUIDv7 cannot hold an instant before 1970")
    return UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62)
