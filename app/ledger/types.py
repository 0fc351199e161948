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


Account = tuple[AccountKind, UUID | None]
"""An account by its kind and owner; the fund's own have no owner."""

Cause = tuple[str, UUID]
"""Why a transfer was booked: a kind of record and its id."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Sums over all transfers of one account."""

    kind: AccountKind
    owner_id: UUID | None
    debit_fen: int
    credit_fen: int

    @property
    def net_fen(self) -> int:
        """Debits less credits: positive for expense and receivable, negative for what is owed or was paid out."""
        return self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True)
class Posting:
    """One transfer to book: debit and credit name accounts by kind and owner; `cause` says why, once."""

    debit: Account
    credit: Account
    amount_fen: int
    cause_kind: str
    cause_id: UUID
    booked_on: date


@dataclass(frozen=True, slots=True)
class Reversal:
    """The taking back of the transfer posted for the cause `of`, whole, for a cause of its own."""

    of: Cause
    cause_kind: str
    cause_id: UUID
    booked_on: date


@dataclass(frozen=True, slots=True)
class KindBalance:
    """Sums over all accounts of one kind."""

    kind: AccountKind
    debit_fen: int
    credit_fen: int
    accounts: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every kind of account. Over all kinds debits equal credits, since a transfer has one amount and two sides."""

    kinds: tuple[KindBalance, ...]

    @property
    def debit_fen(self) -> int:
        """All debits."""
        return sum(each.debit_fen for each in self.kinds)

    @property
    def credit_fen(self) -> int:
        """All credits."""
        return sum(each.credit_fen for each in self.kinds)
