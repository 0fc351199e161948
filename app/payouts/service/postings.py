"""Which transfers follow from which step of a subsidy or payout. Money is integer fen."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from app.ledger.types import AccountKind, Posting, Reversal
from app.payouts.batch_types import MonthChange

EXPENSE = (AccountKind.SUBSIDY_EXPENSE, None)
IN_TRANSIT = (AccountKind.IN_TRANSIT, None)
CASH = (AccountKind.FUND_CASH, None)


class CauseKind(StrEnum):
    """Why a transfer is booked; with the id of the subsidy or payout, once."""

    SUBSIDY = "subsidy"
    RECOVERY = "subsidy_recovery"
    PAYEE_CHANGED = "subsidy_payee_changed"
    FROZEN = "payout_frozen"
    WITHDRAWN = "payout_withdrawn"
    PAID = "payout_paid"
    FAILED = "payout_failed"
    RETURNED = "payout_returned"
    RETURNED_TRANSIT = "payout_returned_transit"
    SET_OFF = "payout_set_off"


def of_subsidy(subsidy_id: UUID, payee: UUID, change: MonthChange, *, on: date) -> list[Posting]:
    """What a new row changes: more or less owed to the payee, more or less owed by him."""
    parts = (
        (CauseKind.SUBSIDY, (AccountKind.PAYEE_PAYABLE, payee), -change.payable_fen),
        (CauseKind.RECOVERY, (AccountKind.PAYEE_RECEIVABLE, payee), change.receivable_fen),
    )
    return [
        Posting(
            debit=account if debit_fen > 0 else EXPENSE,
            credit=EXPENSE if debit_fen > 0 else account,
            amount_fen=abs(debit_fen),
            cause_kind=cause,
            cause_id=subsidy_id,
            booked_on=on,
        )
        for cause, account, debit_fen in parts
        if debit_fen
    ]


def of_payee_change(subsidy_id: UUID, old_payee: UUID, amount_fen: int, *, on: date) -> Posting:
    """The month's money, none of it paid, is no longer owed to the payee of the row before."""
    return Posting((AccountKind.PAYEE_PAYABLE, old_payee), EXPENSE, amount_fen, CauseKind.PAYEE_CHANGED, subsidy_id, on)


def of_freeze(payout_id: UUID, payee: UUID, amount_fen: int, *, on: date) -> Posting:
    """The money is given to the bank."""
    return Posting((AccountKind.PAYEE_PAYABLE, payee), IN_TRANSIT, amount_fen, CauseKind.FROZEN, payout_id, on)


def of_payment(payout_id: UUID, amount_fen: int, *, on: date) -> Posting:
    """The bank has paid it out."""
    return Posting(IN_TRANSIT, CASH, amount_fen, CauseKind.PAID, payout_id, on)


def of_withdrawal(payout_id: UUID, *, on: date) -> tuple[Reversal, ...]:
    """It was frozen, and nobody had a file of it: owed to the payee again."""
    return (Reversal((CauseKind.FROZEN, payout_id), CauseKind.WITHDRAWN, payout_id, on),)


def of_failure(payout_id: UUID, *, on: date) -> tuple[Reversal, ...]:
    """It never left: owed to the payee again."""
    return (Reversal((CauseKind.FROZEN, payout_id), CauseKind.FAILED, payout_id, on),)


def of_return(payout_id: UUID, *, on: date) -> tuple[Reversal, ...]:
    """It left and came back: cash again, and owed to the payee again."""
    return (
        Reversal((CauseKind.PAID, payout_id), CauseKind.RETURNED, payout_id, on),
        Reversal((CauseKind.FROZEN, payout_id), CauseKind.RETURNED_TRANSIT, payout_id, on),
    )


def of_set_off(payout_id: UUID, payee: UUID, amount_fen: int, *, on: date) -> Posting:
    """Owed to the payee again, but he owes as much of the same month."""
    return Posting(
        (AccountKind.PAYEE_PAYABLE, payee),
        (AccountKind.PAYEE_RECEIVABLE, payee),
        amount_fen,
        CauseKind.SET_OFF,
        payout_id,
        on,
    )
