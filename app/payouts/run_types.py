"""Computations of months as people see them. Money is integer fen."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class RunState(StrEnum):
    """Where a computation stands. After a failure what was done stays, and the month may be asked for again."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MonthRunView:
    """A computation: of `pairs`, so many `computed` anew or `unchanged`; sums of the new rows' parts.

    `requested_by` is None where the night's job asked for it, `pairs` None before it has begun.
    """

    id: UUID
    month: date
    state: RunState
    requested_by: UUID | None
    requested_at: datetime
    finished_at: datetime | None
    failure_code: str | None
    pairs: int | None
    computed: int
    unchanged: int
    payable_fen: int
    recovery_fen: int
