"""Staff load (人员负荷): what each carer of an agency was planned for and worked, in spans of a day, a week or a month.

Minutes are whole minutes of single visits, added up: a span's total equals its list of visits to the minute. A visit
belongs to the local day of its start, planned or else told, however long after midnight it ends.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.policies.terms import CarerTerms
from app.registry.types import Period


class LoadBy(StrEnum):
    """How long the spans are: a day, a week from Monday, a calendar month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Span:
    """Local days `[first, beyond)` of one column."""

    first: date
    beyond: date


class Worked(NamedTuple):  # a page has thousands, and a tuple is made several times as fast as a frozen dataclass
    """What the visits of one carer in one span come to; cancelled ones do not count.

    `recorded` is the time between the two taps of a visit, `accepted` what may be paid. `overlapping` visits are those
    whose recorded time meets that of another visit of the carer, of whichever agency.
    """

    visits: int = 0
    missed: int = 0
    clients: int = 0
    planned_minutes: int = 0
    recorded_minutes: int = 0
    accepted_minutes: int = 0
    overlapping: int = 0


class LoadCell(NamedTuple):
    """One carer in one span. `caseload` is the highest number of clients who count with a standing assignment on one of
    its days, over all agencies; `overtime_minutes` is what was recorded above the span's norm, `free_minutes` what is
    not planned below it on days of employment."""

    span: Span
    worked: Worked
    caseload: int
    overtime_minutes: int
    free_minutes: int


@dataclass(frozen=True, slots=True)
class CarerLoad:
    """A carer's cells, one for each span, in order. `name` is masked."""

    carer_id: UUID
    name: str
    cells: tuple[LoadCell, ...]


class Held(NamedTuple):
    """A client in home care with a standing assignment, and when both hold."""

    client_id: UUID
    period: Period
    level: str


@dataclass(frozen=True, slots=True)
class Column:
    """A span, the minutes of a full post in it, and whom a caseload counts within which bounds, by the fund's policy of
    its first day."""

    span: Span
    norm_minutes: int
    terms: CarerTerms

    @property
    def caseload_min(self) -> int | None:
        """The fewest a carer should have; None: no bound."""
        return self.terms.caseload_min

    @property
    def caseload_max(self) -> int | None:
        """The most a carer may have; None: no bound."""
        return self.terms.caseload_max


@dataclass(frozen=True, slots=True)
class StaffLoad:
    """A page of an agency's carers; each has a cell for every column, in the same order."""

    by: LoadBy
    agency_id: UUID
    columns: tuple[Column, ...]
    items: tuple[CarerLoad, ...]
    next_after: UUID | None
