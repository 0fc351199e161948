"""What lists are asked for."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.kernel.paging import PageRequest
from app.payouts.review_types import MonthStanding


@dataclass(frozen=True, slots=True)
class SubsidyRequest(PageRequest):
    """A page of the subsidies of a month, or of a client."""

    month: date | None = None
    client_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DueRequest(PageRequest):
    """A page of the months from `month_from` on that are overdue, or due within so many days."""

    within_days: int = 0
    month_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReviewRequest(PageRequest):
    """A page of the months to decide about; None: of any standing, with flags or without."""

    month: date
    standing: MonthStanding | None = None
    flagged: bool | None = None
