"""Complaints of families (投诉): what a phone sends and what is shown. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class ComplaintKind(StrEnum):
    """What it is about."""

    SERVICE_POOR = "service_poor"  # 服务不好
    NOT_COMING = "not_coming"  # 不按时来
    RECORD_FALSE = "record_false"  # 记录不实
    MONEY_ASKED = "money_asked"  # 另外收费
    ATTITUDE = "attitude"  # 态度不好
    PAYMENT = "payment"  # 补助或结算
    OTHER = "other"


class ComplaintTo(StrEnum):
    """Who is asked: the agency, with the fund looking on, or the fund alone, of which the agency learns nothing."""

    AGENCY = "agency"
    FUND = "fund"


class ComplaintOutcome(StrEnum):
    """What came of it."""

    UPHELD = "upheld"  # 属实，已处理
    NOT_UPHELD = "not_upheld"  # 未发现问题
    SETTLED = "settled"  # 双方已说清


class ComplaintState(StrEnum):
    """Where a complaint stands."""

    OPEN = "open"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class ComplaintTold:
    """Command: a family complains; `agency_id` where an agency is meant, which it must be to be asked itself."""

    id: UUID
    client_id: UUID
    to: ComplaintTo
    kind: ComplaintKind
    text: str = field(repr=False)
    occurred_at: datetime
    agency_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ComplaintAnswer:
    """Command: what came of it, in words for who complained."""

    outcome: ComplaintOutcome
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ComplaintView:
    """A complaint as who made it and who answers see it; the words may be deleted."""

    id: UUID
    client_id: UUID
    to: ComplaintTo
    agency_id: UUID | None
    kind: ComplaintKind
    text: str | None = field(repr=False)
    made_by: UUID
    occurred_at: datetime
    received_at: datetime
    due_on: date
    is_overdue: bool
    outcome: ComplaintOutcome | None
    answer: str | None = field(repr=False)
    answered_at: datetime | None

    @property
    def state(self) -> ComplaintState:
        """Open until somebody answered."""
        return ComplaintState.OPEN if self.outcome is None else ComplaintState.ANSWERED
