"""What families see of their months and payments. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.payouts.types import FREED_STATES, DayLine, PayoutState


@dataclass(frozen=True, slots=True)
class RunningMonth:
    """A family carer's month for a client up to today, as it would be computed now."""

    carer_id: UUID | None
    days_paid: int
    days: tuple[DayLine, ...]


@dataclass(frozen=True, slots=True)
class FamilyPayout:
    """A payment as who gets it sees it: account and holder masked, what is to be said of its state, and where to go
    with it (see `counter_of`)."""

    id: UUID
    subsidy_id: UUID
    client_id: UUID
    month: date
    amount_fen: int
    state: PayoutState
    reason_code: str | None
    holder_name: str
    payee_account: str
    changed_at: datetime
    counter: str

    @property
    def told(self) -> str:
        """The code of the sentence: why it failed or came back, else where it stands."""
        return self.reason_code or "other" if self.state.value in FREED_STATES else self.state.value
