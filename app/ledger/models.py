"""The ledger: a list of transfers, balanced by form. A posted transfer is corrected by a reversing one."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import AppendOnly, Base, enum_column, regional
from app.ledger.types import AccountKind, TransferKind

PAYEES_KINDS = ", ".join(repr(kind.value) for kind in (AccountKind.PAYEE_PAYABLE, AccountKind.PAYEE_RECEIVABLE))


class LedgerAccount(AppendOnly, Base):
    """An account of the fund; those of a payee have an owner."""

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("kind", "owner_id", postgresql_nulls_not_distinct=True),
        CheckConstraint(f"(kind IN ({PAYEES_KINDS})) = (owner_id IS NOT NULL)", name="owner"),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[AccountKind] = enum_column(AccountKind)
    owner_id: Mapped[UUID | None]


class Transfer(AppendOnly, Base):
    """An amount moved from the credit account to the debit account. One cause makes one transfer of a kind."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("debit_id <> credit_id", name="two_accounts"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal"),
        UniqueConstraint("cause_kind", "cause_id", "kind"),
        UniqueConstraint("id", "debit_id", "credit_id", "amount_fen"),
        ForeignKeyConstraint(  # a reversal is of the same amount, the other way
            ["reverses_id", "credit_id", "debit_id", "amount_fen"],
            [f"region.transfer.{name}" for name in ("id", "debit_id", "credit_id", "amount_fen")],
        ),
        Index("uq_transfer_reverses", "reverses_id", unique=True, postgresql_where=text("reverses_id IS NOT NULL")),
        regional(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    debit_id: Mapped[UUID] = mapped_column(ForeignKey("region.ledger_account.id"), index=True)
    credit_id: Mapped[UUID] = mapped_column(ForeignKey("region.ledger_account.id"), index=True)
    amount_fen: Mapped[int]
    kind: Mapped[TransferKind] = enum_column(TransferKind)
    reverses_id: Mapped[UUID | None]
    cause_kind: Mapped[str]
    cause_id: Mapped[UUID]
    booked_on: Mapped[date]
