"""Postings for tests; a test states only the values it is about."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from app.ledger.types import AccountKind, Posting, Reversal

AT = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
ON = date(2026, 12, 3)
EXPENSE = (AccountKind.SUBSIDY_EXPENSE, None)
IN_TRANSIT = (AccountKind.IN_TRANSIT, None)
CASH = (AccountKind.FUND_CASH, None)


def payable(owner: UUID):
    return (AccountKind.PAYEE_PAYABLE, owner)


def a_posting(**changes):
    values = {
        "debit": EXPENSE,
        "credit": payable(UUID(int=7)),
        "amount_fen": 75_000,
        "cause_kind": "subsidy",
        "cause_id": uuid4(),
        "booked_on": ON,
    }
    return Posting(**values | changes)


def a_reversal(posting: Posting, **changes):
    values = {"cause_kind": "bank_line", "cause_id": uuid4(), "booked_on": ON}
    return Reversal(of=(posting.cause_kind, posting.cause_id), **values | changes)
