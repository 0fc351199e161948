"""Where a payee's money goes: one live account a person, changed only with a hold, checked by name before any pay."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import codes
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import AnyActor
from app.kernel.settings import current_settings
from app.registry.commands import BankAccountEntry, NameCheckEntry
from app.registry.models import BankAccount, Client, Person
from app.registry.queries import one_or_not_found, visible_people
from app.registry.service.conflicts import add
from app.registry.service.people import normal_name
from app.registry.service.scopes import note, policy_of, today_of
from app.registry.shown import BankAccountView
from app.registry.types import NameCheck
from app.registry.views import bank_account_view, name_of

NUMBER, HOLDER = "bank_account.number", "bank_account.name"


class BankNumberInvalid(DomainError):
    """The account number or the bank's CNAPS number has not the right form; `field` says which."""

    kind, code = ErrorKind.INVALID, "bank_number_invalid"


class BankAccountReplaced(DomainError):
    """A newer account took this one's place."""

    kind, code = ErrorKind.CONFLICT, "bank_account_replaced"


def set_bank_account(
    session: Session, command: BankAccountEntry, *, person_id: UUID, actor: AnyActor, at: datetime
) -> BankAccountView:
    """Record where a person's money goes. A new account replaces the live one and waits out the policy's hold.

    The same account again changes nothing. The first account has no hold.
    """
    keys = current_settings().key_ring
    number, bank_code = _normal(command)
    person = one_or_not_found(session, visible_people(actor).where(Person.id == person_id))
    session.refresh(person, with_for_update=True)
    holder = normal_name(command.holder_name) if command.holder_name else name_of(person, keys=keys)
    live = session.scalars(
        select(BankAccount).where(BankAccount.person_id == person_id, BankAccount.replaced_at.is_(None))
    ).one_or_none()
    if live is not None and _same(live, number=number, bank_code=bank_code, holder=holder):
        return bank_account_view(live)
    if live is not None:
        live.replaced_at = at
        session.flush()
    row = BankAccount(
        id=new_id(at=at),
        person_id=person_id,
        number_enc=keys.encrypt(number, context=NUMBER),
        number_index=keys.blind_index(number, purpose=NUMBER),
        name_enc=keys.encrypt(holder, context=HOLDER),
        bank_code=bank_code,
        bank_name=command.bank_name,
        name_check=NameCheck.UNCHECKED,
        hold_until=None if live is None else at + _hold(session, person, actor, at),
        created_at=at,
    )
    add(session, row)
    note(session, "bank_account.set", subject=("person", person_id), actor=actor, at=at, bank_account_id=row.id)
    return bank_account_view(row)


def record_name_check(
    session: Session, command: NameCheckEntry, *, account_id: UUID, actor: AnyActor, at: datetime
) -> BankAccountView:
    """Record whether the holder of a live account was found to be the payee."""
    people = visible_people(actor).with_only_columns(Person.id)
    statement = select(BankAccount).where(BankAccount.id == account_id, BankAccount.person_id.in_(people))
    row = one_or_not_found(session, statement)
    session.refresh(row, with_for_update=True)
    if row.replaced_at is not None:
        raise BankAccountReplaced(account_id=account_id)
    old, row.name_check = row.name_check, command.result
    session.flush()
    subject = ("bank_account", account_id)
    note(session, "bank_account.checked", subject=subject, actor=actor, at=at, old=old, new=command.result)
    return bank_account_view(row)


def _normal(command: BankAccountEntry) -> tuple[str, str]:
    try:
        number = codes.normal_bank_account(command.number)
    except codes.BadCode:
        raise BankNumberInvalid(field="number") from None
    try:
        return number, codes.normal_cnaps(command.bank_code)
    except codes.BadCode:
        raise BankNumberInvalid(field="bank_code") from None


def _same(live: BankAccount, *, number: str, bank_code: str, holder: str) -> bool:
    keys = current_settings().key_ring
    return (
        keys.decrypt(live.number_enc, context=NUMBER) == number
        and live.bank_code == bank_code
        and keys.decrypt(live.name_enc, context=HOLDER) == holder
    )


def _hold(session: Session, person: Person, actor: AnyActor, at: datetime) -> timedelta:
    """The hold of the policy where the person is a client; payees who are none follow the fund's policy."""
    district = session.scalars(select(Client.district_code).where(Client.person_id == person.id)).one_or_none()
    return policy_of(actor, district=district, on=today_of(actor, at=at)).payment.account_hold
