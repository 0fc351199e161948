"""Whose phone was it? A new phone works at once; somebody else's is looked at."""

from app.accounts.types import DeviceDoubt
from app.checkin.types import ExceptionCode

OF_DOUBT = {
    DeviceDoubt.NEW: ExceptionCode.NEW_DEVICE,
    DeviceDoubt.OF_OTHER: ExceptionCode.DEVICE_OF_OTHER,
}


def device_exceptions(doubt: DeviceDoubt | None) -> tuple[ExceptionCode, ...]:
    """Give what the phone of a tap leaves to look into."""
    return () if doubt is None else (OF_DOUBT[doubt],)
