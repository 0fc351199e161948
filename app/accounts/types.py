"""Accounts, grants, sessions."""

from enum import StrEnum


class AccountState(StrEnum):
    """A locked account may not log in, refresh or check in."""

    ACTIVE = "active"
    LOCKED = "locked"
