"""Refusals a caller can understand: a kind, a stable code, and details that hold no personal data.

The sentence for a code is found in `app/kernel/sentences/`, one catalogue per language.
"""

from enum import StrEnum
from typing import Any, ClassVar


class ErrorKind(StrEnum):
    """What a refusal means to the caller; `app.kernel.http` chooses the status from it."""

    UNREADABLE = "unreadable"  # 400
    UNAUTHENTICATED = "unauthenticated"  # 401
    FORBIDDEN = "forbidden"  # 403
    NOT_FOUND = "not_found"  # 404
    CONFLICT = "conflict"  # 409
    INVALID = "invalid"  # 422
    TOO_MANY = "too_many"  # 429
    UNAVAILABLE = "unavailable"  # 503


class DomainError(Exception):
    """Base of every expected refusal. Subclasses fix `kind` and `code`; `details` go to the caller as JSON.

    `details` hold ids, dates, numbers and codes: never a name, ID number, phone, bank account or coordinate.
    `retry_after_s` says after how many seconds asking again may help, where that is known (the header Retry-After).
    """

    kind: ClassVar[ErrorKind]
    code: ClassVar[str]
    retry_after_s: int | None = None

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code)
        self.details = details


class NotFound(DomainError):
    """The record does not exist for this actor: absent, or another agency's."""

    kind, code = ErrorKind.NOT_FOUND, "not_found"


class IllegalTransition(DomainError):
    """A state may not follow the present one."""

    kind, code = ErrorKind.CONFLICT, "illegal_transition"
