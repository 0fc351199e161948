"""Accounts and transfers of a fund. Money is integer fen."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class AccountKind(StrEnum):
    """What an account stands for."""

    SUBSIDY_EXPENSE = "subsidy_expense"  # 亲情护理补助支出
    PAYEE_PAYABLE = "payee_payable"  # 应付收款人, one per payee
    IN_TRANSIT = "in_transit"  # 在途, given to the bank
    FUND_CASH = "fund_cash"  # 支出户
    PAYEE_RECEIVABLE = "payee_receivable"  # 追款, one per payee


class TransferKind(StrEnum):
    """A reversal undoes one posted transfer, once."""

    POSTED = "posted"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class Balance:
    """Sums over all transfers of one account."""

    kind: AccountKind
    owner_id: UUID | None
    debit_fen: int
    credit_fen: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One transfer to book: debit and credit name accounts by kind and owner; `cause` says why, once."""

    debit: tuple[AccountKind, UUID | None]
    credit: tuple[AccountKind, UUID | None]
    amount_fen: int
    cause_kind: str
    cause_id: UUID
    booked_on: date
