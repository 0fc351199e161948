"""Six digits by which a carer shows that a new phone is in his own hand. Pure, as `rules` is."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.kernel.errors import DomainError, ErrorKind

DIGITS = 6
CODE_LIFE = timedelta(minutes=15)
MOST_TRIES = 5
_FORM = re.compile(rf"[0-9]{{{DIGITS}}}")
_BETWEEN = re.compile(r"[\s\-]+")


class DeviceCodeMalformed(DomainError):
    """Not six digits: no try is counted."""

    kind, code = ErrorKind.INVALID, "device_code_malformed"


class DeviceCodeMissing(DomainError):
    """The agency gave no digits for this phone, or they were replaced or used meanwhile."""

    kind, code = ErrorKind.CONFLICT, "device_code_missing"


class DeviceCodeExpired(DomainError):
    """The digits are too old."""

    kind, code = ErrorKind.CONFLICT, "device_code_expired"


class DeviceCodeWrong(DomainError):
    """These are not the digits; `tries_left` says how often one may still try."""

    kind, code = ErrorKind.CONFLICT, "device_code_wrong"


class DeviceCodeUsedUp(DomainError):
    """Too many wrong tries: the agency gives new digits."""

    kind, code = ErrorKind.CONFLICT, "device_code_used_up"


@dataclass(frozen=True, slots=True)
class DeviceCodeEntry:
    """Command: the digits as somebody typed them."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IssuedDeviceCode:
    """New digits for a phone, shown once and kept as a keyed hash only."""

    device_id: UUID
    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ConfirmedDevice:
    """The phone in the carer's hand, taken for his own."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was counted: the hash of the phone's code, the tries of it with this one, whether it is right."""

    code_hash: bytes = field(repr=False)
    tries: int
    expires_at: datetime
    is_right: bool


def normal_digits(text: str) -> str:
    """Read digits as people type them: full-width, with spaces and dashes. Raises DeviceCodeMalformed."""
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    if not _FORM.fullmatch(plain):
        raise DeviceCodeMalformed
    return plain


def check_try(made: Try | None, *, at: datetime) -> None:
    """Refuse what does not confirm a phone: no code, an old one, too many tries, other digits."""
    if made is None:
        raise DeviceCodeMissing
    if at >= made.expires_at:
        raise DeviceCodeExpired(expired_at=made.expires_at.isoformat())
    if made.tries > MOST_TRIES:
        raise DeviceCodeUsedUp
    if not made.is_right:
        raise DeviceCodeWrong(tries_left=MOST_TRIES - made.tries)
