"""The fund's account that payouts leave."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.gateways.bank.types import Account, InvalidPayment
from app.kernel import audit
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.payouts import copies
from app.payouts.batch_types import NewPayingAccount, PayingAccountView
from app.payouts.models import PayingAccount
from app.payouts.queries import batches
from app.payouts.service.states import lock_money


class AccountNotWritable(DomainError):
    """A part of the account cannot stand in a bank file; `field` names it."""

    kind, code = ErrorKind.INVALID, "account_not_writable"


def set_paying_account(session: Session, command: NewPayingAccount, *, actor: Actor, at: datetime) -> PayingAccountView:
    """Use another account from the next batch on; prepared batches keep theirs. Raises AccountNotWritable."""
    try:
        account = Account(command.number, command.name, command.bank_code, command.bank_name)
    except InvalidPayment as error:
        raise AccountNotWritable(field=error.field) from error
    lock_money(session, actor=actor)
    keys = current_settings().key_ring
    session.execute(update(PayingAccount).where(PayingAccount.replaced_at.is_(None)).values(replaced_at=at))
    row = PayingAccount(
        id=new_id(at=at),
        number_enc=keys.encrypt(account.number, context=copies.FUND_NUMBER),
        name_enc=keys.encrypt(account.name, context=copies.FUND_NAME),
        bank_code=account.bank_code,
        bank_name=account.bank_name,
        created_at=at,
        replaced_at=None,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        "paying_account.set",
        actor=actor,
        at=at,
        subject=("paying_account", row.id),
        details={"number": account.number, "name": account.name, "bank_code": account.bank_code},
        keys=keys,
    )
    return batches.view_paying_account(session, actor=actor)
