"""The frozen copies of bank accounts: made when a batch is prepared, opened to write and to match the bank's files."""

import json

from app.gateways.bank.types import Account
from app.kernel.settings import current_settings
from app.payouts.models import PayingAccount, Payout

COPY = "payout.payee_copy"
FUND_NUMBER = "paying_account.number"
FUND_NAME = "paying_account.name"


def make_copy(account: Account) -> bytes:
    """The payee's account, encrypted."""
    facts = [account.number, account.name, account.bank_code, account.bank_name]
    return current_settings().key_ring.encrypt(json.dumps(facts, ensure_ascii=False), context=COPY)


def open_copy(payout: Payout) -> Account:
    """The account a payout goes to."""
    text = current_settings().key_ring.decrypt(payout.payee_copy_enc, context=COPY)
    number, name, bank_code, bank_name = json.loads(text)
    return Account(number=number, name=name, bank_code=bank_code, bank_name=bank_name)


def open_fund_copy(account: PayingAccount) -> Account:
    """The account payouts leave."""
    keys = current_settings().key_ring
    return Account(
        number=keys.decrypt(account.number_enc, context=FUND_NUMBER),
        name=keys.decrypt(account.name_enc, context=FUND_NAME),
        bank_code=account.bank_code,
        bank_name=account.bank_name,
    )
