"""Which payments of a batch go to accounts that have changed since."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.payouts.models import Payout
from app.registry.models import BankAccount
from app.registry.types import NameCheck


def list_changed(session: Session, *, batch_id: UUID) -> tuple[UUID, ...]:
    """Payouts whose account was replaced or is no longer known to be the payee's. Unscoped: the caller has found the
    batch by his actor."""
    rows = session.scalars(
        select(Payout.id)
        .join(BankAccount, BankAccount.id == Payout.bank_account_id)
        .where(
            Payout.batch_id == batch_id,
            or_(BankAccount.replaced_at.is_not(None), BankAccount.name_check != NameCheck.MATCHED),
        )
        .order_by(Payout.line_no)
    )
    return tuple(rows)
